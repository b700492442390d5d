"""What waits for a human: the queue of held findings, the page on which one is judged, and the cases that people opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.door import Request, page_about, page_for
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rights.incidents import Kind, is_overdue
from samen.rights.oversight import State
from samen.rights.store import cases, inference, sheets, waiting
from samen.rights.store.cases import Open
from samen.rights.store.inference import NotHeld, Shown, Waiting
from samen.rights.views import duty, evidence, panel, saying, systems
from samen.rights.views.saying import Read, Why, sentence, told
from samen.rights.views.staff_forms import AnswerForm, DecideForm
from samen.rights.words import Category

OWN_WORDS = frozenset({Category.NOTES, Category.LIFE_EVENTS, Category.TALK, Category.MESSAGES})


def deciding(roles: frozenset[Role]) -> list[Role]:
    """Give the roles of somebody that decide, the lead's first."""
    mine = [role for role in roles if Duty.DECIDE in CARDS[role].duties]
    return sorted(mine, key=lambda role: (role is not Role.CLINICAL_LEAD, role))


def page_of(request: Request) -> int:
    """Give the page of a list that is asked for."""
    raw = request.GET.get("page", "1")
    return int(raw) if raw.isdigit() and 0 < int(raw) < 10_000 else 1


# --- the queue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One held finding in the queue. What it says is not here."""

    found: Waiting
    system: str
    late: bool


@require_GET
@page_for(duty=Duty.DECIDE)
def queue(request: Request) -> HttpResponse:
    """Show what waits for this human, most urgent first, and how much room there is."""
    role, page = deciding(request.roles)[0], page_of(request)
    found, known = waiting.for_human(request.user, role, request.now, page)
    people.note_names_seen([each.access for each in known], what="rights:queue", at=request.now)
    context = {
        "lines": [
            Line(each, saying.name_of(each.system, "short"), each.due <= request.now)
            for each in found[: inference.PAGE]
        ],
        "load": sheets.load(role, request.now),
        "page": page,
        "before": page - 1,
        "after": page + 1,
        "more": len(found) > inference.PAGE,
    }
    return render(request, "rights/staff/queue.html", context)


@require_http_methods(["GET", "POST"])
@page_about(Scope.FINDINGS, duty=Duty.DECIDE)
def review(request: Request, person: UUID, record: UUID) -> HttpResponse:
    """Show one held finding below the person's own story, and take the human's decision."""
    shown = inference.record(request.access, record)
    if shown is None:
        return render(request, "rights/staff/no_finding.html", status=404)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (done := _decide(request, shown, form)) is not None:
        return done
    name = people.name_of(request.access)
    context = {
        "shown": shown,
        "name": name,
        "system": saying.name_of(shown.system, "short"),
        "why": saying.why(shown.body) if shown.body else None,
        "says": told(shown.body.explanation.says_to_staff) if shown.body else "",
        "own_words": _own_words(shown, saying.why(shown.body)) if shown.body else [],
        "marks": cases.about_record(request.access, record),
        "form": form if shown.state is State.HELD and _is_mine(request, shown) else None,
        "late": shown.due is not None and shown.due <= request.now,
        "to_record": saying.address("record:person", person),
        "to_course": saying.address("treatment:person", person),
    }
    return render(request, "rights/staff/review.html", context, status=422 if form.errors else 200)


def _is_mine(request: Request, shown: Shown) -> bool:
    return request.access.role in (shown.reviewer, Role.CLINICAL_LEAD)


def _own_words(shown: Shown, why: Why) -> list[Read]:
    """Give what was read of the person's own words; they stand above all else."""
    items = shown.body.items if shown.body else ()
    return [read for item, read in zip(items, why.items, strict=True) if item.category in OWN_WORDS]


def _decide(request: Request, shown: Shown, form: DecideForm) -> HttpResponse | None:
    try:
        inference.decide(request.access, shown.id, form.decided(), at=request.now)
    except NotHeld:
        form.add_error(None, sentence("rights.queue.error.NOT_HELD"))
        return None
    messages.success(request, sentence("rights.queue.decide.done"))
    return redirect("rights:review", person=shown.person, record=shown.id)


# --- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseLine:
    """One open case in the list, without what was written."""

    case: Open
    late: bool
    system: str


def _line(case: Open, now: datetime) -> CaseLine:
    system = saying.name_of(case.system, "short") if case.system else ""
    return CaseLine(case, is_overdue(case.due, case.closed_at, now), system)


@require_GET
@page_for(duty=Duty.DECIDE)
def to_answer(request: Request) -> HttpResponse:
    """List the open cases that this human can answer, most urgent first."""
    page = page_of(request)
    found = cases.to_answer(request.user, request.now, page)
    shown = found[: cases.PAGE]
    seen = [_access(request, each.person) for each in shown if each.person]
    people.note_names_seen(seen, what="rights:answer", at=request.now)
    context = {
        "lines": [_line(each, request.now) for each in shown],
        "page": page,
        "before": page - 1,
        "after": page + 1,
        "more": len(found) > cases.PAGE,
    }
    return render(request, "rights/staff/cases.html", context)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def answer(request: Request, case: UUID) -> HttpResponse:
    """Show one case to whoever can answer it, write down that they read it, and take the answer."""
    found = cases.one_to_answer(request.user, case, request.now)
    if found is None:
        messages.info(request, sentence("rights.answer.gone"))
        return redirect("rights:answer")
    if found.person is not None:
        people.note_access(_access(request, found.person), what="rights:answer-case", at=request.now)
    given = request.POST if request.method == "POST" else None
    form = AnswerForm(given, kind=found.kind, public=found.person is None)
    if form.is_valid():
        cases.answer(
            request.user, case, text=form.cleaned_data["text"], outcome=form.cleaned_data["outcome"], at=request.now
        )
        messages.success(request, sentence("rights.answer.done"))
        return redirect("rights:answer")
    context = {
        "line": _line(found, request.now),
        "form": form,
        "visitor": found.person is None and found.kind is Kind.REGISTER,
        "finding": saying.address("rights:review", found.person, found.record) if found.record else "",
    }
    return render(request, "rights/staff/case.html", context, status=422 if form.errors else 200)


def _access(request: Request, person: UUID) -> Allowed:
    """Say under which decision a case is read: the person sent it to be read by whoever answers in this role."""
    role = deciding(request.roles)[0]
    return Allowed(person=person, scope=Scope.RIGHTS, ground=Ground.CARE, role=role, actor=request.actor)


URLS = [
    path("queue", queue, name="queue"),
    path("review/<uuid:person>/<uuid:record>", review, name="review"),
    path("answer", to_answer, name="answer"),
    path("answer/<uuid:case>", answer, name="answer-case"),
    *duty.URLS,
    *systems.URLS,
    *panel.URLS,
    *evidence.URLS,
]
