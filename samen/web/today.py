"""The person's own start page: today, calm. Nothing here counts or asks for anything."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.people.sealing import KeyDestroyed
from samen.rights.incidents import Kind
from samen.rights.oversight import State
from samen.rights.store import cases, inference
from samen.rights.views import saying
from samen.rights.views.person import marks
from samen.rooms.companion import door as companion
from samen.rooms.record import door as record
from samen.rooms.record.door import OwnEntry
from samen.web.shell import address_of

CONTEXT = timedelta(days=28)  # own words from longer ago are no context for today
FRESH = timedelta(days=28)  # nor is a finding that old today's news
SHOWN = (State.RELEASED, State.HELD)


@require_GET
@own_page
def today(request: Request) -> HttpResponse:
    """Greet, show the newest finding below the person's own words, what is offered, and the way to a human."""
    asked = cases.mine(request.access, open_only=True)
    newest = _newest(own(request, Scope.FINDINGS), request.now)
    context = {
        "greeting": f"web.today.greeting.{part_of_day(timezone.localtime(request.now).hour)}",
        "name": _name(own(request, Scope.CONTACT)),
        "finding": saying.finding(newest, marks(asked)) if newest else None,
        "own_words": _own_words(own(request, Scope.NOTES), request.now) if newest else None,
        "questionnaires": address_of("treatment:questionnaires"),
        "course": address_of("treatment:course"),
        "open": asked,
        "corrected": companion.has_corrections(own(request, Scope.TALK)),
        "human_days": cases.terms()[Kind.HUMAN]["ours"],
    }
    return render(request, "web/today.html", context)


def _newest(access: Allowed, now: datetime) -> inference.Shown | None:
    kept = inference.records(access, besides=companion.SAID_IN_PLACE)
    return next((each for each in kept if each.state in SHOWN and now - each.at < FRESH), None)


def _own_words(access: Allowed, now: datetime) -> OwnEntry | None:
    return next(iter(record.own_entries(access, access.person, now - CONTEXT)), None)


def _name(access: Allowed) -> str:
    try:
        return people.name_of(access)
    except KeyDestroyed:
        return ""


def part_of_day(hour: int) -> str:
    """Give the part of the day for a greeting, from the hour (0 to 23)."""
    if hour < 5:
        return "night"
    if hour < 12:
        return "morning"
    return "afternoon" if hour < 18 else "evening"
