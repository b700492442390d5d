"""Reviews after something happened to somebody who wrote to the line, and the page on which they see who read their talk."""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.ledger.store import LedgerDamaged
from samen.people import store as people
from samen.people.access import NotAllowed
from samen.people.door import Request, page_for, public_page
from samen.people.models import Account
from samen.people.roles import Duty, Scope
from samen.people.sealing import Unreadable
from samen.rooms.crisis.marking import pieces
from samen.rooms.crisis.models.audit import CAUSES, MissReview
from samen.rooms.crisis.store import misses as store
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.contacts import short_name
from samen.rooms.crisis.views.contact import mine_of
from samen.rooms.crisis.views.reader import reader_language, saying
from samen.words import say, sentences

sentence = saying("crisis.audit")
label = lazy(sentence, str)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SOON = timedelta(days=30)


@cache
def hazards() -> tuple[str, ...]:
    """Give the entries of the hazard log."""
    return tuple(
        key.split(".")[2] for key in sentences() if key.startswith("crisis.hazards.") and key.endswith(".hazard")
    )


def _hazard_choices() -> list[tuple[str, str]]:
    return [(each, f"{each}. {say(f'crisis.hazards.{each}.hazard', reader_language())}") for each in hazards()]


class BeginForm(forms.Form):
    """Which talk, and what happened."""

    number = forms.CharField(label=label("miss.number"), help_text=label("miss.number_help"), max_length=40)
    day = forms.DateField(label=label("miss.day"), widget=DAY)
    event = forms.CharField(
        label=label("miss.event"),
        help_text=label("miss.event_help"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    hazard = forms.ChoiceField(label=label("miss.hazard"), choices=_hazard_choices)


class WhyForm(forms.Form):
    """Why it went so."""

    causes = forms.MultipleChoiceField(
        label=label("miss.causes"),
        choices=[(each, label(f"cause.{each}")) for each in CAUSES],
        widget=forms.CheckboxSelectMultiple,
    )
    why = forms.CharField(label=label("miss.words"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class MeasureForm(forms.Form):
    """What will be done, by whom, by when."""

    text = forms.CharField(label=label("miss.measure"), max_length=500)
    owner = forms.ChoiceField(label=label("miss.owner"))
    due = forms.DateField(label=label("miss.due"), widget=DAY)

    def __init__(self, owners: list[Account], *args: Any, **kwargs: Any) -> None:
        """Offer who works here, and nobody else."""
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [(str(each.id), each.get_full_name()) for each in owners]  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def begin(request: Request) -> HttpResponse:
    """Open a review of a talk."""
    known = {name: request.GET[name] for name in ("number", "day") if name in request.GET}
    form = BeginForm(request.POST) if request.method == "POST" else BeginForm(initial={"hazard": "H01", **known})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            contact = store.find(said["number"], said["day"])
            made = store.begin(contact, said["event"], said["hazard"], by=request.user, at=request.now)
            return redirect("crisis:miss", made.pk)
        except NotNow as no:
            form.add_error(None, sentence(f"refused.{no.code}"))
    return render(request, "crisis/audit/begin.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_GET
@page_for(duty=Duty.DECIDE)
def one(request: Request, review: UUID) -> HttpResponse:
    """Show a review with its talk."""
    return _page(request, _review(review))


def _review(review: UUID) -> MissReview:
    try:
        return store.one(review)
    except MissReview.DoesNotExist as none:
        raise Http404 from none


def _page(
    request: Request, found: MissReview, why: WhyForm | None = None, measure: MeasureForm | None = None
) -> HttpResponse:
    try:
        full = store.full(found, by=request.user, at=request.now)
    except (DatabaseError, LedgerDamaged):
        return render(request, "people/not_noted.html", status=503)
    except Unreadable:
        return render(request, "crisis/audit/gone.html")
    open_ = found.closed_at is None
    first = {"due": (request.now + SOON).date()}
    context = {
        "full": full,
        "review": found,
        "name": short_name(found.contact_id) if found.contact_id else "",
        "hazard": say(f"crisis.hazards.{found.hazard}.hazard", reader_language()),
        "causes": [sentence(f"cause.{each}") for each in found.causes],
        "steps": [(each.line, pieces(each.line.text, each.line.spans), _level(each.level)) for each in full.steps],
        "why_form": (why or WhyForm(initial={"causes": found.causes, "why": full.why})) if open_ else None,
        "measure_form": (measure or MeasureForm(store.owners(request.now), initial=first)) if open_ else None,
        "may_close": open_ and found.by_id != request.actor,
    }
    failed = bool((why and why.errors) or (measure and measure.errors))
    return render(request, "crisis/audit/miss.html", context, status=422 if failed else 200)


def _level(level: int | None) -> str:
    return "" if level is None else sentence("miss.read", level=sentence(f"level.n{level}"))


@require_POST
@page_for(duty=Duty.DECIDE)
def change(request: Request, review: UUID) -> HttpResponse:
    """Keep causes, add a measure, say that one was done, or close the review."""
    found = _review(review)
    try:
        match request.POST.get("do"):
            case "why":
                why = WhyForm(request.POST)
                if not why.is_valid():
                    return _page(request, found, why=why)
                store.name_causes(
                    found, why.cleaned_data["causes"], why.cleaned_data["why"], by=request.user, at=request.now
                )
            case "measure":
                owners = store.owners(request.now)
                form = MeasureForm(owners, request.POST)
                if not form.is_valid():
                    return _page(request, found, measure=form)
                said = form.cleaned_data
                owner = next(each for each in owners if str(each.id) == said["owner"])
                store.measure(found, said["text"], owner, said["due"], by=request.user, at=request.now)
            case "done":
                number = request.POST.get("measure", "")
                store.done(found, int(number) if number.isdigit() else 0, by=request.user, at=request.now)
            case "close":
                store.close(found, by=request.user, at=request.now)
    except NotNow as no:
        messages.warning(request, sentence(f"refused.{no.code}"))
    except NotAllowed:
        messages.warning(request, sentence("refused.OWN"))
    else:
        messages.success(request, sentence("miss.saved"))
    return redirect("crisis:miss", review)


@never_cache
@require_GET
@public_page
def who_read(request: Request) -> HttpResponse:
    """Show whoever wrote to the line who opened their talk: a name, when, why."""
    mine = mine_of(request)
    if mine is None:
        return redirect("crisis:start")
    looks = people.who_looked(mine.of(Scope.RIGHTS), None)
    return render(request, "crisis/contact/who_read.html", {"looks": looks})


urlpatterns = [
    path("line/audit/reviews/new", begin, name="miss-begin"),
    path("line/audit/reviews/<uuid:review>/", one, name="miss"),
    path("line/audit/reviews/<uuid:review>/change", change, name="miss-change"),
    path("line/read/", who_read, name="who-read"),
]
