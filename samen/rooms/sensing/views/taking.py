"""Taking along and taking back: a copy of what devices sent in three formats, and deleting days or all of it."""

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rooms.sensing import systems
from samen.rooms.sensing.store import copies, erasing, studies
from samen.rooms.sensing.store.events import FIRST, LAST, Range
from samen.rooms.sensing.views.days import day_of, language
from samen.words import say

KINDS = {
    "lamp": "application/json",
    "beiwe": "application/zip",
    "parquet": "application/zip",
    "own": "application/json",  # what the person wrote: names of places, early signs
}


@require_GET
@own_page
def take(request: Request) -> HttpResponse:
    """Offer the three formats and the ways to delete."""
    shown = {
        "there": copies.anything(request.access),
        "formats": list(KINDS),
        "today": timezone.localdate(request.now),
    }
    return render(request, "sensing/days/take.html", shown)


@require_POST
@own_page
def file(request: Request, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give a copy in one of the formats. It is made as it is read, and no file of it stays here."""
    who = studies.of_person(request.access)
    if form not in KINDS or who is None:
        raise Http404
    ending = KINDS[form].removeprefix("application/")
    if form == "lamp":
        answer: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
            copies.lamp(request.access, who), KINDS[form]
        )
    elif form == "own":
        answer = JsonResponse(copies.own_words(request.access), json_dumps_params={"ensure_ascii": False, "indent": 1})
    else:
        answer = HttpResponse(copies.zipped(request.access, who, form), KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="samen-{form}.{ending}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@own_page
def delete(request: Request) -> HttpResponse:
    """Delete some days of all streams, or everything, for good; what was computed and said of them goes as well."""
    who = studies.of_person(request.access)
    if request.POST.get("sure") != "yes":
        messages.error(request, say("sensing.signals.not_sure", language()))
        return redirect("sensing:take")
    asked = days_asked(request)
    if asked is None:
        messages.error(request, say("sensing.signals.no_days", language()))
        return redirect("sensing:take")
    gone = erasing.events(request.access, who, asked, at=request.now) if who is not None else 0
    clear(request)
    messages.success(request, say("sensing.signals.deleted", language(), n=gone))
    return redirect("sensing:signals")


def clear(request: Request) -> int:
    """Clear what the systems of this room said about days that their person has deleted: that they ran stays."""
    return systems.clear(own(request, Scope.FINDINGS))


def days_asked(request: Request) -> Range | None:
    """Read which days are to go, both ends included; all of them where neither is named, None where one is no day."""
    named = {name: day_of(text) for name in ("from", "to") if (text := request.POST.get(name, "").strip())}
    first, last = named.get("from"), named.get("to")
    if None in named.values() or (first and last and first > last):
        return None  # a slip must never take more than was meant
    return Range("", _begin(first) if first else FIRST, _begin(last + timedelta(days=1)) if last else LAST)


def _begin(day: date) -> int:
    return int(timezone.make_aware(datetime.combine(day, time.min)).timestamp() * 1000)


urlpatterns = [
    path("signals/take", take, name="take"),
    path("signals/take/delete", delete, name="take-delete"),
    path("signals/take/<slug:form>", file, name="take-file"),
]
