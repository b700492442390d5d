"""The pages of this room: asking questionnaires, and showing their course with the life in which it was lived."""

import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people import door
from samen.people import store as people
from samen.people.access import Allowed, Ground, Refused
from samen.people.door import Request
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.body import tell
from samen.rights.oversight import State
from samen.rights.words import Denied, Explanation, Held, Outcome, Released
from samen.rooms.record import door as record
from samen.rooms.treatment import page, store, systems
from samen.rooms.treatment.change import Point
from samen.rooms.treatment.forms import AnswersForm, NoteForm
from samen.rooms.treatment.questionnaires import NoSuchQuestionnaire, Questionnaire, questionnaire, questionnaires
from samen.rooms.treatment.scoring import hard_answer
from samen.words import has

log = logging.getLogger("samen.treatment")

CONTEXT_DAYS = 183  # notes and life events of the time that the course is compared over
KEPT = ("record", "draft", "no")  # what became of the answers when the help page opened


@require_GET
@door.own_page(Scope.ANSWERS)
def questionnaires_list(request: Request) -> HttpResponse:
    """Offer the questionnaires, with when each was last filled in. None is due; none is asked for."""
    points, _ = store.read_course(request.access, request.person)
    offers = [
        {
            "questionnaire": found,
            "title": found.title.of(_language()),
            "about": found.about.of(_language()),
            "last": max((point.at for point in points if point.instrument == name), default=None),
            "draft": bool(store.draft(request.session, request.person, name)),
        }
        for name, found in questionnaires().items()
    ]
    return render(request, "treatment/questionnaires.html", {"offers": offers})


@require_http_methods(["GET", "POST"])
@door.own_page(Scope.ANSWERS)
def ask(request: Request, name: str) -> HttpResponse:
    """Ask one questionnaire on one page; keep what was chosen when something is wrong, or when somebody stops half-way."""
    try:
        found = questionnaire(name)
    except NoSuchQuestionnaire as wrong:
        raise Http404 from wrong
    if request.method == "POST":
        return _answered(request, found, AnswersForm(found, _language(), request.POST))
    kept = store.draft(request.session, request.person, name)
    return _page_of(request, found, AnswersForm(found, _language(), initial={item: str(v) for item, v in kept.items()}))


def _answered(request: Request, found: Questionnaire, form: AnswersForm) -> HttpResponse:
    """Take answers in. A hard answer opens the help page whatever else is on the page, and whatever fails."""
    hard = hard_answer(found, form.chosen)
    later = "later" in request.POST
    try:
        kept = _kept(request, found, form, later=later)
    except Exception as wrong:
        # Whatever went wrong with keeping it: nothing stands between this answer and the help page.
        if not hard:
            raise
        log.error("Answers with a hard answer could not be kept: %s.", type(wrong).__name__)
        kept = "no"
    if hard:
        return redirect(f"{reverse('treatment:after-hard-answer')}?kept={kept}")
    if kept == "no":
        return _page_of(request, found, form, status=422)
    if kept == "draft":
        return redirect("treatment:questionnaires")
    return _after(gate.run(systems.PROGRESS, person=request.person, actor=request.access))


def _kept(request: Request, found: Questionnaire, form: AnswersForm, *, later: bool) -> str:
    if later:
        store.put_draft(request.session, request.person, found.id, form.chosen)
        return "draft"
    if not form.is_valid():
        return "no"
    store.keep(request.access, found, form.chosen, at=request.now, language=_language(), sheet=form.sheet)
    store.drop_draft(request.session, request.person, found.id)
    return "record"


def _after(outcome: Outcome) -> HttpResponse:
    """Lead on after a run. The outcome itself is shown where it belongs: on the course page."""
    match outcome:
        case Released() | Held():
            return redirect("treatment:course")
        case Denied(code=code):
            return redirect(f"{reverse('treatment:saved')}?why={code}")
        case _:
            assert_never(outcome)


def _page_of(request: Request, found: Questionnaire, form: AnswersForm, status: int = 200) -> HttpResponse:
    asked = {
        "questionnaire": found,
        "sheet": form.sheet or store.sheet(request.session, request.person, found.id, request.now),
        "form": form,
        "title": found.title.of(_language()),
        "instruction": found.instruction.of(_language()),
        "questions": len(found.questions),
    }
    return render(request, "treatment/ask.html", asked, status=status)


@require_GET
@door.public_page
def after_hard_answer(request: Request) -> HttpResponse:
    """Say what happens now and what does not, with the numbers. It asks nothing of the database, so that it always opens."""
    kept = request.GET.get("kept", "no")
    return render(request, "treatment/after_hard_answer.html", {"kept": kept if kept in KEPT else "no"})


@require_GET
@door.own_page(Scope.ANSWERS)
def saved(request: Request) -> HttpResponse:
    """Say that the answers are kept, and why no computer looked at them."""
    why = request.GET.get("why", "")
    return render(request, "treatment/saved.html", {"why": why if has(f"rights.denied.{why}") else ""})


@require_POST
@door.own_page(Scope.ANSWERS)
def compare(request: Request) -> HttpResponse:
    """Ask the gate once more, because the person pressed the button."""
    return _after(gate.run(systems.PROGRESS, person=request.person, actor=request.access))


@dataclass(frozen=True)
class Told:
    """A finding in the reader's words."""

    record: UUID
    says: str
    factors: tuple[str, ...]
    would_change: str
    sure: str
    decides: str
    object: str


@require_GET
@door.own_page(Scope.ANSWERS)
def course(request: Request) -> HttpResponse:
    """Show one's own course: first the life in which it was lived, then the pictures, then what a computer made of it."""
    return _course(request, NoteForm(_language(), timezone.localdate(request.now)))


@require_POST
@door.own_page(Scope.ANSWERS)
def note(request: Request) -> HttpResponse:
    """Keep a note or a life event of one's own."""
    form = NoteForm(_language(), timezone.localdate(request.now), request.POST)
    if not form.is_valid():
        return _course(request, form, status=422)
    at = timezone.make_aware(datetime.combine(form.cleaned_data["on"], time(12)))
    mine = door.own(request, Scope.NOTES)
    record.add_own_entry(
        mine, form.cleaned_data["kind"], form.cleaned_data["text"], min(at, request.now), now=request.now
    )
    return redirect("treatment:course")


def _course(request: Request, form: NoteForm, status: int = 200) -> HttpResponse:
    points, unread = store.read_course(request.access, request.person)
    shown = {
        **_pictures(points, request.now),
        **_context(door.own(request, Scope.NOTES), request),
        **_finding(door.own(request, Scope.FINDINGS), staff=False),
        "unread": len({row.ref for row in unread}),
        "unread_why": sorted({row.code for row in unread}),
        "note": form,
    }
    return render(request, "treatment/course.html", shown, status=status)


@require_GET
@door.page_about(Scope.ANSWERS, Scope.NOTES, Scope.FINDINGS)
def person_course(request: Request, person: UUID) -> HttpResponse:
    """Show a professional the course of somebody in their care, with that person's own words above any score."""
    notes, findings = door.also(request, Scope.NOTES), door.also(request, Scope.FINDINGS)
    points, unread = store.read_course(request.access, person)
    shown = {
        **_pictures(points, request.now, own=False),
        **_hard(request, person),
        **(_context(notes, request) if isinstance(notes, Allowed) else {"notes_closed": True}),
        **_of_staff(findings),
        "unread": len({row.ref for row in unread}),
        "unread_why": sorted({row.code for row in unread}),
        "person": person,
        "name": people.name_of(request.access),
    }
    return render(request, "treatment/person.html", shown)


def _hard(request: Request, person: UUID) -> dict[str, object]:
    """Give those who care for somebody the hard answers as they were given: no total and no finding shows them."""
    if request.access.ground is Ground.SUPPORT:
        return {}
    since = request.now - timedelta(days=CONTEXT_DAYS)
    given = store.read_hard(request.access, person, since)
    return {"hard": [{"at": each.at, "answer": each.answer(_language())} for each in given]}


def _of_staff(findings: Allowed | Refused) -> dict[str, object]:
    if isinstance(findings, Refused):
        return {"state": "closed"}
    # A supporter reads it as the person does; the words to staff are for those who give care.
    return _finding(findings, staff=findings.ground is not Ground.SUPPORT)


def _finding(access: Allowed, *, staff: bool) -> dict[str, object]:
    """Give the newest run and, where a human decided, who and in which words: a human's words stand above the computer's."""
    newest = rights.latest(access, systems.PROGRESS.id)
    return {**_said(_outcome(newest), staff=staff), "ruling": newest.decided if newest else None}


def _outcome(newest: rights.Shown | None) -> Outcome:
    """Give what became of a run as one of the three outcomes that a page must know how to show."""
    if newest is None:
        return Denied("NOT_RUN")
    if newest.state is State.HELD and newest.due is not None:
        return Held(newest.id, Role(newest.reviewer), newest.due)
    if newest.state is State.RELEASED and newest.body is not None:
        return Released(newest.id, newest.body.finding, newest.body.explanation)
    return Denied("REJECTED" if newest.state is State.REJECTED else "CLEARED")


def _said(outcome: Outcome, *, staff: bool) -> dict[str, object]:
    match outcome:
        case Released(record=record_id, explanation=why):
            return {"state": "released", "told": _told(record_id, why, staff=staff)}
        case Held(record=record_id, role=role, due=due):
            return {"state": "held", "record": record_id, "role": str(role), "due_words": _date(due)}
        case Denied(code=code):
            return {"state": "denied", "code": code}
        case _:
            assert_never(outcome)


def _told(record_id: UUID, why: Explanation, *, staff: bool) -> Told:
    language = _language()
    return Told(
        record=record_id,
        says=tell(why.says_to_staff if staff else why.says, language),
        factors=tuple(tell(factor, language) for factor in why.factors),
        would_change=tell(why.would_change, language),
        sure=tell(why.sure, language),
        decides=tell(why.decides, language),
        object=tell(why.object, language),
    )


def _pictures(points: tuple[Point, ...], now: datetime, *, own: bool = True) -> dict[str, object]:
    drawn = page.strips(points, now, _language(), _date, own=own)
    return {"strips": [{"strip": each, "picture": mark_safe(each.picture)} for each in drawn]}


def _context(access: Allowed, request: Request) -> dict[str, object]:
    since = request.now - timedelta(days=CONTEXT_DAYS)
    return {"entries": record.own_entries(access, access.person, since)}


def _date(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y")


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]
