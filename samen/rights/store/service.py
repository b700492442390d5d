"""What must hold of the service itself: people on duty, probes that answered, and counts that agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Model, QuerySet, Value

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Role
from samen.rights.models.inference import InferenceRecord, PermitRow, ValidationRun
from samen.rights.models.service import DutyTime, Probe, Training

TRAINING_HOLDS_FOR = timedelta(days=365)


def train(account: Account, *, at: datetime) -> None:
    """Write down that a human passed the course on what AI systems can and cannot do."""
    Training.objects.create(account=account, at=at, until=at + TRAINING_HOLDS_FOR)


def trained(account: Account, now: datetime) -> bool:
    """Say whether somebody's course still counts."""
    return Training.objects.filter(account=account, at__lte=now, until__gt=now).exists()


def go_on_duty(account: Account, role: Role, *, starts: datetime, ends: datetime) -> DutyTime:
    """Put a human on duty for what is held. Raises: PermissionError without the role, or without current training."""
    if role not in people.roles_of(account, starts):
        raise PermissionError("NOT_YOUR_DUTY")
    if not trained(account, starts):
        raise PermissionError("NOT_TRAINED")
    return DutyTime.objects.create(account=account, role=role, starts=starts, ends=ends)


def go_off_duty(account: Account, now: datetime) -> int:
    """End somebody's duty now, and give how many times ended."""
    return DutyTime.objects.filter(account=account, starts__lt=now, ends__gt=now).update(ends=now)


def on_duty(now: datetime) -> list[DutyTime]:
    """Give who is on duty now."""
    return list(
        DutyTime.objects.filter(starts__lte=now, ends__gt=now).select_related("account").order_by("role", "ends")
    )


def ask(name: str, probe: Callable[[], str], *, at: datetime) -> bool:
    """Ask one thing whether it works: an empty answer is good, any other (or an error) is a reason. Says whether it was good."""
    try:
        wrong = probe()
    except Exception as error:  # a probe that errs is a probe that failed
        wrong = f"{type(error).__name__}"
    good = wrong == ""
    Probe.objects.update_or_create(
        name=name, defaults={"good_at": at if good else None, "asked_at": at, "detail": wrong[:400]}
    )
    return good


def probes() -> Mapping[str, Probe]:
    """Give the last answers, by name."""
    return Probe.objects.in_bulk()


@dataclass(frozen=True)
class Counts:
    """Three counts that must be one: permits used, what they led to, and leaves of that kind."""

    permits: int
    records: int
    leaves: int

    @property
    def agree(self) -> bool:
        """Say whether the three are one."""
        return self.permits == self.records == self.leaves


def _rows_of(table: type[Model]) -> QuerySet[Any, tuple[str, int]]:
    name = Value(table.__name__, output_field=CharField())
    return table._default_manager.order_by().values_list(name).annotate(Count("pk"))


def count() -> Counts:
    """Count permits, inferences with validation runs, and leaves, in the database itself."""
    kinds = ledger.counts()
    permits, records, trials = (_rows_of(table) for table in (PermitRow, InferenceRecord, ValidationRun))
    found = dict(permits.union(records, trials, all=True))  # one moment for all three
    return Counts(
        permits=found.get(PermitRow.__name__, 0),
        records=found.get(InferenceRecord.__name__, 0) + found.get(ValidationRun.__name__, 0),
        leaves=kinds.get(Kind.INFERENCE, 0) + kinds.get(Kind.VALIDATION_RUN, 0),
    )
