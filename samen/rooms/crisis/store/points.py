"""Where the thresholds stand: proposed with what they cost, approved by another human; then the self-test begins anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.rights import door as rights
from samen.rights.register import Registered
from samen.rooms.crisis.models.hearing import OperatingPoint
from samen.rooms.crisis.store.candidates import decides, lead

REASON = "operating-point"


@dataclass(frozen=True)
class Point:
    """From which sureness on a model asks, and from which it alarms, on the scale of one model."""

    language: str
    sha256: str
    ask: float
    alarm: float


def versions() -> Sequence[OperatingPoint]:
    """Give every version, newest first."""
    return list(OperatingPoint.objects.select_related("by", "approved_by").order_by("-version"))


def propose(point: Point, cost: Mapping[str, Any], reason: str, *, by: Account, at: datetime) -> OperatingPoint:
    """Write down a new version with what it was said to cost; nobody is heard by it before another approved it. Raises: NotAllowed."""
    decides(by, at)
    with transaction.atomic():
        newest = OperatingPoint.objects.aggregate(n=Max("version"))["n"] or 0
        return OperatingPoint.objects.create(
            version=newest + 1,
            language=point.language,
            sha256=point.sha256,
            ask=point.ask,
            alarm=point.alarm,
            cost=dict(cost),
            reason=reason.strip(),
            by=by,
            at=at,
        )


def approve(version: int, systems: Sequence[Registered], *, by: Account, at: datetime) -> bool:
    """Put a version in force, and take back the evidence that was shown at other thresholds.

    False when it is not there or approved already. Raises: NotAllowed for who proposed it, or leads no care.
    """
    lead(by, at)
    with transaction.atomic():
        found = OperatingPoint.objects.select_for_update().filter(version=version, approved_at=None).first()
        if found is None:
            return False
        if found.by_id == by.pk:
            raise NotAllowed("Whoever proposed thresholds does not approve them.")
        found.approved_by, found.approved_at = by, at
        found.save(update_fields=["approved_by", "approved_at"])
        facts = {"point": version, "language": found.language, "model": found.sha256,
                 "ask": _code(found.ask), "alarm": _code(found.alarm)}  # fmt: skip
        ledger.append([Entry(Kind.REGISTER, facts={"system": each.id, **facts}) for each in systems], at=at)
        for each in systems:
            rights.withdraw_evidence(each.id, REASON, at=at)
        return True


def _code(value: float) -> str:
    """Write a threshold as the ledger takes it: leaves hold no broken numbers."""
    return f"{value:.4f}"
