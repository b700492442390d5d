"""What the gate writes, and what people may read of it. Writing happens inside the gate's transaction alone."""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.people.sealing import Unreadable
from samen.rights import body, oversight
from samen.rights.body import Body
from samen.rights.models.consent import PersonState, PilotSeat
from samen.rights.models.inference import Decision, DeniedRun, InferenceRecord, PermitRow, ValidationRun
from samen.rights.models.system import SystemState
from samen.rights.oversight import Decided, State
from samen.rights.store import chosen
from samen.rights.store.rows import insert
from samen.rights.words import Epochs, Explanation, Finding, Gathered, Held, Permit, Released, System

ABOUT = "rights.inference"
ABOUT_DECISION = "rights.decision"
SALT = 16
PAGE = 25
AT_WORK = (Ground.CARE, Ground.BREAK_GLASS)  # of whom a person may choose one who looks alone


@dataclass(frozen=True)
class Ready:
    """What a run led to, before it is written."""

    permit: Permit
    gathered: Gathered
    finding: Finding
    explanation: Explanation


def epochs_moved(system: str, person: UUID | None, epochs: Epochs) -> bool:
    """Say whether the rights moved since the permit was given; holds both rows still until the transaction ends."""
    # Waits for a stop that is being written, and makes one that comes now wait for us, so that it clears what we write.
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    if person is None:
        row = _one(f"SELECT epoch, 0 FROM rights_systemstate WHERE id = %s{lock}", [system])
    else:
        row = _one(
            "SELECT s.epoch, p.epoch FROM rights_systemstate s JOIN rights_personstate p ON p.person_id = %s"
            f" WHERE s.id = %s{lock}",
            [_id(person), system],
        )
    return row is None or (row[0], row[1]) != (epochs.system, epochs.person)


def moved_among(system: str, epochs: Mapping[UUID | None, Epochs]) -> set[UUID]:
    """Give the people among these whose rights, or the system's, moved since their permits were given. Two queries."""
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    row = _one(f"SELECT epoch FROM rights_systemstate WHERE id = %s{lock}", [system])
    now = row[0] if row else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.person_id, p.epoch FROM rights_personstate p WHERE p.person_id IN"
            f" (SELECT DISTINCT person_id FROM rights_statement WHERE subject = %s){lock}",
            [system],
        )
        current = {each if isinstance(each, UUID) else UUID(each): epoch for each, epoch in cursor.fetchall()}
    return {
        person
        for person, then in epochs.items()
        if person is not None and (now, current.get(person, 0)) != (then.system, then.person)
    }


def _one(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _id(person: UUID | None) -> Any:
    return InferenceRecord._meta.pk.get_db_prep_value(person, connection) if person else None


def write(system: System, ready: Sequence[Ready], at: datetime, review_days: int) -> list[Released | Held]:
    """Write permits, records and ledger entries of runs that are still permitted. Inside the gate's transaction.

    Raises: Unreadable for a person whose key is gone.
    """
    sealers = people.sealers([each.permit.person for each in ready if each.permit.person is not None])
    rows, permits, entries = [], [], []
    for each in ready:
        if each.permit.person is None:
            raise Unreadable("A permit without a person leads to no record.")
        sealed = sealers[each.permit.person].seal(body.to_bytes(each.gathered, each.finding, each.explanation), ABOUT)
        row = _record(system, each, each.permit.person, sealed, at, review_days)
        rows.append(row)
        permits.append(_permit_row(each.permit, at))
        entries.append(_leaf(system, row, sealed))
    positions = ledger.append(entries, at=at)
    for row, position in zip(rows, positions, strict=True):
        row.leaf = position.index
    insert(permits)
    insert(rows)
    return [_outcome(system, row, each) for row, each in zip(rows, ready, strict=True)]


def _record(
    system: System, each: Ready, person: UUID, sealed: bytes, at: datetime, review_days: int
) -> InferenceRecord:
    return InferenceRecord(
        id=uuid4(),
        permit_id=each.permit.id,
        person_id=person,
        system_id=system.id,
        version=system.version,
        accountable=system.accountable,
        oversight=system.oversight,
        reviewer=system.reviewer or "",
        state=oversight.first_state(system.oversight),
        abstained=each.finding.abstained,
        body=sealed,
        at=at,
        due=oversight.due(system, at, review_days),
    )


def _permit_row(permit: Permit, at: datetime) -> PermitRow:
    return PermitRow(
        id=permit.id,
        system_id=permit.system,
        digest=permit.digest,
        person_id=permit.person,
        actor_id=permit.actor,
        uses=sorted(use.key for use in permit.uses),
        issued=permit.issued,
        expires=permit.expires,
        used_at=max(at, permit.issued),
    )


def _leaf(system: System, row: InferenceRecord, sealed: bytes) -> Entry:
    secret = {"record": str(row.id), "person": str(row.person_id), "body": hashlib.sha256(sealed).hexdigest()}
    facts = {"system": system.id, "version": system.version, "mode": str(system.oversight)}
    return Entry(Kind.INFERENCE, facts=facts, secret=secret, salt=os.urandom(SALT), subject=row.person_id)


def _outcome(system: System, row: InferenceRecord, each: Ready) -> Released | Held:
    if row.state == State.HELD and system.reviewer is not None and row.due is not None:
        return Held(record=row.id, role=system.reviewer, due=row.due)
    return Released(record=row.id, finding=each.finding, explanation=each.explanation)


def write_trial(permit: Permit, material: Sequence[Mapping[str, Any]], at: datetime) -> UUID:
    """Write a validation run: a permit without a person, a row without a person, a leaf of its own kind."""
    digest = hashlib.sha256(json.dumps(material, sort_keys=True, default=str).encode()).hexdigest()
    leaf = Entry(
        Kind.VALIDATION_RUN,
        facts={"system": permit.system, "digest": permit.digest, "material": digest, "n": len(material)},
    )
    position = ledger.append([leaf], at=at)[0]
    insert([_permit_row(permit, at)])
    row = ValidationRun(
        id=uuid4(),
        permit_id=permit.id,
        system_id=permit.system,
        material=digest,
        n=len(material),
        at=at,
        leaf=position.index,
    )
    insert([row])
    return row.id


def note_denied(system: str, codes: Mapping[UUID | None, str], at: datetime) -> None:
    """Write down that the gate said no, to whom and why, for the person to see and for the counters. One statement."""
    insert([DeniedRun(person_id=person, system=system, code=code, at=at) for person, code in codes.items()])


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """One inference as its person, or somebody let in, reads it. `body` is None once it was cleared or erased."""

    id: UUID
    person: UUID
    system: str
    version: str
    at: datetime
    due: datetime | None
    state: State
    reviewer: str
    accountable: str
    leaf: int
    body: Body | None
    decided: "Ruling | None"


@dataclass(frozen=True)
class Ruling:
    """What a human decided about it."""

    by: str
    role: str
    verdict: str
    at: datetime
    reason: str
    changed: str


def records(
    access: Allowed, page: int | None = 1, system: str | None = None, *, besides: Collection[str] = ()
) -> list[Shown]:
    """Give a person's inferences, newest first; one more than a page says that there is a next one. None: all.

    `system` gives those of one system alone, `besides` leaves those of some out.
    """
    rows = _of(access).exclude(system__in=besides).order_by("-at")
    if system is not None:
        rows = rows.filter(system=system)
    first = ((page or 1) - 1) * PAGE
    return _shown(access, rows if page is None else rows[first : first + PAGE + 1])


def record(access: Allowed, record_id: UUID) -> Shown | None:
    """Give one inference of this person, or nothing when there is none of that id."""
    found = _shown(access, _of(access).filter(id=record_id))
    return found[0] if found else None


def latest(access: Allowed, system: str) -> Shown | None:
    """Give the newest inference of one system about this person, whatever became of it."""
    found = _shown(access, _of(access).filter(system=system).order_by("-at")[:1])
    return found[0] if found else None


def _of(access: Allowed) -> QuerySet[InferenceRecord]:
    access.require(Scope.FINDINGS)
    found = InferenceRecord.objects.filter(person=access.person)
    if access.actor is not None and access.ground in AT_WORK:
        found = chosen.open_to(found, access.actor)
    return found.select_related("decision", "decision__by", "person__key")


def _shown(access: Allowed, rows: QuerySet[InferenceRecord]) -> list[Shown]:
    found = list(rows)
    opener = people.sealers_with([found[0].person.key])[access.person] if found else None
    return [_show(row, opener) for row in found]


def _show(row: InferenceRecord, opener: people.Sealer | None) -> Shown:
    return Shown(
        id=row.id,
        person=row.person_id,
        system=row.system_id,
        version=row.version,
        at=row.at,
        due=row.due,
        state=State(row.state),
        reviewer=row.reviewer,
        accountable=row.accountable,
        leaf=row.leaf,
        body=_opened(row.body, opener),
        decided=_ruling(row, opener),
    )


def _opened(sealed: bytes | memoryview | None, opener: people.Sealer | None) -> Body | None:
    if sealed is None or opener is None:
        return None
    try:
        return body.from_bytes(opener.open(bytes(sealed), ABOUT))
    except Unreadable:
        return None  # the key was destroyed: the fact that it ran stays, what it said is gone


def _ruling(row: InferenceRecord, opener: people.Sealer | None) -> Ruling | None:
    made = getattr(row, "decision", None)
    if made is None:
        return None
    said = {"reason": "", "changed": ""}
    if made.body is not None and opener is not None:
        try:
            said = json.loads(opener.open(bytes(made.body), ABOUT_DECISION))
        except Unreadable:
            said = {"reason": "", "changed": ""}
    return Ruling(by=made.by.get_full_name(), role=made.role, verdict=made.verdict, at=made.at, **said)


# --- deciding ---------------------------------------------------------------------------------------------------------


class NotHeld(ValueError):
    """There is nothing to decide: it was decided before, cleared meanwhile, or is nobody's to decide."""


def decide(access: Allowed, record_id: UUID, decided: Decided, *, at: datetime) -> None:
    """Let a human accept, change or reject a held finding of a person they may see. Only then does it count.

    Raises: NotAllowed, NotHeld, ValueError with the codes of what is missing.
    """
    access.require(Scope.FINDINGS)
    if access.actor is None or Duty.DECIDE not in CARDS[access.role].duties:
        raise NotHeld("Only a human in a role that decides can decide.")
    if missing := oversight.problems(decided):
        raise ValueError(", ".join(missing))
    with transaction.atomic():
        row = (
            chosen.open_to(InferenceRecord.objects.select_for_update(), access.actor)
            .filter(id=record_id, person=access.person, state=State.HELD)
            .first()
        )
        if row is None or not _may_decide(row, access.role):
            raise NotHeld("This finding is not held for you: it was decided, stopped, or is for another role.")
        said = json.dumps({"reason": decided.reason.strip(), "changed": decided.changed.strip()}, ensure_ascii=False)
        sealed = people.sealer(access.person).seal(said, ABOUT_DECISION)
        leaf = _decision_leaf(row, access, decided, sealed)
        position = ledger.append([leaf], at=at)[0]
        Decision.objects.create(
            record=row,
            by_id=access.actor,
            role=access.role,
            verdict=decided.verdict,
            body=sealed,
            at=at,
            leaf=position.index,
        )
        row.state = oversight.END_STATE[decided.verdict]
        row.save(update_fields=["state"])


def _may_decide(row: InferenceRecord, role: Role) -> bool:
    return role == row.reviewer or role is Role.CLINICAL_LEAD


def _decision_leaf(row: InferenceRecord, access: Allowed, decided: Decided, sealed: bytes) -> Entry:
    secret = {"record": str(row.id), "by": str(access.actor), "body": hashlib.sha256(sealed).hexdigest()}
    facts = {"system": row.system_id, "verdict": str(decided.verdict), "role": str(access.role), "inference": row.leaf}
    return Entry(Kind.DECISION, facts=facts, secret=secret, salt=os.urandom(SALT), subject=row.person_id)


@dataclass(frozen=True)
class Waiting:
    """One held finding in somebody's queue: whose, since when, until when. What it says is read on its own page."""

    record: UUID
    person: UUID
    name: str
    system: str
    at: datetime
    due: datetime


def queue(account: UUID, accesses: Sequence[tuple[Allowed, str]], role: Role, page: int = 1) -> list[Waiting]:
    """Give what waits for this human, most urgent first, among the people whom they may see (with their names)."""
    named = {access.person: name for access, name in accesses if Scope.FINDINGS in CARDS[access.role].sees}
    held = InferenceRecord.objects.filter(person__in=named, state=State.HELD, due__isnull=False)
    rows = chosen.open_to(held, account)
    if role is not Role.CLINICAL_LEAD:
        rows = rows.filter(reviewer=role)
    first = (page - 1) * PAGE
    return [
        Waiting(row.id, row.person_id, named[row.person_id], row.system_id, row.at, row.due)
        for row in rows.order_by("due")[first : first + PAGE + 1]
        if row.due is not None
    ]


# --- clearing, for stop and erasure -----------------------------------------------------------------------------------


def clear(person: UUID, systems: Collection[str] | None) -> int:
    """Clear what systems (None = all) said about a person: the fact that they ran stays, what they said goes. Gives how many."""
    rows = InferenceRecord.objects.filter(person=person)
    return _clear(rows if systems is None else rows.filter(system__in=systems))


def clear_records(access: Allowed, records: Sequence[UUID], at_once: int = 500) -> int:
    """Clear what these inferences said, because their person deleted what they were about. Gives how many.

    Needs: Scope.FINDINGS, ground own. Raises: NotAllowed for anyone else.
    """
    access.require(Scope.FINDINGS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("What a system said is cleared by its person alone.")
    parts = [records[first : first + at_once] for first in range(0, len(records), at_once)]
    return sum(_clear(InferenceRecord.objects.filter(person=access.person, id__in=part)) for part in parts)


def _clear(asked: QuerySet[InferenceRecord]) -> int:
    rows = asked.exclude(state=State.CLEARED)
    Decision.objects.filter(record__in=rows.values("id")).update(body=None)
    return rows.update(state=State.CLEARED, body=None)


def take_seat(system: str, person: UUID, at: datetime) -> bool:
    """Take a place in a pilot if there is one. Two people never take the last one: the number is unique."""
    state = SystemState.objects.select_for_update(no_key=True).get(id=system)
    if PilotSeat.objects.filter(system=state, person=person).exists():
        return True
    taken = PilotSeat.objects.filter(system=state).count()
    if taken >= state.pilot_cap:
        return False
    PilotSeat.objects.create(system=state, person_id=person, number=taken + 1, at=at)
    return True


def bump(person: UUID) -> int:
    """Move a person's epoch: every permit given before releases nothing. Gives the new epoch."""
    PersonState.objects.bulk_create([PersonState(person_id=person, epoch=0)], ignore_conflicts=True)
    PersonState.objects.filter(person=person).update(epoch=F("epoch") + 1)
    return PersonState.objects.values_list("epoch", flat=True).get(person=person)


def crisis(person: UUID, until: datetime | None) -> None:
    """Let nothing run for a person but what brings a human, until a time; with None that ends."""
    bump(person)
    PersonState.objects.filter(person=person).update(crisis_until=until)


def bump_system(system: str) -> None:
    """Move a system's epoch: every permit given before releases nothing."""
    SystemState.objects.filter(id=system).update(epoch=F("epoch") + 1)
