"""Reports of the room's self-test: kept as signed, put on the ledger, read, given causes, signed by whoever answers for them.

A report that misses a bar takes the evidence of the room's systems back in the same transaction: they run for nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, Role, may
from samen.people.store import roles_of
from samen.rights import door as rights
from samen.rights.register import Registered
from samen.rooms.crisis.models.selftest import Cause, SelfTest, Signature
from samen.rooms.crisis.selftest import bars, report

REASON = "self-test"
PROTOCOL = "samen/rooms/crisis/selftest/bars.py: the bars, and the sealed messages and talks, were written before."


class CannotSign(ValueError):
    """A report may not be signed; `code` has its sentence in `crisis.selftest.refused`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Kept:
    """A report with what humans wrote to it."""

    row: SelfTest
    report: Mapping[str, Any]
    causes: Mapping[str, Cause]  # by case, the newest
    signatures: tuple[Signature, ...]


def versions(digests: Mapping[str, str], hears: Mapping[str, Sequence[Any]]) -> str:
    """Give one digest for the versions of several systems, with the models and thresholds that they hear by."""
    lines = [f"{name} {digests[name]}" for name in sorted(digests)]
    lines += [" ".join(map(str, (name, *hears[name]))) for name in sorted(hears)]
    return sha256("\n".join(lines).encode()).hexdigest()


def judged(found: Mapping[str, Any], systems: Sequence[Registered], hears: Mapping[str, Sequence[Any]]) -> bool:
    """Say whether a report is about what runs now: the same versions, the same models, the same thresholds."""
    return versions(found["systems"], found.get("hears", {})) == versions(
        {each.id: each.digest for each in systems}, hears
    )


def keep(found: Mapping[str, Any], *, at: datetime) -> SelfTest:
    """Sign a report and keep it. One that misses a bar takes the evidence of every system it judged back."""
    note = ledger.sign_text(report.as_text(found))
    with transaction.atomic():
        row = SelfTest.objects.create(
            at=at, passed=found["passed"], versions=versions(found["systems"], found.get("hears", {})), note=note
        )
        entry = {"report": sha256(note.encode()).hexdigest(), "passed": row.passed}
        ledger.append([Entry(Kind.REGISTER, facts={"system": each, **entry}) for each in found["systems"]], at=at)
        for each in found["systems"] if not row.passed else ():
            rights.withdraw_evidence(each, REASON, at=at)
    return row


def rows() -> Sequence[SelfTest]:
    """Give every report, newest first."""
    return list(SelfTest.objects.order_by("-at").defer("note").prefetch_related("signatures__by"))


def newest() -> SelfTest | None:
    """Give the newest report."""
    return SelfTest.objects.order_by("-at").first()


def newest_id() -> UUID | None:
    """Give which report is the newest, without opening it."""
    return SelfTest.objects.order_by("-at").values_list("id", flat=True).first()


def read(test: UUID) -> Kept:
    """Give one report once its signature has been found good. Raises: SelfTest.DoesNotExist; BadCheckpoint when it was changed."""
    row = SelfTest.objects.get(pk=test)
    causes = {each.case: each for each in row.causes.select_related("by").order_by("at", "id")}
    signatures = tuple(row.signatures.select_related("by").order_by("at"))
    return Kept(row, report.from_text(ledger.verify_text(row.note)), causes, signatures)


def say_cause(kept: Kept, case: str, text: str, *, by: Account, at: datetime) -> Cause:
    """Write down the cause of a case. Raises: NotAllowed for a role that decides nothing; KeyError for a case not in the report."""
    if not may(roles_of(by, at), Duty.DECIDE):
        raise NotAllowed("Whoever decides about people's care says what went wrong in a case.")
    if case not in {each["id"] for each in kept.report["cases"]}:
        raise KeyError(case)
    return Cause.objects.create(test=kept.row, case=case, text=text.strip(), by=by, at=at)


def sign(
    kept: Kept,
    systems: Sequence[Registered],
    statement: str,
    *,
    hears: Mapping[str, Sequence[Any]],
    by: Account,
    at: datetime,
) -> Mapping[str, bool]:
    """Sign a report with its hazard log, and file it as evidence for the systems it judged; says of each whether it passes.

    Raises: CannotSign for a role that may not, without a statement, twice, when a newer report exists, or when what runs
            is not what was judged; FilingRefused when the ring refuses.
    """
    if not may(roles_of(by, at), Duty.LEAD):
        raise CannotSign("NOT_YOUR_DUTY")
    if not statement.strip():
        raise CannotSign("NO_STATEMENT")
    if any(each.by_id == by.pk for each in kept.signatures):
        raise CannotSign("SIGNED_ALREADY")
    if SelfTest.objects.filter(at__gt=kept.row.at).exists():
        raise CannotSign("NOT_NEWEST")
    if not judged(kept.report, systems, hears):
        raise CannotSign("OTHER_VERSION")
    with transaction.atomic():
        Signature.objects.create(test=kept.row, by=by, role=Role.CLINICAL_LEAD, statement=statement.strip(), at=at)
        entry = {"report": sha256(kept.row.note.encode()).hexdigest(), "signed": str(Role.CLINICAL_LEAD)}
        ledger.append([Entry(Kind.REGISTER, facts={"system": each.id, **entry}) for each in systems], at=at)
        return {each.id: _file(each, kept, by=by, at=at) for each in systems}


def _file(system: Registered, kept: Kept, *, by: Account, at: datetime) -> bool:
    return rights.file_evidence(
        system,
        rights.stage_to_prove(system),
        figures(kept.report, system),
        protocol=PROTOCOL,
        protocol_at=bars.SET_AT,
        results_at=kept.row.at,
        by=by,
        at=at,
    )


def figures(found: Mapping[str, Any], system: Registered) -> list[rights.Figure]:
    """Give the figures that a system's manifest asks for, from a report; one that could not be measured is left out."""
    by_name = {"_".join(filter(None, (each["name"], each["part"]))): each for each in found["bars"]}
    met = sum(each["met"] for each in found["bars"])
    share = met / len(found["bars"])
    measured = {
        name: rights.Figure(name, each["found"], each["low"], each["high"], each["n"])
        for name, each in by_name.items()
        if each["found"] is not None and each["n"]
    }
    wanted = [measured[each.measure] for each in system.manifest.evidence if each.measure in measured]
    return [*wanted, rights.Figure("bars", share, share, share, len(found["bars"]))]
