"""The help line of the made-up service: tested, voted on and staffed as any service must, with people waiting in it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from samen.people.roles import Role, Scope
from samen.rights import jobs as ring
from samen.rights.words import Denied
from samen.rooms.crisis import systems, watching
from samen.rooms.crisis.jobs import line, selftest
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts, duty, policies
from samen.rooms.crisis.store import selftest as reports
from samen.rooms.crisis.store import watching as watches
from samen.rooms.crisis.triage import SHIPPED
from samen.rooms.crisis.watching import Source, Step, Whom
from samen.web.demo import adopting, founding, labels, own, texts
from samen.web.demo.founding import Staff

PLACES = 400  # in the pilot: each talk with the line takes one
DAYS_STAFFED = 60
SHIFTS = (time(0), time(8), time(16))


def open_line(staff: Staff, now: datetime) -> bool:
    """Open the line. Says whether its AI systems are in use: not when the self-test missed a bar, and then people wait by time."""
    words = texts.read("line")
    ring.hourly(now=now)
    in_use = _tested(staff, words, now)
    if in_use:
        _approve(staff, words, now)
    _staffed(staff, now)
    policies.propose(SHIPPED, words["policy"], by=staff["visser"], at=now - timedelta(days=1))
    for number, each in enumerate(words["talk"]):
        _writes(each, number, now)
    labels.label(staff, now)
    if in_use:
        _watched(words["watch"], now)
    return in_use


def _tested(staff: Staff, words: Mapping[str, Any], now: datetime) -> bool:
    """Run the room's self-test, and let the clinical lead sign what it found. Says whether every bar was met."""
    found = selftest.run(staff["visser"].id, now=now)
    if isinstance(found, Denied):
        raise RuntimeError(f"The self-test was denied: {found.code} {found.detail}. The demo cannot go on without it.")
    if found.passed:
        kept = reports.read(found.pk)
        mine, hears = selftest.room_systems(), systems.hears()
        reports.sign(kept, mine, words["statement"], hears=hears, by=staff["visser"], at=now)
    return bool(found.passed)


def _approve(staff: Staff, words: Mapping[str, Any], now: datetime) -> None:
    """Let the panel ratify the need for each system and vote on it; then the lead begins the pilot."""
    for each in words["system"]:
        adopting.voted(staff, adopting.named(each["id"]), each, words, now)
    founding.pay(staff, now)
    for each in words["system"]:
        adopting.begun(staff, adopting.named(each["id"]), words, now, PLACES)


def _staffed(staff: Staff, now: datetime) -> None:
    """Plan who answers, day and night, so that a visitor finds somebody there."""
    day = timezone.localtime(now).date()
    answering = staff.of(Role.COUNSELLOR)
    for ahead in range(-1, DAYS_STAFFED):
        for start in SHIFTS:
            begins = timezone.make_aware(datetime.combine(day + timedelta(days=ahead), start))
            for account in answering:
                duty.plan(account, begins, begins + timedelta(hours=8))


def _writes(each: Mapping[str, Any], number: int, now: datetime) -> None:
    """Let somebody without an account write to the line, as its pages do."""
    at = now - timedelta(minutes=each["minutes"])
    begun = contacts.begin("web", each["language"], now=at)
    mine = contacts.of_token(begun.token)
    if mine is None:
        raise RuntimeError("A talk that was just begun is not there.")
    line.tell_and_choose(mine, yes=each["computer"], at=at, language=each["language"])
    if "urgency" in each:
        contacts.say_urgency(mine.access, mine.contact, each["urgency"])
    for place, text in enumerate(each["say"]):
        line.take_in(mine, text, client_id=f"demo-{number}-{place}", at=at + timedelta(minutes=place))


def _watched(words: Mapping[str, Any], now: datetime) -> None:
    """Let Noor be watched over by her own rule: Bram said yes, she said yes to her notes being read, and to nothing else."""
    access = own.access("noor@example.org", Scope.RIGHTS, now)
    contact, token = watches.name_contact(access, words["name"], words["email"], at=now)
    watches.answer(token, yes=True, at=now)
    steps = (Step(Whom.CONTACT, str(contact)),)
    rule = watching.Rule(
        steps=steps,
        message=words["message"],
        never=words["never"],
        level=Level.DANGER,
        first_minutes=5,
        next_minutes=15,
        language="nl",
        until=now + timedelta(days=90),
    )
    watches.write(access, rule, at=now)
    own.says_yes(access, systems.WATCH, now, sorted(watching.uses(Source.JOURNAL, steps)))
