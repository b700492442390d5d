"""What a person does with talks that they had: search, share one until a time, delete with a receipt. What is shared is read here too."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from samen.ledger import receipt as receipts
from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.ledger.receipt import Receipt
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import CARDS, Role, Scope
from samen.rooms.companion.models.talk import Exchange, Share, Talk
from samen.rooms.companion.store.talk import GIVEN, Turn, opened

SALT = 32
LONGEST = timedelta(days=92)  # a share ends by itself; a new one is one press
MOST = 40  # places that a search shows
AROUND = 70  # letters on each side of what was found
DELETED = "companion.talks"


def _own(access: Allowed, scope: Scope = Scope.TALK) -> None:
    access.require(scope)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person searches, shares and deletes their talks.")


# --- searching ---


@dataclass(frozen=True)
class Place:
    """Where in a talk something was found: the words around it in three parts."""

    talk: UUID
    turn: int
    at: datetime
    own: bool  # the person's words, not the program's
    before: str
    found: str
    after: str


def search(access: Allowed, words: str) -> list[Place]:
    """Give where these words were typed or said, the newest first; at most `MOST` places."""
    _own(access)
    wanted = " ".join(words.split()).casefold()
    if not wanted:
        return []
    rows = Exchange.objects.filter(talk__person=access.person).exclude(reply_sealed=None).order_by("-at", "-turn")
    newest = list(rows)
    places: list[Place] = []
    for row, each in zip(newest, reversed(opened(access, newest)), strict=True):
        for own, text in [(True, each.typed), *((False, said) for said in each.reply["texts"])]:
            flat = " ".join(text.split())
            if (start := flat.casefold().find(wanted)) >= 0:
                end = start + len(wanted)
                parts = flat[max(0, start - AROUND) : start], flat[start:end], flat[end : end + AROUND]
                places.append(Place(row.talk_id, each.turn, each.at, own, *parts))
                break
        if len(places) == MOST:
            break
    return places


# --- sharing: one talk, one reader, until a time ---


@dataclass(frozen=True)
class Reader:
    """A professional whom a talk can be shared with."""

    account: UUID
    name: str
    role: Role


@dataclass(frozen=True)
class Shared:
    """A share that holds now."""

    id: UUID
    name: str
    until: datetime


@dataclass(frozen=True)
class Lent:
    """A share as its person takes it along: which talk, who could read it, from when, until when, and when it was ended before."""

    talk: UUID
    account: UUID
    name: str
    at: datetime
    until: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ToRead:
    """A talk that its person lets somebody read."""

    talk: UUID
    begun_at: datetime
    last_at: datetime
    until: datetime


def readers(mine: Allowed, at: datetime) -> list[Reader]:
    """Give whom a talk can be shared with: who cares for the person now, in a role that may read talks. Scope RIGHTS."""
    _own(mine, Scope.RIGHTS)
    found: dict[UUID, Reader] = {}
    for each in people.team_of(mine, at):
        role = Role(each.role)
        if Scope.TALK in CARDS[role].sees:
            found.setdefault(each.account_id, Reader(each.account_id, each.account.get_full_name(), role))
    return list(found.values())


def share(access: Allowed, talk: UUID, account: UUID, *, mine: Allowed, until: datetime, at: datetime) -> UUID | None:
    """Let one reader read one talk until a time; a second share with the same reader takes the place of the first.

    `mine` opens Scope.RIGHTS, by which the store sees who may be let in. None: no such talk, reader, or time.
    """
    _own(access)
    reader = next((each for each in readers(mine, at) if each.account == account), None)
    if reader is None or not at < until <= at + LONGEST:
        return None
    with transaction.atomic():
        found = Talk.objects.filter(id=talk, person=access.person).first()
        if found is None:
            return None
        found.shares.filter(account=account, ended_at=None, until__gt=at).update(ended_at=at)
        return Share.objects.create(talk=found, account=account, name=reader.name, at=at, until=until).id


def shares(access: Allowed, talk: UUID, at: datetime) -> list[Shared]:
    """Give who may read a talk now."""
    _own(access)
    rows = Share.objects.filter(talk=talk, talk__person=access.person, ended_at=None, until__gt=at).order_by("at")
    return [Shared(row.id, row.name, row.until) for row in rows]


def every_share(access: Allowed) -> list[Lent]:
    """Give every share of one's own talks, also those that ended, the oldest first."""
    _own(access)
    rows = Share.objects.filter(talk__person=access.person).order_by("at")
    return [Lent(row.talk_id, row.account, row.name, row.at, row.until, row.ended_at) for row in rows]


def end_share(access: Allowed, one: UUID, *, at: datetime) -> bool:
    """End a share at once."""
    _own(access)
    rows = Share.objects.filter(id=one, talk__person=access.person, ended_at=None)
    return bool(rows.update(ended_at=at))


def to_read(access: Allowed, at: datetime) -> list[ToRead]:
    """Give the talks that the person lets this reader read now: none without a standing care relationship and their own yes."""
    access.require(Scope.TALK)
    if (
        access.ground is not Ground.CARE or access.actor is None
    ):  # neither a supporter's yes nor an emergency opens these talks
        return []
    rows = Share.objects.filter(talk__person=access.person, account=access.actor, ended_at=None, until__gt=at)
    listed = rows.select_related("talk").order_by("-talk__last_at")
    return [ToRead(row.talk_id, row.talk.begun_at, row.talk.last_at, row.until) for row in listed]


def read(access: Allowed, talk: UUID, at: datetime) -> list[Turn] | None:
    """Give the turns of a talk that the person shares with this reader now; None where they do not."""
    if talk not in {each.talk for each in to_read(access, at)}:
        return None
    rows = Exchange.objects.filter(talk=talk, talk__person=access.person).exclude(reply_sealed=None)
    return opened(access, list(rows.order_by("-turn")))


# --- deleting and taking out: what the ledger says of it ---


@dataclass(frozen=True)
class Gone:
    """What was deleted: how many talks, the inferences that spoke in them, and where the ledger says so (None: nothing was)."""

    count: int
    records: tuple[UUID, ...]
    leaf: int | None


def delete(access: Allowed, talk: UUID | None, *, at: datetime) -> Gone:
    """Delete one talk, or all of them (None), and let the log say that it happened, without what was in it."""
    _own(access)
    with transaction.atomic():
        rows = Talk.objects.filter(person=access.person)
        gone = rows.filter(id=talk) if talk else rows
        spoke = Exchange.objects.filter(talk__in=gone).exclude(record=None).values_list("record", flat=True)
        records, count = tuple(each for each in spoke if each), gone.count()
        if not count:
            return Gone(0, (), None)
        gone.delete()
        return Gone(count, records, _noted(access, Kind.ERASURE, count, at))


def closings(access: Allowed) -> dict[UUID, datetime]:
    """Give when each of one's own talks was closed; the open one is not among them."""
    _own(access)
    rows = Talk.objects.filter(person=access.person).exclude(closed_at=None)
    return {one: at for one, at in rows.values_list("id", "closed_at") if at is not None}


def unanswered(access: Allowed) -> list[tuple[UUID, int, datetime, Mapping[str, Any]]]:
    """Give what was given and never got its reply, in any talk: talk, turn, time, and what was pressed or typed."""
    _own(access)
    rows = list(Exchange.objects.filter(talk__person=access.person, reply_sealed=None).order_by("at"))
    sealer = people.sealer(access.person) if rows else None
    return [
        (row.talk_id, row.turn, row.at, json.loads(sealer.open_text(row.given_sealed, GIVEN)))
        for row in rows
        if sealer is not None
    ]


def note_taken(access: Allowed, count: int, *, at: datetime) -> int:
    """Let the log say that the person took talks out; gives where."""
    _own(access)
    with transaction.atomic():
        return _noted(access, Kind.RELEASE_OF_EXPORT, count, at)


def _noted(access: Allowed, kind: Kind, count: int, at: datetime) -> int:
    entry = Entry(
        kind,
        facts={"what": DELETED, "count": count},
        secret=_secret(access, count),
        salt=os.urandom(SALT),
        subject=access.person,
    )
    return ledger.append([entry], at=at)[0].index


def _secret(access: Allowed, count: int) -> Mapping[str, object]:
    return {"person": str(access.person), "what": DELETED, "count": count}


@dataclass(frozen=True)
class Deletion:
    """A deletion as its receipt shows it."""

    leaf: int
    count: int
    at: datetime
    proof: Receipt


def deletion(access: Allowed, leaf: int, *, now: datetime) -> Deletion | None:
    """Give the proof that talks of this person were deleted; None where the leaf is about somebody or something else."""
    _own(access)
    try:
        body = json.loads(ledger.receipt(leaf, now=now).body)
        count = int(body["facts"]["count"])
        proof = ledger.receipt(leaf, now=now, secret=_secret(access, count))
    except (ObjectDoesNotExist, KeyError):
        return None
    # Only a leaf that is bound to this person opens with what we know of it.
    bound = proof.salt is not None and not receipts.verify_receipt(proof, ledger.public_key())
    if body["kind"] != Kind.ERASURE or not bound:
        return None
    return Deletion(leaf, count, datetime.fromisoformat(body["at"]), proof)
