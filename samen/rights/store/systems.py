"""The register's own changes: entering a system, its evidence, its need, its votes, its stage. Humans do these, by name."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import CARDS, Duty, Role
from samen.rights import panel, stages
from samen.rights.models.system import Approval, Ballot, EvidenceFile, Need, ResumeHand, Seat, StageChange, SystemState
from samen.rights.register import Registered, sheet
from samen.rights.store.inference import bump_system
from samen.rights.words import Aim, Stage

EVIDENCE_HOLDS_FOR = timedelta(days=365)
LEAST_NEED_STATEMENTS = 3  # rights.md R8.1b: the problem in people's own words


class Refused(ValueError):
    """A change of the register may not be made; `code` has its sentence in `rights.stages`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Figure:
    """One measured figure with its interval."""

    measure: str
    estimate: float
    low: float
    high: float
    n: int


def enter(system: Registered, *, at: datetime) -> bool:
    """Enter a system, or its new version, as it runs now. A new digest has neither evidence nor approval. Says if it was new."""
    with transaction.atomic():
        known = SystemState.objects.select_for_update(no_key=True).filter(id=system.id).first()
        if known is not None and known.digest == system.digest:
            return False
        facts = {"system": system.id, "version": system.manifest.version, "digest": system.digest}
        ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)
        if known is None:
            SystemState.objects.create(
                id=system.id,
                version=system.manifest.version,
                digest=system.digest,
                sheet=sheet(system.manifest),
                entered_at=at,
            )
            return True
        SystemState.objects.filter(id=system.id).update(
            version=system.manifest.version, digest=system.digest, sheet=sheet(system.manifest), entered_at=at
        )
        bump_system(system.id)
        return True


def states() -> dict[str, SystemState]:
    """Give what is on file, by id."""
    return SystemState.objects.in_bulk()


def file_evidence(
    system: Registered,
    stage: Stage,
    figures: Sequence[Figure],
    *,
    protocol: str,
    protocol_at: datetime,
    results_at: datetime,
    by: Account,
    at: datetime | None = None,
) -> EvidenceFile:
    """File what a validation showed. Whether it passes is computed from the bounds that the manifest registered beforehand.

    `at` is when it is filed, where that is later than the results.
    Raises: Refused for a role that may not, a protocol that is not older than its results, or a figure without interval or n.
    """
    _must(by, Duty.LEAD, at or results_at)
    if results_at <= protocol_at:
        raise Refused("PROTOCOL_LATE")
    if any(each.n < 1 or not each.low <= each.estimate <= each.high for each in figures):
        raise Refused("NO_INTERVAL")
    found = {each.measure: each for each in figures}
    judged = {bound.measure: _judge(bound, found.get(bound.measure)) for bound in system.manifest.evidence}
    with transaction.atomic():
        bump_system(system.id)
        row = EvidenceFile.objects.create(
            system_id=system.id,
            digest=system.digest,
            stage=stage,
            protocol=protocol,
            protocol_at=protocol_at,
            results_at=results_at,
            n=max(each.n for each in figures),
            figures=judged,
            passed=all(each["met"] for each in judged.values()),
            until=results_at + EVIDENCE_HOLDS_FOR,
            by=by,
            role=Role.CLINICAL_LEAD,
        )
        facts = {"system": system.id, "digest": system.digest, "evidence": str(row.id), "passed": row.passed}
        ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at or results_at)
    return row


def withdraw_evidence(system: str, reason: str, *, at: datetime) -> int:
    """Withdraw what is on file for the version that is entered, because a self-test missed a bar. Gives how much was withdrawn.

    The machine can do this; only a human files evidence anew.
    """
    with transaction.atomic():
        state = SystemState.objects.select_for_update(no_key=True).filter(id=system).first()
        if state is None:
            return 0
        held = EvidenceFile.objects.filter(system=state, digest=state.digest, passed=True, withdrawn_at=None)
        gone = held.update(withdrawn_at=at, withdrawn_for=reason)
        if gone:
            facts = {"system": system, "digest": state.digest, "withdrawn": reason}
            ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)
            bump_system(system)
        return gone


def _judge(bound: Any, found: Figure | None) -> dict[str, Any]:
    if found is None:
        return {**asdict(bound), "met": False}
    met = found.low >= bound.bound if bound.at_least else found.high <= bound.bound
    return {**asdict(found), "bound": bound.bound, "at_least": bound.at_least, "met": met}


def seat(account: Account, *, lived_experience: bool, by: Account, at: datetime, conflict: str = "") -> Seat:
    """Give somebody a seat of the panel, attested by the secretary."""
    _must(by, Duty.KEEP_PANEL, at)
    return Seat.objects.create(
        account=account, lived_experience=lived_experience, conflict=conflict, attested_by=by, since=at
    )


def vote(system: Registered, vote: panel.Vote, *, by: Account, reason: str, at: datetime) -> panel.Tally:
    """Cast a ballot on what runs now, and count again."""
    _must(by, Duty.VOTE, at)
    held = Seat.objects.filter(account=by, until=None).first()
    if held is None:
        raise Refused("NO_SEAT")
    if not reason.strip():
        raise Refused("REASON_MISSING")
    with transaction.atomic():
        Ballot.objects.create(
            system_id=system.id, digest=system.digest, seat=held, vote=vote, reason=reason.strip(), at=at
        )
        return count(system, at=at)


def settle(ballot: Ballot, *, declined: bool, by: Account, at: datetime) -> None:
    """Write down that the work behind a ballot was paid (by the secretary), or that its member declines (by the member alone)."""
    if declined and ballot.seat_id != by.id:
        raise Refused("NOT_YOURS")
    if not declined:
        _must(by, Duty.KEEP_PANEL, at)
    with transaction.atomic():
        Ballot.objects.filter(pk=ballot.pk, settled_at=None).update(
            settled_at=at, settled_as="declined" if declined else "paid"
        )
        _count(ballot.system_id, ballot.digest, at)


def count(system: Registered, *, at: datetime) -> panel.Tally:
    """Count the ballots on what runs now, and put the result on file."""
    return _count(system.id, system.digest, at)


def _is_strict(system: str) -> bool:
    """Say whether a system looks for danger: then two thirds must say yes, whatever it is called."""
    return bool(SystemState.objects.get(id=system).sheet["aim"] == Aim.SAFETY)


def _count(system: str, digest: str, at: datetime) -> panel.Tally:
    bump_system(system)  # the system's row before the log's head, as the gate takes them
    newest: dict[UUID, Ballot] = {}
    for each in Ballot.objects.filter(system=system, digest=digest).select_related("seat").order_by("at"):
        newest[each.seat_id] = each
    result = panel.tally(
        [
            panel.Ballot(
                vote=panel.Vote(each.vote),
                lived_experience=each.seat.lived_experience,
                conflicted=bool(each.seat.conflict),
                settled=each.settled_at is not None,
                at=each.at,
            )
            for each in newest.values()
        ],
        strict=_is_strict(system),
    )
    kept = {"yes": result.yes, "no": result.no, "vetoes": result.vetoes, "lived": result.lived, "reason": result.reason}
    fields = {
        "approved": result.approved,
        "vetoed": result.vetoed,
        "unpaid": result.unpaid,
        "until": result.until,
        "tally": kept,
        "at": at,
    }
    Approval.objects.update_or_create(system_id=system, digest=digest, defaults=fields)
    facts = {"system": system, "digest": digest, **kept, "unpaid": result.unpaid}
    ledger.append([Entry(Kind.APPROVAL, facts=facts)], at=at)
    return result


def ratify_need(
    system: Registered,
    statements: Sequence[str],
    *,
    without: str,
    other_way: str,
    until: datetime,
    by: Account,
    at: datetime,
) -> Need:
    """Put the need on file, in people's own words, with what happens when we do nothing and the way without technology."""
    _must(by, Duty.VOTE, at)
    said = [each.strip() for each in statements if each.strip()]
    if len(said) < LEAST_NEED_STATEMENTS or not without.strip() or not other_way.strip():
        raise Refused("NEED_INCOMPLETE")
    with transaction.atomic():
        bump_system(system.id)
        row = Need.objects.create(
            system_id=system.id,
            statements=said,
            without=without,
            other_way=other_way,
            ratified_by=by,
            role=Role.PANEL_MEMBER,
            ratified_at=at,
            until=until,
        )
        ledger.append(
            [Entry(Kind.APPROVAL, facts={"system": system.id, "need": row.pk, "statements": len(said)})], at=at
        )
    return row


def move(system: Registered, end: Stage, *, by: Account, reason: str, at: datetime, cap: int = 0) -> None:
    """Move a system to another stage, by a human in the right role, with a reason. Raises: Refused."""
    if not reason.strip():
        raise Refused("REASON_MISSING")
    with transaction.atomic():
        state = SystemState.objects.select_for_update(no_key=True).get(id=system.id)
        duties = {duty for role in people.roles_of(by, at) for duty in CARDS[role].duties}
        code = stages.refusal(
            Stage(state.stage),
            end,
            duties=duties,
            approved=_approved(state, at),
            evidenced=_evidenced(state, end, at),
            hands=_hands(state),
        )
        if code:
            raise Refused(code)
        if end is Stage.PILOT and cap < 1 and state.pilot_cap < 1:
            raise Refused("NO_CAP")
        _write_move(state, end, by, reason.strip(), at, cap)


def suspend_by_machine(system: str, reason: str, *, at: datetime) -> None:
    """Suspend a system because something was found wrong. The machine can do this and nothing else."""
    with transaction.atomic():
        state = SystemState.objects.select_for_update(no_key=True).filter(id=system).first()
        if state is not None and state.stage not in (Stage.SUSPENDED, Stage.RETIRED):
            _write_move(state, Stage.SUSPENDED, None, reason, at, 0)


def _write_move(state: SystemState, end: Stage, by: Account | None, reason: str, at: datetime, cap: int) -> None:
    role = next((each for each in sorted(people.roles_of(by, at))), "") if by else ""
    StageChange.objects.create(system=state, start=state.stage, end=end, by=by, role=role, reason=reason, at=at)
    if end is Stage.SUSPENDED:
        state.suspended_from = state.stage
    facts = {"system": state.id, "start": str(state.stage), "end": str(end), "role": str(role) or None}
    state.stage = end
    state.pilot_cap = cap or state.pilot_cap
    state.epoch += 1
    state.save()
    ledger.append([Entry(Kind.STAGE, facts=facts)], at=at)


def _approved(state: SystemState, at: datetime) -> bool:
    return Approval.objects.filter(
        system=state, digest=state.digest, approved=True, vetoed=False, unpaid=False, until__gt=at
    ).exists()


def _evidenced(state: SystemState, end: Stage, at: datetime) -> bool:
    return EvidenceFile.objects.filter(
        system=state, digest=state.digest, stage=end, passed=True, until__gt=at, withdrawn_at=None
    ).exists()


def lend_hand(system: Registered, *, by: Account, role: Role, reason: str, at: datetime) -> frozenset[Role]:
    """Give one of the hands that a resumption needs; gives the roles whose hands are there. Raises: Refused."""
    if Duty.RESUME not in CARDS[role].duties or role not in people.roles_of(by, at):
        raise Refused("NOT_YOUR_DUTY")
    if not reason.strip():
        raise Refused("REASON_MISSING")
    with transaction.atomic():
        state = SystemState.objects.select_for_update(no_key=True).get(id=system.id)
        change = suspension(state)
        if change is None:
            raise Refused("NOT_SUSPENDED")
        if ResumeHand.objects.filter(change=change, by=by).exists():
            raise Refused("HAND_TWICE")
        ResumeHand.objects.get_or_create(
            change=change, role=role, defaults={"by": by, "reason": reason.strip(), "at": at}
        )
        ledger.append([Entry(Kind.STAGE, facts={"system": system.id, "hand": str(role)})], at=at)
        return _hands(state)


def suspension(state: SystemState) -> StageChange | None:
    """Give the suspension that holds now, if any."""
    if state.stage != Stage.SUSPENDED:
        return None
    return StageChange.objects.filter(system=state, end=Stage.SUSPENDED).order_by("-at", "-id").first()


def _hands(state: SystemState) -> frozenset[Role]:
    change = suspension(state)
    return frozenset(Role(role) for role in change.hands.values_list("role", flat=True)) if change else frozenset()


def _must(account: Account, duty: Duty, at: datetime) -> None:
    if not any(duty in CARDS[role].duties for role in people.roles_of(account, at)):
        raise Refused("NOT_YOUR_DUTY")
