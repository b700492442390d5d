"""A person's own rhythms, and what they said to offers: made, paused, stopped and read by them; the mails that are due."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Person
from samen.people.roles import Role, Scope
from samen.rooms.companion import rhythm
from samen.rooms.companion.models.rhythm import Offers, Wished
from samen.rooms.companion.rhythm import Rhythm

WISH, SAID = "companion.wish", "companion.offers"
MOST = 5  # rhythms of one person: more would be a timetable


@dataclass(frozen=True)
class Kept:
    """A rhythm as its person sees it."""

    id: UUID
    rhythm: Rhythm
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


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A rhythm is the person's own: nobody else sets it, reads it or stops it.")


def by_own_wish(person: UUID) -> Allowed:
    """Give the access under which a person's own rhythm is carried out while they are not here: their own, and no further."""
    return Allowed(person=person, scope=Scope.TALK, ground=Ground.OWN, role=Role.PERSON, actor=None)


def begin(access: Allowed, wish: Rhythm, *, mail: bool, language: str, at: datetime) -> UUID | None:
    """Keep a new rhythm; None where there are as many as there can be."""
    _own(access)
    if Wished.objects.filter(person=access.person).count() >= MOST:
        return None
    body = {
        "what": wish.what,
        "days": wish.days,
        "at": wish.at.isoformat("minutes"),
        "zone": wish.zone,
        "until": wish.until.isoformat(),
        "language": language,
    }
    made = Wished.objects.create(
        person_id=access.person,
        wish_sealed=people.sealer(access.person).seal(json.dumps(body), WISH),
        mail=mail,
        begun_at=at,
        aside_at=at,
        next_at=rhythm.next_after(wish, at),
    )
    return made.id


def mine(access: Allowed) -> list[Kept]:
    """Give one's own rhythms, the oldest first."""
    _own(access)
    rows = list(Wished.objects.filter(person=access.person).select_related("person__key").order_by("begun_at"))
    opened = people.sealers_with([rows[0].person.key]) if rows else {}
    return [_kept(row, opened[access.person]) for row in rows]


def _kept(row: Wished, sealer: people.Sealer) -> Kept:
    body = json.loads(sealer.open_text(row.wish_sealed, WISH))
    wish = Rhythm(
        what=body["what"],
        days=tuple(body["days"]),
        at=time.fromisoformat(body["at"]),
        zone=body["zone"],
        until=date.fromisoformat(body["until"]),
    )
    return Kept(row.id, wish, body["language"], row.mail, row.begun_at, row.paused_at, row.aside_at, row.next_at)


def one(access: Allowed, which: UUID) -> Kept | None:
    """Give one of one's own rhythms."""
    return next((each for each in mine(access) if each.id == which), None)


def pause(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Pause at once: no line, no mail."""
    _own(access)
    return bool(Wished.objects.filter(id=which, person=access.person, paused_at=None).update(paused_at=at))


def go_on(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Go on from now; what lay in the pause is not made up for."""
    found = one(access, which)
    if found is None:
        return False
    coming = rhythm.next_after(found.rhythm, at)
    rows = Wished.objects.filter(id=which, person=access.person)
    return bool(rows.update(paused_at=None, aside_at=at, next_at=coming))


def stop(access: Allowed, which: UUID) -> bool:
    """Stop at once, and keep nothing of it."""
    _own(access)
    return bool(Wished.objects.filter(id=which, person=access.person).delete()[0])


def put_aside(access: Allowed, which: UUID, *, at: datetime) -> bool:
    """Let the line go until its next moment, whether something was done or not: that is not kept."""
    _own(access)
    return bool(Wished.objects.filter(id=which, person=access.person).update(aside_at=at))


# --- the mails that somebody asked for ---


@dataclass(frozen=True)
class Claimed:
    """A mail that is this process's to send: to whom, in which language, and which moment it is for."""

    to: str
    language: str
    moment: datetime


def due(now: datetime) -> list[tuple[UUID, UUID]]:
    """Give whose mail is due: person and rhythm. Nothing of what it is about."""
    rows = Wished.objects.filter(mail=True, paused_at=None, next_at__lte=now)
    return list(rows.values_list("person_id", "id"))


def claim(access: Allowed, which: UUID, *, now: datetime) -> Claimed | None:
    """Take a mail that is due, so that no other process and no second look sends it; None when it is not due any more."""
    _own(access)
    row = Wished.objects.filter(id=which, person=access.person, mail=True, paused_at=None, next_at__lte=now).first()
    if row is None or row.next_at is None:
        return None
    kept = _kept(row, people.sealer(access.person))
    # Only one of those who look at the same time finds the row as it was.
    mine = Wished.objects.filter(id=which, next_at=row.next_at, paused_at=None)
    if not mine.update(next_at=rhythm.next_after(kept.rhythm, now)):
        return None
    email = Person.objects.filter(id=access.person, account__is_active=True).values_list("account__email", flat=True)
    to = email.first()
    return Claimed(to, kept.language, row.next_at) if to else None


def give_back(access: Allowed, which: UUID, moment: datetime) -> None:
    """Let a mail that did not leave be tried again."""
    _own(access)
    Wished.objects.filter(id=which, person=access.person, paused_at=None).update(next_at=moment)


# --- offers of questionnaires ---


def said(access: Allowed) -> dict[str, str]:
    """Give what the person said to offers, by questionnaire."""
    _own(access)
    row = Offers.objects.filter(person=access.person).first()
    if row is None:
        return {}
    return dict(json.loads(people.sealer(access.person).open_text(row.said_sealed, SAID)))


def say(access: Allowed, answers: Mapping[str, str]) -> None:
    """Keep what the person says to offers."""
    _own(access)
    sealed = people.sealer(access.person).seal(json.dumps(dict(answers)), SAID)
    Offers.objects.update_or_create(person_id=access.person, defaults={"said_sealed": sealed})


def remove(person: UUID) -> int:
    """Remove what somebody who is erased asked for."""
    return Wished.objects.filter(person=person).delete()[0] + Offers.objects.filter(person=person).delete()[0]
