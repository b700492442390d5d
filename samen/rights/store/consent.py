"""What people said yes and no to: written one use at a time, never changed, each on the ledger."""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import consent
from samen.rights.consent import Standing
from samen.rights.models.consent import Notice, PersonState, Statement
from samen.rights.models.system import SystemState
from samen.rights.register import Registered, RegisteredStream
from samen.rights.store import inference
from samen.rights.words import Category, Purpose, Recipient, Stage, Use

SALT = 16
OF_STREAM = ("person", "subject", "category", "purpose", "recipient", "yes", "at", "until", "taught_back", "since")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Said:
    """One statement as its person reads it back."""

    id: UUID
    subject: str
    use: Use
    yes: bool
    at: datetime
    until: datetime | None
    language: str
    leaf: int
    taught_back: bool
    since: datetime | None = None


class NotShown(ValueError):
    """A yes came before the notice of what the system does was shown in the words that hold now."""


def notice(access: Allowed, system: Registered | RegisteredStream, *, at: datetime) -> None:
    """Write down that this person was shown what the system is and does."""
    _own(access)
    Notice.objects.update_or_create(person_id=access.person, subject=system.id, words=system.words, defaults={"at": at})


def say(
    access: Allowed,
    system: Registered | RegisteredStream,
    use: Use,
    *,
    yes: bool,
    at: datetime,
    language: str,
    taught_back: bool = True,
    since: datetime | None = None,
) -> Said:
    """Write one yes or no to one use of a system or a stream. It holds from the next check on, also for what is running.

    `since`, of a yes to a stream: also for what was measured from then on; left out, from now on.
    Raises: NotAllowed, NotShown for a yes without notice, ValueError for a use that is not declared or a time to come.
    """
    _own(access)
    if since is not None and (since > at or not yes or isinstance(system, Registered)):
        raise ValueError("Only a yes to a stream looks back, and never ahead.")
    if use not in system.manifest.uses:
        raise ValueError(f"{system.id} declares no use {use.key}.")
    if yes and not Notice.objects.filter(person=access.person, subject=system.id, words=system.words).exists():
        raise NotShown(f"{system.id} was not shown to this person in its present words.")
    with transaction.atomic():
        if yes and SystemState.objects.filter(id=system.id, stage=Stage.PILOT).exists():
            inference.take_seat(system.id, access.person, at)
        return write(
            access,
            [(system.id, use)],
            yes=yes,
            at=at,
            language=language,
            words=system.words,
            taught_back=taught_back,
            since=since,
        )[0]


def write(
    access: Allowed,
    what: Sequence[tuple[str, Use]],
    *,
    yes: bool,
    at: datetime,
    language: str,
    words: str,
    taught_back: bool = True,
    since: datetime | None = None,
) -> list[Said]:
    """Write statements and their leaves, and move the person's epoch. Inside the caller's transaction.

    The epoch first: whoever writes takes the person's row, then the log's head, as the gate does when it commits. In two
    orders two writers could wait for each other.
    """
    inference.bump(access.person)
    positions = ledger.append([_leaf(access.person, subject, use, yes, at, since) for subject, use in what], at=at)
    rows = [
        Statement(
            person_id=access.person,
            subject=subject,
            category=use.category,
            purpose=use.purpose,
            recipient=use.recipient,
            yes=yes,
            at=at,
            until=at + consent.HOLDS_FOR if yes else None,
            since=since,
            taught_back=taught_back,
            words=words,
            language=language,
            by_id=access.actor,
            leaf=position.index,
        )
        for (subject, use), position in zip(what, positions, strict=True)
    ]
    Statement.objects.bulk_create(rows)
    return [_said(row) for row in rows]


def _leaf(person: UUID, subject: str, use: Use, yes: bool, at: datetime, since: datetime | None) -> Entry:
    return Entry(
        Kind.CONSENT,
        facts={"subject": subject, "purpose": str(use.purpose), "yes": yes},
        secret=secret(person, subject, use, yes, at, since),
        salt=os.urandom(SALT),
        subject=person,
    )


def secret(
    person: UUID, subject: str, use: Use, yes: bool, at: datetime, since: datetime | None = None
) -> dict[str, object]:
    """Give what the leaf of a statement is bound to, so that a receipt can open it later."""
    bound: dict[str, object] = {
        "person": str(person),
        "subject": subject,
        "use": use.key,
        "yes": yes,
        "at": at.isoformat(),
    }
    return bound if since is None else {**bound, "since": since.isoformat()}


def open_streams(person: UUID, now: datetime, *, lock: bool = True) -> dict[str, dict[Use, datetime]]:
    """Give which streams may be kept of a person now: for which use, and from when on. None while the person is restricted.

    With the lock, inside a transaction and under the person's lock: a no that is written meanwhile comes before or after what the
    caller writes, never in between.
    """
    states = PersonState.objects.select_for_update(no_key=True) if lock else PersonState.objects.all()
    if any(restricted for (restricted,) in states.filter(person=person).values_list("restricted_at")):
        return {}
    return _open(_streams_of([person]), now)


def open_streams_of(people: Collection[UUID], now: datetime) -> dict[UUID, dict[str, dict[Use, datetime]]]:
    """Give the same for several people, in two queries and without their locks: for a look, never for a write."""
    closed = PersonState.objects.filter(person__in=people, restricted_at__isnull=False).values_list("person", flat=True)
    mine: dict[UUID, list[Row]] = {each: [] for each in set(people) - set(closed)}
    for row in _streams_of(mine):
        mine[row[0]].append(row)
    return {person: _open(rows, now) for person, rows in mine.items()}


def _streams_of(people: Collection[UUID]) -> Iterable[Row]:
    """Give what people said of streams, without an object for each row: every batch of measurements pays for it."""
    rows = Statement.objects.filter(person__in=people, subject__startswith="stream.")
    return rows.values_list(*OF_STREAM)


def _open(rows: Iterable[Row], now: datetime) -> dict[str, dict[Use, datetime]]:
    said: dict[str, list[consent.Statement]] = {}
    for _, subject, category, purpose, recipient, *rest in rows:
        use = Use(Category(category), Purpose(purpose), Recipient(recipient))
        said.setdefault(subject, []).append(consent.Statement(use, *rest))
    found = {
        subject: {use: consent.open_since(use, of, now) for use in {each.use for each in of}}
        for subject, of in said.items()
    }
    kept = {subject: {use: at for use, at in uses.items() if at is not None} for subject, uses in found.items()}
    return {subject: uses for subject, uses in kept.items() if uses}


def history(access: Allowed, subject: str | None = None) -> list[Said]:
    """Give everything a person ever said, newest first."""
    access.require(Scope.RIGHTS)
    rows = Statement.objects.filter(person=access.person).order_by("-at", "yes")
    return [_said(row) for row in (rows.filter(subject=subject) if subject else rows)]


def standing(said: Sequence[Said], subject: str, use: Use, now: datetime) -> Standing:
    """Say what holds now for one use of one system, from a person's history."""
    return consent.standing(use, [as_statement(each) for each in said if each.subject == subject], now)


def as_statement(said: Said) -> consent.Statement:
    """Give a statement in the form that the rules read."""
    return consent.Statement(
        use=said.use, yes=said.yes, at=said.at, until=said.until, taught_back=said.taught_back, since=said.since
    )


def _said(row: Statement) -> Said:
    return Said(
        id=row.id,
        subject=row.subject,
        use=Use(Category(row.category), Purpose(row.purpose), Recipient(row.recipient)),
        yes=row.yes,
        at=row.at,
        until=row.until,
        language=row.language,
        leaf=row.leaf,
        taught_back=row.taught_back,
        since=row.since,
    )


def _own(access: Allowed) -> None:
    """Consent is the person's own: neither a professional nor a supporter says yes for somebody."""
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person says yes or no to what reads their data.")
