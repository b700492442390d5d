"""What a person planned: made, paused, stopped and read by them alone; and the mails that they asked for."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Person
from samen.people.roles import Role, Scope
from samen.rooms.sensing.activities import repeats
from samen.rooms.sensing.activities.repeats import Plan
from samen.rooms.sensing.models.activities import Planned

WISH = "sensing.planned"  # what a sealed plan is bound to
MOST = 8  # plans of one person: more would be a timetable


@dataclass(frozen=True)
class Kept:
    """A plan as its person sees it."""

    id: UUID
    plan: Plan
    language: str
    mail: bool
    paused: bool
    aside_at: datetime
    next_at: datetime | None


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A plan is the person's own: nobody else sets it, reads it or stops it.")


def by_own_wish(person: UUID) -> Allowed:
    """Give the access under which a person's own plan is carried out while they are not here: their own, and no further."""
    return Allowed(person=person, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=None)


def begin(access: Allowed, plan: Plan, *, mail: bool, language: str, at: datetime) -> UUID | None:
    """Keep a new plan; None where there are as many as there can be."""
    _own(access)
    if Planned.objects.filter(person=access.person).count() >= MOST:
        return None
    body = json.dumps({**repeats.plain(plan), "language": language})
    made = Planned.objects.create(
        person_id=access.person,
        wish_sealed=people.sealer(access.person).seal(body, WISH),
        mail=mail,
        begun_at=at,
        aside_at=at,
        next_at=repeats.next_after(plan, at),
    )
    return made.id


def mine(access: Allowed) -> list[Kept]:
    """Give one's own plans, the oldest first."""
    _own(access)
    rows = list(Planned.objects.filter(person=access.person).order_by("begun_at"))
    sealer = people.sealer(access.person) if rows else None
    return [_kept(row, sealer) for row in rows if sealer is not None]


def _kept(row: Planned, sealer: people.Sealer) -> Kept:
    body = json.loads(sealer.open_text(row.wish_sealed, WISH))
    paused = row.paused_at is not None
    return Kept(row.id, repeats.planned(body), body["language"], row.mail, paused, row.aside_at, row.next_at)


def pause(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Pause at once: no line, no mail."""
    _own(access)
    return bool(Planned.objects.filter(id=which, person=access.person, paused_at=None).update(paused_at=at))


def go_on(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Go on from now; what lay in the pause is not made up for."""
    found = next((each for each in mine(access) if each.id == which), None)
    if found is None:
        return False
    rows = Planned.objects.filter(id=which, person=access.person)
    return bool(rows.update(paused_at=None, aside_at=at, next_at=repeats.next_after(found.plan, at)))


def stop(access: Allowed, which: UUID) -> bool:
    """Stop at once, and keep nothing of it."""
    _own(access)
    return bool(Planned.objects.filter(id=which, person=access.person).delete()[0])


def put_aside(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Let the line go until its next moment, whether something was done or not: that is not kept."""
    _own(access)
    return bool(Planned.objects.filter(id=which, person=access.person).update(aside_at=at))


def lines(access: Allowed, now: datetime) -> list[Kept]:
    """Give what a person planned for about now."""
    return [each for each in mine(access) if not each.paused and repeats.due(each.plan, each.aside_at, now)]


# --- the mail that somebody asked for ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claimed:
    """A mail that is this process's to send: to whom, in which language, and which moment it is for."""

    to: str
    language: str
    moment: datetime


def due(now: datetime) -> list[tuple[UUID, UUID]]:
    """Give whose mail is due: person and plan. Nothing of what it is about."""
    rows = Planned.objects.filter(mail=True, paused_at=None, next_at__lte=now).order_by("next_at")
    return list(rows.values_list("person_id", "id"))


def claim(access: Allowed, which: UUID, *, now: datetime) -> Claimed | None:
    """Take a mail that is due, so that no other process and no second look sends it; None when it is not due any more.

    One mail a day is the most, whatever else was planned for that day.
    """
    _own(access)
    row = Planned.objects.filter(id=which, person=access.person, mail=True, paused_at=None, next_at__lte=now).first()
    if row is None or row.next_at is None:
        return None
    all_mine = {each.id: each for each in mine(access)}
    kept = all_mine[row.id]
    over = _end_of_day(kept.plan, max(now, row.next_at))
    # Only one of those who look at the same time finds the row as it was.
    claimed = Planned.objects.filter(id=which, next_at=row.next_at, paused_at=None)
    if not claimed.update(next_at=repeats.next_after(kept.plan, over)):
        return None
    for each in all_mine.values():
        if each.id != which and each.mail and each.next_at is not None and each.next_at <= over:
            Planned.objects.filter(id=each.id, next_at=each.next_at).update(next_at=repeats.next_after(each.plan, over))
    to = (
        Person.objects.filter(id=access.person, account__is_active=True)
        .values_list("account__email", flat=True)
        .first()
    )
    return Claimed(to, kept.language, row.next_at) if to else None


def _end_of_day(plan: Plan, at: datetime) -> datetime:
    zone = ZoneInfo(plan.zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), zone).astimezone(UTC) - timedelta(seconds=1)


def give_back(access: Allowed, which: UUID, moment: datetime) -> None:
    """Let a mail that did not leave be tried again."""
    _own(access)
    Planned.objects.filter(id=which, person=access.person, paused_at=None).update(next_at=moment)


def remove(person: UUID) -> int:
    """Remove what somebody who is erased planned."""
    return Planned.objects.filter(person=person).delete()[0]
