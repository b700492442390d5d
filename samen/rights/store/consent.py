"""What people said yes and no to: written one use at a time, never changed, each on the ledger."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import consent
from samen.rights.consent import Standing
from samen.rights.models.consent import Notice, Statement
from samen.rights.models.system import SystemState
from samen.rights.register import Registered
from samen.rights.store import inference
from samen.rights.words import Category, Purpose, Recipient, Stage, Use

SALT = 16


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


class NotShown(ValueError):
    """A yes came before the notice of what the system does was shown in the words that hold now."""


def notice(access: Allowed, system: Registered, *, at: datetime) -> None:
    """Write down that this person was shown what the system is and does."""
    _own(access)
    Notice.objects.update_or_create(person_id=access.person, subject=system.id, words=system.words, defaults={"at": at})


def say(
    access: Allowed, system: Registered, use: Use, *, yes: bool, at: datetime, language: str, taught_back: bool = True
) -> Said:
    """Write one yes or no to one use. It holds from the next check on, also for what is running.

    Raises: NotAllowed, NotShown for a yes without notice, ValueError for a use that the system does not declare.
    """
    _own(access)
    if use not in system.manifest.uses:
        raise ValueError(f"{system.id} declares no use {use.key}.")
    if yes and not Notice.objects.filter(person=access.person, subject=system.id, words=system.words).exists():
        raise NotShown(f"{system.id} was not shown to this person in its present words.")
    with transaction.atomic():
        if yes and SystemState.objects.filter(id=system.id, stage=Stage.PILOT).exists():
            inference.take_seat(system.id, access.person, at)
        return write(
            access, [(system.id, use)], yes=yes, at=at, language=language, words=system.words, taught_back=taught_back
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
) -> list[Said]:
    """Write statements and their leaves, and move the person's epoch. Inside the caller's transaction.

    The epoch first: whoever writes takes the person's row, then the log's head, as the gate does when it commits. In two
    orders two writers could wait for each other.
    """
    inference.bump(access.person)
    positions = ledger.append([_leaf(access.person, subject, use, yes, at) for subject, use in what], at=at)
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


def _leaf(person: UUID, subject: str, use: Use, yes: bool, at: datetime) -> Entry:
    return Entry(
        Kind.CONSENT,
        facts={"subject": subject, "purpose": str(use.purpose), "yes": yes},
        secret=secret(person, subject, use, yes, at),
        salt=os.urandom(SALT),
        subject=person,
    )


def secret(person: UUID, subject: str, use: Use, yes: bool, at: datetime) -> dict[str, object]:
    """Give what the leaf of a statement is bound to, so that a receipt can open it later."""
    return {"person": str(person), "subject": subject, "use": use.key, "yes": yes, "at": at.isoformat()}


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
    return consent.Statement(use=said.use, yes=said.yes, at=said.at, until=said.until, taught_back=said.taught_back)


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
    )


def _own(access: Allowed) -> None:
    """Consent is the person's own: neither a professional nor a supporter says yes for somebody."""
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person says yes or no to what reads their data.")
