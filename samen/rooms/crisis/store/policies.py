"""The versions of how the line is ordered: one human proposes, another approves, the newest approved is in force."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, may
from samen.people.store import roles_of
from samen.rooms.crisis.models.line import QueuePolicy
from samen.rooms.crisis.triage import SHIPPED, Policy


def current() -> Policy:
    """Give the policy in force: the newest that somebody approved, else the one this version came with."""
    found = QueuePolicy.objects.exclude(approved_at=None).order_by("-version").first()
    return _policy(found) if found else SHIPPED


def versions() -> list[QueuePolicy]:
    """Give every version, newest first."""
    return list(QueuePolicy.objects.select_related("by", "approved_by").order_by("-version"))


def propose(policy: Policy, reason: str, *, by: Account, at: datetime) -> QueuePolicy:
    """Write down a new version; it orders nobody before another human approved it. Raises: NotAllowed."""
    _lead(by, at)
    with transaction.atomic():
        newest = QueuePolicy.objects.aggregate(n=Max("version"))["n"] or 0
        return QueuePolicy.objects.create(
            version=newest + 1,
            reserved=policy.reserved,
            overtaken=policy.overtaken,
            read_first=policy.read_first,
            reason=reason,
            by=by,
            at=at,
        )


def approve(version: int, *, by: Account, at: datetime) -> bool:
    """Put a version in force. False when it is not there or approved already. Raises: NotAllowed for who proposed it."""
    _lead(by, at)
    found = QueuePolicy.objects.filter(version=version, approved_at=None).first()
    if found is not None and found.by_id == by.id:
        raise NotAllowed("Whoever proposed a policy does not approve it.")
    changed = QueuePolicy.objects.filter(version=version, approved_at=None).update(approved_by=by, approved_at=at)
    return bool(changed)


def _lead(by: Account, at: datetime) -> None:
    if not may(roles_of(by, at), Duty.LEAD):
        raise NotAllowed("Whoever leads care proposes and approves how the line is ordered.")


def _policy(row: QueuePolicy) -> Policy:
    return Policy(version=row.version, reserved=row.reserved, overtaken=row.overtaken, read_first=row.read_first)
