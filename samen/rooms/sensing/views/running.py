"""Running a study: writing what people will read, opening it as somebody else, keys, files of features, and the end."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, page_for_roles
from samen.people.roles import Role
from samen.rooms.sensing import kinds
from samen.rooms.sensing.catalogue import PROFILES
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.store import exporting, running
from samen.rooms.sensing.store.running import Asked, NotNow
from samen.rooms.sensing.store.studies import by_code
from samen.rooms.sensing.views.days import day_of, language
from samen.words import LANGUAGES, say

RUNNERS = (Role.RESEARCHER, Role.CLINICAL_LEAD)
LONGEST = timedelta(days=5 * 365)  # a study ends: nobody is measured for ever on one yes
MOST_DAYS = 92  # in one file
WORDS = "sensing.running"


def sentence(key: str, **values: object) -> str:
    """Give a sentence of these pages."""
    return say(f"{WORDS}.{key}", language(), **values)


class StudyForm(forms.Form):
    """A study as it is written."""

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streams = [(name, say(f"sensing.stream.{name}.short", language())) for name in kinds.CATEGORIES]
        profiles = [(name, sentence(f"profile.{name}")) for name in PROFILES]
        area = forms.Textarea(attrs={"rows": 5})
        last = {"type": "date", "min": today.isoformat(), "max": (today + LONGEST).isoformat()}
        self.today = today
        self.fields["name"] = forms.CharField(label=sentence("form.name"), max_length=200)
        self.fields["who"] = forms.CharField(
            label=sentence("form.who"), help_text=sentence("form.who_help"), max_length=200
        )
        for each in LANGUAGES:
            self.fields[f"why_{each}"] = forms.CharField(
                label=sentence(f"form.why_{each}"), help_text=sentence("form.why_help"), max_length=4000, widget=area
            )
        self.fields["streams"] = forms.MultipleChoiceField(
            label=sentence("form.streams"), help_text=sentence("form.streams_help"), choices=streams,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields["profile"] = forms.ChoiceField(
            label=sentence("form.profile"), choices=profiles, widget=forms.RadioSelect, initial=PROFILES[0]
        )
        self.fields["until"] = forms.DateField(
            label=sentence("form.until"), help_text=sentence("form.until_help"), widget=forms.DateInput(attrs=last)
        )

    def clean_until(self) -> date:
        """Refuse a last day that is past, or further away than a yes should reach."""
        until: date = self.cleaned_data["until"]
        if not self.today <= until <= self.today + LONGEST:
            raise forms.ValidationError(sentence("form.until_wrong"))
        return until

    def asked(self) -> Asked:
        """Give the study as it was written. Needs a form that is valid."""
        given = self.cleaned_data
        why = {each: given[f"why_{each}"] for each in LANGUAGES}
        return Asked(given["name"], given["who"], why, tuple(given["streams"]), given["profile"], given["until"])


@require_http_methods(["GET", "POST"])
@page_for_roles(*RUNNERS)
def new(request: Request) -> HttpResponse:
    """Write a new study."""
    form = StudyForm(timezone.localdate(request.now), request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = running.write(form.asked(), by=request.user, at=request.now)
        messages.success(request, sentence("did.written"))
        return redirect("sensing:leaflet", row.study.code)
    return render(request, "sensing/studies/write.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page_for_roles(*RUNNERS)
def leaflet(request: Request, study: str) -> HttpResponse:
    """Show what people read of a study, who wrote and opened it, and what can be done next."""
    row = _row(study)
    form = None
    if row.state == "written":
        form = StudyForm(timezone.localdate(request.now), request.POST or None, initial=_initial(row))
        if request.method == "POST" and form.is_valid():
            running.rewrite(row, form.asked(), by=request.user, at=request.now)
            messages.success(request, sentence("did.written"))
            return redirect("sensing:leaflet", study)
    shown = {
        "row": row,
        "streams": [say(f"sensing.stream.{name}.short", language()) for name in row.streams],
        "form": form,
        "is_mine": row.written_by_id == request.user.pk,
        "readers": running.readers(row.study),
        "first": timezone.localdate(request.now) - timedelta(days=28),
        "last": timezone.localdate(request.now),
    }
    return render(request, "sensing/studies/leaflet.html", shown, status=422 if form and form.errors else 200)


@require_POST
@page_for_roles(*RUNNERS)
def step(request: Request, study: str) -> HttpResponse:
    """Open a study for people, or end it."""
    row, do = _row(study), request.POST.get("do", "")
    try:
        if do == "open":
            running.open_for_people(row, by=request.user, at=request.now)
        elif do == "end" and request.POST.get("sure") == "yes":
            running.end(row, at=request.now)
        elif do == "end":
            raise NotNow("not_sure")
        else:
            raise Http404
        messages.success(request, sentence(f"did.{do}"))
    except NotNow as no:
        messages.error(request, sentence(f"not_now.{no}"))
    return redirect("sensing:leaflet", study)


@require_POST
@page_for_roles(*RUNNERS)
def readers(request: Request, study: str) -> HttpResponse:
    """Make a key that reads a study, shown for the only time, or end one."""
    row = _row(study)
    if which := request.POST.get("end", ""):
        if not running.end_reader(row.study, which, at=request.now):
            raise Http404
        messages.success(request, sentence("did.key_ended"))
        return redirect("sensing:leaflet", study)
    name = request.POST.get("name", "").strip()[:100]
    try:
        if not name:
            raise NotNow("no_name")
        made = running.make_reader(row, name, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"not_now.{no}"))
        return redirect("sensing:leaflet", study)
    address = request.build_absolute_uri(reverse("sensing:lamp-about"))
    return render(request, "sensing/studies/key.html", {"row": row, "made": made, "name": name, "address": address})


@require_GET
@page_for_roles(*RUNNERS)
def features(request: Request, study: str) -> HttpResponse:
    """Give the features of whoever takes part and lets them be read, by day, as a table."""
    row = _row(study)
    first, last = day_of(request.GET.get("from", "")), day_of(request.GET.get("to", ""))
    if first is None or last is None or first > last or (last - first).days >= MOST_DAYS:
        messages.error(request, sentence("not_now.days", n=MOST_DAYS))
        return redirect("sensing:leaflet", study)
    found, people = exporting.features(row.study, first, last, at=request.now)
    if not people:
        messages.error(request, sentence("not_now.nobody"))
        return redirect("sensing:leaflet", study)
    answer = HttpResponse(found.write_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="features-{row.study.profile}-{first}-{last}.csv"'
    return answer


def _row(code: str) -> Leaflet:
    study = by_code(code)
    row = running.leaflet(study) if study is not None else None
    if row is None:
        raise Http404
    return row


def _initial(row: Leaflet) -> dict[str, object]:
    return {
        "name": row.study.name, "who": row.who, "why_en": row.why_en, "why_nl": row.why_nl, "streams": row.streams,
        "profile": row.study.profile, "until": row.until.isoformat(),
    }  # fmt: skip


urlpatterns = [
    path("studies/new/", new, name="study-new"),
    path("studies/<slug:study>/leaflet/", leaflet, name="leaflet"),
    path("studies/<slug:study>/step/", step, name="study-step"),
    path("studies/<slug:study>/keys/", readers, name="study-keys"),
    path("studies/<slug:study>/features/", features, name="study-features"),
]
