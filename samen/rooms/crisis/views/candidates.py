"""Models fitted here: asked for, read beside the one in use, proposed by one human and adopted by another."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rights import door as rights
from samen.rooms.crisis import systems
from samen.rooms.crisis.jobs import retraining
from samen.rooms.crisis.models.hearing import LANGUAGES, Candidate
from samen.rooms.crisis.selftest.compare import FIGURES
from samen.rooms.crisis.store import candidates as store
from samen.rooms.crisis.store import labels
from samen.rooms.crisis.store import selftest as reports
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.views.labels import LANGUAGE, figure, label, sentence

HUNDRED = 100
SHORT = 12  # letters of a digest that a page shows


class FitForm(forms.Form):
    """Which language a model is asked for."""

    language = forms.ChoiceField(label=label("begin.language"), choices=LANGUAGE, widget=forms.RadioSelect)


class ReasonForm(forms.Form):
    """Why a model should be used."""

    reason = forms.CharField(label=label("models.reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class BackForm(ReasonForm):
    """Why the model that came along should be used again."""

    language = forms.ChoiceField(label=label("begin.language"), choices=LANGUAGE, widget=forms.RadioSelect)
    field_order = ("language", "reason")


def room_systems() -> list[rights.Registered]:
    """Give the AI systems of this room."""
    return [each for each in rights.systems() if each.id.startswith("crisis.")]


@require_GET
@page_for(duty=Duty.DECIDE)
def index(request: Request) -> HttpResponse:
    """Show which model is in use, what follows after a change, and every candidate."""
    return _index(request)


def _index(request: Request, fit: FitForm | None = None, back: BackForm | None = None) -> HttpResponse:
    in_use = store.in_use()
    found = store.rows()
    context = {
        "in_use": [(each, in_use[each][:SHORT], in_use[each]) for each in LANGUAGES],
        "learnable": [(each, len(labels.settled(each))) for each in LANGUAGES],
        "rows": found,
        "busy": any(each.state in ("waiting", "fitting") for each in found),
        "missing": retraining.missing(),
        "proposals": store.proposals(),
        "leads": may(request.roles, Duty.LEAD),
        "steps": steps(),
        "fit": fit or FitForm(auto_id="fit_%s"),
        "back": (back or BackForm(auto_id="back_%s")) if any(in_use.values()) else None,
    }
    failed = bool((fit and fit.errors) or (back and back.errors))
    return render(request, "crisis/hearing/candidates.html", context, status=422 if failed else 200)


def steps() -> Sequence[tuple[str, bool]]:
    """Say what must be there before a computer hears anybody with what is in use, and what is there: computed, never ticked off."""
    newest = reports.newest()
    try:
        kept = reports.read(newest.pk) if newest is not None else None
    except ValueError:  # a report that somebody changed is no report
        kept = None
    judged = kept is not None and reports.judged(kept.report, room_systems(), systems.hears())
    return (
        ("tested", judged),
        ("met", judged and kept is not None and kept.row.passed),
        ("signed", judged and kept is not None and bool(kept.signatures)),
    )


@require_POST
@page_for(duty=Duty.DECIDE)
def fit(request: Request) -> HttpResponse:
    """Ask for a model."""
    form = FitForm(request.POST, auto_id="fit_%s")
    if not form.is_valid():
        return _index(request, fit=form)
    try:
        made = retraining.ask(form.cleaned_data["language"], by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return redirect("crisis:candidates")
    messages.success(request, sentence("models.asked"))
    return redirect("crisis:candidate", made.pk)


@require_GET
@page_for(duty=Duty.DECIDE)
def one(request: Request, candidate: UUID) -> HttpResponse:
    """Show a candidate beside the model in use."""
    return _one(request, candidate)


def _one(request: Request, candidate: UUID, form: ReasonForm | None = None) -> HttpResponse:
    row = _row(candidate)
    ready = row.state == "ready" and bool(row.report)
    context: dict[str, Any] = {
        "row": row,
        "ready": ready,
        "problem": sentence(f"models.problem.{row.problem}") if row.problem == "FAILED" else "",
        "denied": row.problem if row.problem not in ("", "FAILED") else "",
        "short": row.sha256[:SHORT],
        "in_use": store.in_use()[row.language] == row.sha256 and bool(row.sha256),
        "looks": store.looks(row.language),
        "learnt": len(row.learnt),
    }
    if ready:
        context |= {
            "sealed": _table(row.report["sealed"], FIGURES),
            "local": _table(row.report["local"], ("danger", "risk", "harmless", "questions"))
            if row.report["local"]
            else None,
            "form": form or ReasonForm(),
        }
    return render(request, "crisis/hearing/candidate.html", context, status=422 if form and form.errors else 200)


def _row(candidate: UUID) -> Candidate:
    try:
        return store.one(candidate)
    except Candidate.DoesNotExist as none:
        raise Http404 from none


def _table(found: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Put both models beside each other, figure by figure, each with its interval."""
    columns = [sentence(f"models.{each}") for each in ("figure", "now", "candidate", "n")]
    rows = []
    for name in names:
        now, then = found["now"][name], found["candidate"][name]
        rows.append([sentence(f"models.figures.{name}"), _cell(now), _cell(then), str(then["n"])])
    return {"columns": columns, "rows": rows}


def _cell(share: Mapping[str, Any]) -> str:
    """Say a share as so many of a hundred, from – to."""
    if share["value"] is None:
        return sentence("models.not_measured")
    value, low, high = (figure(share[each] * HUNDRED, 1) for each in ("value", "low", "high"))
    return sentence("models.of_hundred", value=value, low=low, high=high)


@require_POST
@page_for(duty=Duty.DECIDE)
def propose(request: Request, candidate: UUID) -> HttpResponse:
    """Propose a candidate."""
    form = ReasonForm(request.POST)
    row = _row(candidate)
    if not form.is_valid():
        return _one(request, candidate, form)
    return _proposed(request, row.language, candidate, form.cleaned_data["reason"])


@require_POST
@page_for(duty=Duty.DECIDE)
def back(request: Request) -> HttpResponse:
    """Propose to go back to the model that came along."""
    form = BackForm(request.POST, auto_id="back_%s")
    if not form.is_valid():
        return _index(request, back=form)
    return _proposed(request, form.cleaned_data["language"], None, form.cleaned_data["reason"])


def _proposed(request: Request, language: str, candidate: UUID | None, reason: str) -> HttpResponse:
    try:
        store.propose(language, candidate, reason, by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
    else:
        messages.success(request, sentence("models.proposed"))
    return redirect("crisis:candidates")


@require_POST
@page_for(duty=Duty.LEAD)
def adopt(request: Request, proposal: int) -> HttpResponse:
    """Adopt what another proposed: from now on the gate denies until test, signature and votes are there."""
    try:
        done = store.adopt(proposal, room_systems(), by=request.user, at=request.now)
    except NotAllowed:
        messages.error(request, sentence("refused.OWN"))
    else:
        (messages.success if done else messages.error)(request, sentence("models.adopted" if done else "refused.GONE"))
    return redirect("crisis:candidates")


@require_GET
@page_for(duty=Duty.DECIDE)
def card(request: Request, candidate: UUID) -> HttpResponse:
    """Hand out a candidate's card: what it learnt from, how it was made, what it reaches. It holds nobody's words."""
    row = _row(candidate)
    if not row.card:
        raise Http404
    answer = HttpResponse(row.card, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{row.language}-{row.sha256[:SHORT]}.card.json"'
    return answer


urlpatterns = [
    path("line/models", index, name="candidates"),
    path("line/models/fit", fit, name="candidates-fit"),
    path("line/models/back", back, name="candidates-back"),
    path("line/models/<uuid:candidate>", one, name="candidate"),
    path("line/models/<uuid:candidate>/card", card, name="candidate-card"),
    path("line/models/<uuid:candidate>/propose", propose, name="candidate-propose"),
    path("line/models/adopt/<int:proposal>", adopt, name="candidate-adopt"),
]
