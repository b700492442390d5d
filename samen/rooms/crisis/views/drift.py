"""Whether what the line hears changes: weeks of counts, limits, and notices that somebody who decides looks at."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, page_for
from samen.people.roles import Duty
from samen.rooms.crisis import drift
from samen.rooms.crisis.jobs import drift as job
from samen.rooms.crisis.store import drift as store
from samen.rooms.crisis.views.labels import figure, label, sentence

HUNDRED = 100


class LookForm(forms.Form):
    """What somebody found who looked."""

    found = forms.CharField(label=label("drift.found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


@require_GET
@page_for(duty=Duty.DECIDE)
def page(request: Request) -> HttpResponse:
    """Show the weeks, the limits and the notices."""
    return _page(request)


def _page(request: Request, failed: tuple[int, LookForm] | None = None) -> HttpResponse:
    here, today = job.version(), timezone.localdate(request.now)
    shown = []
    for language in store.languages(here):
        seen = drift.look(drift.weeks(store.counted(language, here), today))
        signs = [(sentence(f"drift.sign.{each.name}"), _says(each), each.out) for each in seen.signs]
        weeks = [("reference", each) for each in seen.reference] + [("last", each) for each in seen.last]
        shown.append((language, signs, weeks))
    notices = [
        (
            each,
            failed[1] if failed and failed[0] == each.pk else LookForm(auto_id=f"look{each.pk}_%s"),
            _figures(each.sign, each.figures),
        )
        for each in store.notices()
    ]
    context = {"shown": shown, "notices": notices, "reference": drift.REFERENCE_WEEKS, "last": drift.LAST_WEEKS}
    return render(request, "crisis/hearing/drift.html", context, status=422 if failed else 200)


def _says(sign: drift.Sign) -> str:
    return _figures(sign.name, drift.figures(sign))


def _figures(name: str, found: Mapping[str, float]) -> str:
    """Say where a sign stands and within which limits it should."""
    times, digits = (1, 2) if name == "scores" else (HUNDRED, 1)
    value, low, high = (figure(found[each] * times, digits) for each in ("value", "low", "high"))
    return sentence("drift.index" if name == "scores" else "drift.share", value=value, low=low, high=high)


@require_POST
@page_for(duty=Duty.DECIDE)
def look(request: Request, notice: int) -> HttpResponse:
    """Write down what was found."""
    form = LookForm(request.POST, auto_id=f"look{notice}_%s")
    if not form.is_valid():
        return _page(request, (notice, form))
    done = store.look(notice, form.cleaned_data["found"], by=request.user, at=request.now)
    (messages.success if done else messages.error)(request, sentence("drift.looked" if done else "refused.GONE"))
    return redirect("crisis:drift")


urlpatterns = [
    path("line/drift", page, name="drift"),
    path("line/drift/<int:notice>", look, name="drift-look"),
]
