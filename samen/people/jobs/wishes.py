"""What a person asked for by their own wish at times of their own: set, paused, stopped and read by them alone; and the mails they asked for.

A room says what its wishes are (`Kind`) and keeps them in a table of its own (`models.OwnWish`). What a wish is about lies sealed; in the
open stands only when a mail is due, for who asked for one.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from smtplib import SMTPException
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.db.models import QuerySet

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import OwnWish, Person
from samen.people.roles import Role, Scope

log = logging.getLogger("samen.people")

LATE = timedelta(hours=6)  # a mail that could not leave for so long is left out: it would come at a time nobody chose


class Timed(Protocol):
    """Whatever comes round on a person's own clock."""

    @property
    def zone(self) -> str:
        """Give the place whose clock it goes by."""


Wish = TypeVar("Wish", bound=Timed)


@dataclass(frozen=True)
class Kind(Generic[Wish]):
    """One room's wishes: where they are kept, who may, how they are written, and when they come."""

    table: type[OwnWish]
    scope: Scope
    about: str  # what a sealed wish is bound to
    most: int  # wishes of one person: more would be a timetable
    plain: Callable[[Wish], Mapping[str, object]]
    read: Callable[[Mapping[str, Any]], Wish]
    next_after: Callable[[Wish, datetime], datetime | None]
    one_mail_a_day: bool = False  # whatever else was wished for on that day

    def rows(self) -> QuerySet[OwnWish]:
        """Give the rows of the table."""
        return self.table._default_manager.all()


@dataclass(frozen=True)
class Kept(Generic[Wish]):
    """A wish as its person sees it."""

    id: UUID
    wish: Wish
    language: str
    mail: bool
    begun_at: datetime
    paused_at: datetime | None
    aside_at: datetime
    next_at: datetime | None

    @property
    def paused(self) -> bool:
        """Say whether it rests."""
        return self.paused_at is not None


@dataclass(frozen=True)
class Claimed:
    """A mail that is this process's to send: to whom, in which language, and which moment it is for."""

    to: str
    language: str
    moment: datetime


def _own(kind: Kind[Wish], access: Allowed) -> None:
    access.require(kind.scope)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A wish is the person's own: nobody else sets it, reads it or stops it.")


def by_own_wish(kind: Kind[Wish], person: UUID) -> Allowed:
    """Give the access under which a person's own wish is carried out while they are not here: their own, and no further."""
    return Allowed(person=person, scope=kind.scope, ground=Ground.OWN, role=Role.PERSON, actor=None)


def begin(kind: Kind[Wish], access: Allowed, wish: Wish, *, mail: bool, language: str, at: datetime) -> UUID | None:
    """Keep a new wish; None where there are as many as there can be."""
    _own(kind, access)
    if kind.rows().filter(person=access.person).count() >= kind.most:
        return None
    body = json.dumps({**kind.plain(wish), "language": language})
    made = kind.rows().create(
        person_id=access.person,
        wish_sealed=people.sealer(access.person).seal(body, kind.about),
        mail=mail,
        begun_at=at,
        aside_at=at,
        next_at=kind.next_after(wish, at),
    )
    return made.id


def mine(kind: Kind[Wish], access: Allowed) -> list[Kept[Wish]]:
    """Give one's own wishes, the oldest first."""
    _own(kind, access)
    rows = list(kind.rows().filter(person=access.person).select_related("person__key").order_by("begun_at"))
    opened = people.sealers_with([rows[0].person.key]) if rows else {}
    return [_kept(kind, row, opened[access.person]) for row in rows]


def _kept(kind: Kind[Wish], row: OwnWish, sealer: people.Sealer) -> Kept[Wish]:
    body = json.loads(sealer.open_text(row.wish_sealed, kind.about))
    wish = kind.read(body)
    return Kept(row.id, wish, body["language"], row.mail, row.begun_at, row.paused_at, row.aside_at, row.next_at)


def one(kind: Kind[Wish], access: Allowed, which: UUID) -> Kept[Wish] | None:
    """Give one of one's own wishes."""
    return next((each for each in mine(kind, access) if each.id == which), None)


def pause(kind: Kind[Wish], access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Pause at once: no line, no mail."""
    _own(kind, access)
    return bool(kind.rows().filter(id=which, person=access.person, paused_at=None).update(paused_at=at))


def go_on(kind: Kind[Wish], access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Go on from now; what lay in the pause is not made up for."""
    found = one(kind, access, which)
    if found is None:
        return False
    rows = kind.rows().filter(id=which, person=access.person)
    return bool(rows.update(paused_at=None, aside_at=at, next_at=kind.next_after(found.wish, at)))


def stop(kind: Kind[Wish], access: Allowed, which: UUID) -> bool:
    """Stop at once, and keep nothing of it."""
    _own(kind, access)
    return bool(kind.rows().filter(id=which, person=access.person).delete()[0])


def put_aside(kind: Kind[Wish], access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Let the line go until its next moment, whether something was done or not: that is not kept."""
    _own(kind, access)
    return bool(kind.rows().filter(id=which, person=access.person).update(aside_at=at))


def remove(kind: Kind[Wish], person: UUID) -> int:
    """Remove what somebody who is erased wished for."""
    return int(kind.rows().filter(person=person).delete()[0])


# --- the mails that somebody asked for ------------------------------------------------------------------------------------


def send_due(kind: Kind[Wish], write: Callable[[str], tuple[str, str]], now: datetime) -> int:
    """Send the mails that are due; `write` gives subject and body in a language, and nothing of what it is about.

    Gives how many left. Looked at twice, or by two processes, each leaves once; one that did not leave is tried again.
    """
    gone = 0
    for person, which in due(kind, now):
        access = by_own_wish(kind, person)
        mine = claim(kind, access, which, now=now)
        if mine is None or now - mine.moment > LATE:
            continue
        subject, body = write(mine.language)
        try:
            gone += EmailMessage(subject, body, to=[mine.to]).send()
        except (OSError, SMTPException) as wrong:
            give_back(kind, access, which, mine.moment)
            log.error(
                "A mail of %s did not leave (%s). It is tried again in a minute.", kind.about, type(wrong).__name__
            )
    return gone


def due(kind: Kind[Wish], now: datetime) -> list[tuple[UUID, UUID]]:
    """Give whose mail is due: person and wish. Nothing of what it is about."""
    rows = kind.rows().filter(mail=True, paused_at=None, next_at__lte=now).order_by("next_at")
    return list(rows.values_list("person_id", "id"))


def claim(kind: Kind[Wish], access: Allowed, which: UUID, *, now: datetime) -> Claimed | None:
    """Take a mail that is due, so that no other process and no second look sends it; None when it is not due any more."""
    all_mine = mine(kind, access)
    row = next((each for each in all_mine if each.id == which and _is_due(each, now)), None)
    if row is None or row.next_at is None:
        return None
    over = _end_of_day(row.wish, now) if kind.one_mail_a_day else now
    if not _move(kind, row, over):  # only one of those who look at the same time finds the row as it was
        return None
    if kind.one_mail_a_day:
        for each in all_mine:
            if each is not row and each.mail and each.next_at is not None and each.next_at <= over:
                _move(kind, each, over)
    known = Person.objects.filter(id=access.person, account__is_active=True).values_list("account__email", flat=True)
    to = known.first()
    return Claimed(to, row.language, row.next_at) if to else None


def _is_due(kept: Kept[Wish], now: datetime) -> bool:
    return kept.mail and not kept.paused and kept.next_at is not None and kept.next_at <= now


def _move(kind: Kind[Wish], kept: Kept[Wish], over: datetime) -> bool:
    """Put the next mail of a wish after a moment, unless somebody moved or paused it meanwhile."""
    rows = kind.rows().filter(id=kept.id, next_at=kept.next_at, paused_at=kept.paused_at)
    return bool(rows.update(next_at=kind.next_after(kept.wish, over)))


def _end_of_day(wish: Timed, at: datetime) -> datetime:
    zone = ZoneInfo(wish.zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), zone).astimezone(UTC) - timedelta(seconds=1)


def give_back(kind: Kind[Wish], access: Allowed, which: UUID, moment: datetime) -> None:
    """Let a mail that did not leave be tried again."""
    _own(kind, access)
    kind.rows().filter(id=which, person=access.person, paused_at=None).update(next_at=moment)
