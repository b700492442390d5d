"""My days: pictures beside one's own words, what stood out and why, one day by itself; and the same for a professional, with a yes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, assert_never
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.door import Request, also, own, own_page, page_about
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.body import tell
from samen.rights.oversight import State
from samen.rights.register import Registered
from samen.rights.words import Denied, Held, Outcome, Released
from samen.rooms.record import door as record
from samen.rooms.sensing import change, strips, systems, whereabouts
from samen.rooms.sensing.jobs import insights as jobs
from samen.rooms.sensing.store import insights
from samen.rooms.sensing.store import own_places as names
from samen.words import say

SPANS = {"month": 28, "year": 365}
LONGEST_NOTE = 4000
NOTES_SHOWN = 6
DAYS_SAID = 28  # of where somebody was: as many as are looked over
NEVER_ON = ("refused", "never")  # streams of which there was nothing to see that day
OLDEST, LAST_OF_ALL = (
    date(1900, 1, 1),
    date(2200, 1, 1),
)  # outside these no day is meant, and calendars run out of years


def language() -> str:
    """Give the reader's language, of the two that we have."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def day_of(text: str) -> date | None:
    """Read a day as a form sends it; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if OLDEST <= found <= LAST_OF_ALL else None


def told(day: date) -> str:
    """Give a day as it stands beside a picture."""
    return str(date_format(day, "j M"))


@require_GET
@own_page
def days(request: Request) -> HttpResponse:
    """Show one's own days: first one's words, then the pictures, then what a computer made of them."""
    span = request.GET.get("span", "month")
    until = systems.newest_day(request.now)  # a day that is not over would look like a quiet one
    since = until - timedelta(days=SPANS.get(span, SPANS["month"]) - 1)
    known = insights.own(request.access, since - timedelta(days=change.BACK_DAYS), until)
    findings = own(request, Scope.FINDINGS)
    where = _where(request)
    shown = {
        "where": list(where.items())[:DAYS_SAID],
        "span": span if span in SPANS else "month",
        "strips": _drawn(known, since, until),
        "notes": _notes(own(request, Scope.NOTES), since),
        "today": timezone.localdate(request.now),
        "findings": [_shown(rights.latest(findings, each.id), each) for each in (systems.CHANGE, systems.REST)],
        "shared": _shared(rights.latest(findings, systems.CHANGE_SHARED.id)),
        "sharing": systems.CHANGE_SHARED.id,
        "humans": rights.humans(request.access, systems.CHANGE_SHARED, request.now),
        "human": rights.chosen_human(request.access, systems.CHANGE_SHARED),
    }
    return render(request, "sensing/days/all.html", shown)


def _where(request: Request) -> dict[date, str]:
    """Give where the person was, by day, in their own names; nothing where they did not say yes to that."""
    newest = rights.latest(own(request, Scope.FINDINGS), systems.PLACES.id)
    if newest is None or newest.state is not State.RELEASED or newest.body is None:
        return {}
    return whereabouts.lines(newest.body.finding.value, names.of_person(request.access), language())


def _drawn(known: tuple[strips.Known, ...], since: date, until: date, *, own: bool = True) -> list[dict[str, Any]]:
    made = strips.strips(known, since, until, language(), told, usual="usual" if own else "usual_staff")
    heads = _heads(since, until, own=own)
    return [
        {
            "strip": each,
            "picture": mark_safe(each.picture),  # every text in it was escaped
            "rows": mark_safe(
                "".join(f"<tr>{heads[line.day]}<td>{escape(line.said)}</td></tr>" for line in each.lines)
            ),
        }
        for each in made
    ]


def _heads(since: date, until: date, *, own: bool) -> dict[date, str]:
    """Give the head of each day's row, made once for all tables: a year of all measures has five thousand rows."""
    blank = "0000-00-00"
    address = escape(reverse("sensing:day", args=[blank]))
    heads = {}
    for back in range((until - since).days + 1):
        day = until - timedelta(days=back)
        shown = escape(str(date_format(day, "j F Y")))
        link = f'<a href="{address.replace(blank, day.isoformat())}">{shown}</a>' if own else shown
        heads[day] = f'<th scope="row">{link}</th>'
    return heads


def _notes(access: Allowed, since: date) -> list[record.OwnEntry]:
    begin = timezone.make_aware(datetime.combine(since, time.min))
    return [each for each in record.own_entries(access, access.person, begin) if each.kind == "note"][:NOTES_SHOWN]


@dataclass(frozen=True)
class Shown:
    """What a system said last, as its person reads it."""

    system: str
    short: str
    state: str  # released, or nothing
    record: UUID | None = None
    on: date | None = None
    says: str = ""
    factors: tuple[str, ...] = ()
    sure: str = ""
    would_change: str = ""
    unlike: bool = False


def _shown(newest: rights.Shown | None, system: Registered) -> Shown:
    short = say(f"{system.manifest.words}.short", language())
    if newest is None or newest.state is not State.RELEASED or newest.body is None:
        return Shown(system.id, short, "nothing")
    why = newest.body.explanation
    return Shown(
        system.id,
        short,
        "released",
        newest.id,
        timezone.localdate(newest.at) if isinstance(newest.at, datetime) else newest.at,
        tell(why.says, language()),
        tuple(tell(each, language()) for each in why.factors),
        tell(why.sure, language()),
        tell(why.would_change, language()),
        newest.body.finding.code == "unlike",
    )


def _shared(newest: rights.Shown | None) -> str:
    if newest is None or newest.state is not State.HELD or newest.due is None:
        return ""
    return say("sensing.days.held", language(), day=str(date_format(timezone.localtime(newest.due), "j F")))


@require_POST
@own_page
def look(request: Request) -> HttpResponse:
    """Run what the person said yes to once more, because they pressed the button."""
    outcomes = [jobs.run(each, request.person, request.access) for each in systems.ON_MY_DAYS]
    if any(isinstance(each, Released) for each in outcomes):
        messages.success(request, say("sensing.days.looked", language()))
    else:
        messages.info(request, _why(outcomes[0]))
    return redirect("sensing:days")


@require_POST
@own_page
def share(request: Request) -> HttpResponse:
    """Share what stood out with one human whom the person chooses, out of those who treat them; nobody else sees it."""
    try:
        rights.choose_human(request.access, systems.CHANGE_SHARED, _account(request), at=request.now)
    except rights.NotInCare:
        messages.error(request, say("sensing.days.no_human", language()))
        return redirect("sensing:days")
    if _shared(rights.latest(own(request, Scope.FINDINGS), systems.CHANGE_SHARED.id)):
        messages.success(request, say("sensing.days.chosen", language()))  # what waits goes with the choice
        return redirect("sensing:days")
    outcome = jobs.run(systems.CHANGE_SHARED, request.person)
    match outcome:
        case Held() | Released():
            messages.success(request, say("sensing.days.shared", language()))
        case Denied():
            messages.error(request, say("sensing.days.not_shared", language(), why=_why(outcome)))
        case _:
            assert_never(outcome)
    return redirect("sensing:days")


def _account(request: Request) -> UUID:
    """Read whom the person chose. Raises: rights.NotInCare for nobody."""
    try:
        return UUID(request.POST.get("human", ""))
    except ValueError as wrong:
        raise rights.NotInCare("nobody") from wrong


def _why(outcome: Outcome) -> str:
    return say(f"rights.denied.{outcome.code}", language()) if isinstance(outcome, Denied) else ""


@require_POST
@own_page(Scope.NOTES)
def note(request: Request) -> HttpResponse:
    """Keep a note about a day."""
    text, day = request.POST.get("text", "").strip()[:LONGEST_NOTE], day_of(request.POST.get("day", ""))
    if not text or day is None or day > timezone.localdate(request.now):
        messages.error(request, say("sensing.days.note_empty", language()))
        return redirect("sensing:days")
    at = timezone.make_aware(datetime.combine(day, time(12)))
    record.add_own_entry(request.access, "note", text, min(at, request.now), now=request.now)
    messages.success(request, say("sensing.days.note_kept", language()))
    return redirect("sensing:day", day.isoformat())


@require_GET
@own_page
def one(request: Request, day: str) -> HttpResponse:
    """Show one day: what was written, what was measured beside one's own usual, and a way to delete it."""
    on = day_of(day)
    if on is None or on > timezone.localdate(request.now):
        raise Http404
    known = insights.own(request.access, on - timedelta(days=change.BACK_DAYS), on)
    notes = [each for each in _notes(own(request, Scope.NOTES), on) if timezone.localdate(each.at) == on]
    rows = [_row(each, known) for each in known if each.day == on and each.reason not in NEVER_ON]
    where = _where(request).get(on, "")
    shown = {"day": on, "rows": rows, "notes": notes, "where": where, "today": timezone.localdate(request.now)}
    return render(request, "sensing/days/one.html", shown)


def _row(each: strips.Known, known: tuple[strips.Known, ...]) -> dict[str, str]:
    band = change.usual([one.reading for one in known], each.day, each.measure.name, skewed=each.measure.skewed)
    covered = each.measure.covered and each.value is not None and each.coverage is not None and each.coverage < 1
    seen = say("sensing.days.coverage", language(), n=round(100 * (each.coverage or 0))) if covered else ""
    return {
        "name": say(f"sensing.measure.{each.measure.name}.name", language()),
        "value": strips.value_said(each, language()),
        "usual": strips.usual_said(each.measure, band, language()),
        "coverage": seen,
    }


@require_GET
@page_about(Scope.ANSWERS, Scope.NOTES)
def of_person(request: Request, person: UUID) -> HttpResponse:
    """Show a professional the days that somebody in their care shares with them: the same numbers, their own words above."""
    until = systems.newest_day(request.now)
    since = until - timedelta(days=SPANS["month"] - 1)
    known, streams = insights.shared(request.access, since - timedelta(days=change.BACK_DAYS), until, request.now)
    notes = also(request, Scope.NOTES)
    shown = {
        "name": people.name_of(request.access),
        "person": person,
        "strips": _drawn(known, since, until, own=False),
        "streams": streams,
        "notes": _notes(notes, since) if isinstance(notes, Allowed) else [],
    }
    return render(request, "sensing/days/person.html", shown)


urlpatterns = [
    path("signals/days", days, name="days"),
    path("signals/days/look", look, name="days-look"),
    path("signals/days/share", share, name="days-share"),
    path("signals/days/note", note, name="days-note"),
    path("signals/days/<slug:day>", one, name="day"),
    path("people/<uuid:person>/days", of_person, name="person-days"),
]
