"""A person's own early signs, kept sealed, and what was told of them.

Telling somebody is a disclosure: row and ledger entry stand before the mail goes out, so that nothing leaves unseen.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.words import Permit
from samen.rooms.sensing import measures, own_signs
from samen.rooms.sensing.models.own_signs import OwnSign, SignSeen
from samen.rooms.sensing.own_signs import Sign, Way, Whom
from samen.rooms.sensing.store import keys

ABOUT = "sensing.own-sign"
SALT = 16


@dataclass(frozen=True)
class Kept:
    """A sign with where it is kept, and when it was last there."""

    id: UUID
    at: datetime
    sign: Sign
    seen: tuple[SignSeen, ...] = ()  # newest first


def by_own_rule(person: UUID) -> Allowed:
    """Give the access under which a person's own rule is carried out while they are not here: their own, and no further."""
    return Allowed(person=person, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=None)


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Early signs are the person's own: nobody else writes, reads or removes them.")


def write(access: Allowed, sign: Sign, *, at: datetime) -> UUID:
    """Keep a sign. Raises: NotAllowed; ValueError with the code of what is wrong."""
    _own(access)
    if sign.until is None or not at < sign.until <= at + own_signs.LONGEST:
        raise ValueError("TOO_LONG")
    if sign.measure not in measures.BY_NAME:
        raise ValueError("NO_MEASURE")
    participant = keys.participant_of(access, at=at)
    if OwnSign.objects.filter(participant=participant).count() >= own_signs.MOST_SIGNS:
        raise ValueError("TOO_MANY")
    written = {
        "words": sign.words,
        "measure": sign.measure,
        "way": sign.way,
        "threshold": sign.threshold,
        "days": sign.days,
        "of": sign.of,
        "whom": sign.whom,
        "contact": sign.contact,
        "message": sign.message,
        "language": sign.language,
    }
    sealed = people.sealer(access.person).seal(json.dumps(written), ABOUT)
    return OwnSign.objects.create(participant=participant, body=sealed, at=at, until=sign.until).id


def of_person(access: Allowed) -> list[Kept]:
    """Give a person's signs, oldest first, with the days on which they were there."""
    _own(access)
    rows = OwnSign.objects.filter(participant__person=access.person).prefetch_related("seen").order_by("at")
    sealer = people.sealer(access.person)
    return [_kept(row, sealer) for row in rows]


def under(permit: Permit) -> list[Kept]:
    """Give the signs that a permit lets be looked for: those of which the person said yes to the use, and that are on."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    found = of_person(by_own_rule(permit.person))
    return [each for each in found if own_signs.use(each.sign) in permit.uses and each.sign.on(permit.issued)]


def _kept(row: OwnSign, sealer: people.Sealer) -> Kept:
    written = json.loads(sealer.open_text(row.body, ABOUT))
    sign = Sign(
        **{**written, "way": Way(written["way"]), "whom": Whom(written["whom"])},
        until=row.until,
        paused=row.paused_at is not None,
    )
    return Kept(row.id, row.at, sign, tuple(sorted(row.seen.all(), key=lambda each: each.day, reverse=True)))


def pause(access: Allowed, sign: UUID, *, on: bool, at: datetime) -> bool:
    """Pause a sign, or look for it again; False when it is not there."""
    _own(access)
    mine = OwnSign.objects.filter(id=sign, participant__person=access.person)
    return bool(mine.update(paused_at=at if on else None))


def remove(access: Allowed, sign: UUID) -> bool:
    """Remove a sign and what was noted of it; False when it is not there."""
    _own(access)
    return bool(OwnSign.objects.filter(id=sign, participant__person=access.person).delete()[0])


def note_seen(
    access: Allowed, kept: Kept, on: date, record: UUID, receivers: Mapping[str, str], *, at: datetime
) -> SignSeen | None:
    """Write down that a sign was there and, where somebody is to be told, the disclosure; nothing when it was noted before."""
    _own(access)
    try:
        with transaction.atomic():
            row = SignSeen.objects.create(
                sign_id=kept.id, day=on, record=record, whom=kept.sign.whom, at=at, receivers=len(receivers)
            )
            if receivers:
                row.leaf = ledger.append([_leaf(access.person, row)], at=at)[0].index
                row.save(update_fields=["leaf"])
    except IntegrityError:
        return None
    return row


def _leaf(person: UUID, row: SignSeen) -> Entry:
    return Entry(
        Kind.DISCLOSURE,
        facts={"system": "sensing.own-signs", "to": str(row.whom), "receivers": row.receivers},
        secret={"person": str(person), "sign": str(row.sign_id), "record": str(row.record)},
        salt=os.urandom(SALT),
        subject=person,
    )


def sent(access: Allowed, seen: SignSeen, *, at: datetime) -> None:
    """Note that the mails left."""
    _own(access)
    SignSeen.objects.filter(id=seen.id, sign__participant__person=access.person).update(sent_at=at)


def unsent(access: Allowed, since: date) -> Sequence[SignSeen]:
    """Give what was to be told and did not leave, because a crash or the mail came in between."""
    _own(access)
    rows = SignSeen.objects.filter(
        sign__participant__person=access.person, receivers__gt=0, sent_at=None, day__gte=since
    )
    return list(rows.order_by("day"))


def clear(person: UUID) -> int:
    """Pause every sign of a person who stopped; gives how many."""
    return OwnSign.objects.filter(participant__person=person, paused_at=None).update(paused_at=timezone.now())
