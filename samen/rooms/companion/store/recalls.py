"""Texts that turned out to be wrong: who met them is found under their own keys, by the machine alone, and told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, Scope, may
from samen.people.sealing import KeyDestroyed
from samen.rooms.companion import recalling
from samen.rooms.companion.models.module import APPROVED, Draft, Step
from samen.rooms.companion.models.recall import Recall, Told, Warned
from samen.rooms.companion.models.talk import Exchange, Share
from samen.rooms.companion.recalling import SHIPPED, Span, Wrong
from samen.rooms.companion.store.talk import REPLY

ABOUT = "companion.told"
AT_ONCE = 200  # people whose keys are open together


@dataclass(frozen=True)
class Used:
    """A version of a module of this service's own, and from when until when it talked."""

    draft: UUID
    begins: datetime
    ends: datetime | None
    humans: frozenset[UUID]  # who wrote, read and approved it


@dataclass(frozen=True)
class Reach:
    """Whom a wrong text reached: people and talks by number, and the colleagues who stand behind it or may have read it."""

    people: frozenset[UUID]
    talks: int
    colleagues: frozenset[UUID]


@dataclass(frozen=True)
class Notice:
    """What one person is told."""

    id: UUID
    recall: Recall
    at: datetime
    read_at: datetime | None


def _leads(by: Account, at: datetime) -> None:
    if not may(people.roles_of(by, at), Duty.LEAD):
        raise NotAllowed("Whoever leads care calls a wrong text back.")


# --- what was in use, and when ---


def used(module: str) -> list[Used]:
    """Give this service's own versions of a module that ever talked, the oldest first."""
    ended: dict[UUID, datetime] = {}
    gone = Step.objects.filter(draft__module=module, what__in=("superseded", "withdrawn")).order_by("-id")
    ended.update(gone.values_list("draft", "at"))
    rows = Draft.objects.filter(module=module).exclude(approved_at=None).order_by("approved_at")
    return [
        Used(row.id, row.approved_at, ended.get(row.id), frozenset(_humans(row)))
        for row in rows
        if row.approved_at is not None and (row.state in APPROVED or row.id in ended)
    ]


def _humans(row: Draft) -> Iterator[UUID]:
    yield from (each for each in (row.by_id, row.reviewed_by_id, row.approved_by_id) if each)


def spans(module: str, version: str) -> tuple[Span, ...]:
    """Give when a version of a module talked; without a version: always; never for one that never did."""
    if not version:
        return recalling.ALWAYS
    own = used(module)
    if version == SHIPPED:
        return recalling.between([(each.begins, each.ends) for each in own])
    return tuple((each.begins, each.ends) for each in own if str(each.draft) == version)


# --- whom it reached ---


def reach(wrong: Wrong, version: str, *, by: Account, at: datetime) -> Reach:
    """Give whom a wrong text reached. Talks are opened by the machine, one person at a time, and shown to nobody. Raises: NotAllowed."""
    _leads(by, at)
    found, talks = set[UUID](), set[UUID]()
    for person, talk in _met(wrong):
        found.add(person)
        talks.add(talk)
    colleagues = set(Share.objects.filter(talk__in=talks).values_list("account", flat=True))
    for module in wrong.modules:
        for each in used(module):
            if version in ("", str(each.draft)):
                colleagues |= each.humans
    known = Account.objects.filter(id__in=colleagues).values_list("id", flat=True)
    return Reach(frozenset(found), len(talks), frozenset(known))


def _met(wrong: Wrong) -> Iterator[tuple[UUID, UUID]]:
    """Give person and talk of every talk in which it was said."""
    rows = Exchange.objects.exclude(reply_sealed=None)
    begins = [each[0] for each in wrong.spans]
    if begins and None not in begins:
        rows = rows.filter(at__gte=min(each for each in begins if each) - recalling.MARGIN)
    everybody = sorted(rows.values_list("talk__person", flat=True).order_by().distinct())
    for start in range(0, len(everybody), AT_ONCE):
        some = everybody[start : start + AT_ONCE]
        keys, seen = people.sealers(some), set[UUID]()
        theirs = rows.filter(talk__person__in=some).values_list("talk__person", "talk", "at", "reply_sealed")
        for person, talk, at, sealed in theirs.iterator():
            if talk not in seen and recalling.within(at, wrong.spans) and _showed(wrong, keys[person], sealed or b""):
                seen.add(talk)
                yield person, talk


def _showed(wrong: Wrong, key: people.Sealer, sealed: bytes | memoryview) -> bool:
    try:
        reply: dict[str, Any] = json.loads(key.open_text(sealed, REPLY))
    except KeyDestroyed:
        return False  # whoever was erased keeps nothing that could be called back
    return recalling.showed(wrong, reply)


# --- telling ---


def begin(wrong: Wrong, version: str, words: tuple[str, str, str], *, by: Account, at: datetime) -> Recall:
    """Keep that a text was wrong, and tell everybody whom it reached. `words`: in English, in Dutch, and the source that failed."""
    _leads(by, at)
    en, nl, source = words
    with transaction.atomic():
        made = Recall.objects.create(
            modules=list(wrong.modules), screen=wrong.screen, version=version, source=source, en=en, nl=nl, by=by, at=at,
            looked_at=at,
        )  # fmt: skip
        tell(made.id, wrong, by=by, at=at)
    made.refresh_from_db()
    return made


def tell(recall: UUID, wrong: Wrong, *, by: Account, at: datetime) -> int:
    """Tell whoever it reached and was not told yet; gives how many people these are. Raises: NotAllowed; Recall.DoesNotExist."""
    _leads(by, at)
    with transaction.atomic():
        row = Recall.objects.select_for_update().get(id=recall)
        reached = reach(wrong, row.version, by=by, at=at)
        new = sorted(reached.people - _told_before(row.id, reached.people))
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            keys = people.sealers(some)
            Told.objects.bulk_create(
                [Told(person_id=each, about_sealed=keys[each].seal(str(row.id), ABOUT), at=at) for each in some]
            )
        Warned.objects.bulk_create(
            [Warned(recall=row, account_id=each) for each in sorted(reached.colleagues)], ignore_conflicts=True
        )
        row.people, row.looked_at = row.people + len(new), at
        row.save(update_fields=["people", "looked_at"])
        facts = {"recall": str(row.id), "modules": list(row.modules), "people": len(new)}
        ledger.append([Entry(Kind.INCIDENT, facts=facts)], at=at)
    return len(new)


def _told_before(recall: UUID, reached: frozenset[UUID]) -> frozenset[UUID]:
    rows = list(Told.objects.filter(person__in=reached))
    keys = people.sealers({row.person_id for row in rows})
    return frozenset(row.person_id for row in rows if _about(row, keys[row.person_id]) == str(recall))


def _about(row: Told, key: people.Sealer) -> str:
    try:
        return key.open_text(row.about_sealed, ABOUT)
    except KeyDestroyed:
        return ""


# --- reading ---


def listed(*, by: Account, at: datetime) -> list[Recall]:
    """Give every text that was called back, the newest first. Raises: NotAllowed."""
    _leads(by, at)
    return list(Recall.objects.select_related("by").prefetch_related("warned__account").order_by("-at"))


def one(recall: UUID) -> Recall | None:
    """Give one text that was called back."""
    return Recall.objects.filter(id=recall).first()


def about(module: str) -> list[Recall]:
    """Give what was called back of an exercise, for whoever reads it without a name."""
    return [each for each in Recall.objects.order_by("-at") if module in each.modules]


def for_colleague(account: UUID) -> list[Recall]:
    """Give what somebody who works here was told of and has not read."""
    return list(Recall.objects.filter(warned__account=account, warned__read_at=None).order_by("-at"))


def read_by_colleague(recall: UUID, account: UUID, *, at: datetime) -> bool:
    """Keep that somebody who works here read it."""
    return bool(Warned.objects.filter(recall=recall, account=account, read_at=None).update(read_at=at))


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("What somebody met in their own talks is told to them alone.")


def mine(access: Allowed) -> list[Notice]:
    """Give what the person was told, the newest first."""
    _own(access)
    rows = list(Told.objects.filter(person=access.person).order_by("-at"))
    if not rows:
        return []
    key = people.sealer(access.person)
    kept = {str(each.id): each for each in Recall.objects.all()}
    found = [(row, kept.get(_about(row, key))) for row in rows]
    return [Notice(row.id, recall, row.at, row.read_at) for row, recall in found if recall is not None]


def waits(access: Allowed) -> bool:
    """Say whether the person has something to read about a text that was wrong."""
    _own(access)
    return Told.objects.filter(person=access.person, read_at=None).exists()


def read(access: Allowed, told: UUID, *, at: datetime) -> bool:
    """Keep that the person read it."""
    _own(access)
    row = Told.objects.filter(id=told, person=access.person).first()
    if row is None:
        return False
    if Told.objects.filter(id=told, read_at=None).update(read_at=at):
        Recall.objects.filter(id=_about(row, people.sealer(access.person))).update(read=F("read") + 1)
    return True


def remove(person: UUID) -> int:
    """Remove what somebody who is erased was told."""
    return Told.objects.filter(person=person).delete()[0]
