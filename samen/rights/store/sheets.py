"""What is on file about AI systems and what they did, for the register, the staff pages and whoever oversees. Nobody's data."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from samen.ledger.kinds import Kind
from samen.ledger.models import Checkpoint, Leaf
from samen.people.roles import Role
from samen.rights import panel
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case, DutyTime
from samen.rights.models.system import Approval, EvidenceFile, Need, StageChange, SystemState
from samen.rights.oversight import State
from samen.rights.store import tallies
from samen.rights.store.tallies import What
from samen.rights.words import Stage


@dataclass(frozen=True)
class OnFile:
    """What humans have put on file about one system, for the version that is entered now."""

    state: SystemState
    evidence: tuple[EvidenceFile, ...] = ()  # newest first, of this digest alone
    approval: Approval | None = None
    need: Need | None = None
    changes: tuple[StageChange, ...] = ()  # newest first

    @property
    def stage(self) -> Stage:
        """Give where the system stands."""
        return Stage(self.state.stage)

    def approved(self, now: datetime) -> bool:
        """Say whether the panel's approval of this version holds."""
        given = self.approval
        return bool(
            given and given.approved and not given.vetoed and not given.unpaid and given.until and now < given.until
        )

    def ends_soon(self, now: datetime) -> datetime | None:
        """Give when an approval that holds will end, once that is near; without a new vote the system stops then."""
        until = self.approval.until if self.approval and self.approved(now) else None
        return until if until is not None and until - panel.NOTICE <= now else None

    def began(self) -> datetime | None:
        """Give when it was first used for anybody."""
        return min((each.at for each in self.changes if each.end in (Stage.PILOT, Stage.GENERAL)), default=None)

    def ended(self) -> datetime | None:
        """Give when it was retired, if it was."""
        return next((each.at for each in self.changes if each.end == Stage.RETIRED), None)


def on_file() -> dict[str, OnFile]:
    """Give what is on file about every system, by id. Five queries, whatever the number of systems."""
    states = SystemState.objects.in_bulk()
    digests = [each.digest for each in states.values()]
    evidence = _grouped(EvidenceFile.objects.filter(digest__in=digests).select_related("by").order_by("-results_at"))
    approvals = _grouped(Approval.objects.filter(digest__in=digests))
    needs = _grouped(Need.objects.order_by("-ratified_at"))
    changes = _grouped(StageChange.objects.select_related("by").order_by("-at", "-id"))
    return {
        name: OnFile(
            state=state,
            evidence=tuple(each for each in evidence.get(name, ()) if each.digest == state.digest),
            approval=next((each for each in approvals.get(name, ()) if each.digest == state.digest), None),
            need=next(iter(needs.get(name, ())), None),
            changes=tuple(changes.get(name, ())),
        )
        for name, state in states.items()
    }


def _grouped(rows: Iterable[Any]) -> Mapping[str, list[Any]]:
    """Give rows by the system that they are about, in their order."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.system_id, []).append(row)
    return found


@dataclass(frozen=True)
class Numbers:
    """How often a system ran, was denied, and what humans decided about it."""

    runs: int = 0
    waiting: int = 0
    trials: int = 0
    suspensions: int = 0
    denied: Mapping[str, int] = field(default_factory=dict)  # reason code to times
    decisions: Mapping[str, int] = field(default_factory=dict)  # verdict to times


def numbers() -> dict[str, Numbers]:
    """Give the numbers of every system that has any, by id. Four queries, which do not grow with what happened before."""
    found: dict[str, dict[str, Counter[str]]] = {}  # a Counter would give a template 0 for .items
    for system, what, code, times in tallies.all_times():
        found.setdefault(system, {}).setdefault(what, Counter())[code] += times
    waiting = _counted(InferenceRecord.objects.filter(state=State.HELD))
    stopped = _counted(StageChange.objects.filter(end=Stage.SUSPENDED))
    return {
        name: Numbers(
            runs=found.get(name, {}).get(What.RUN, Counter()).total(),
            waiting=waiting.get(name, 0),
            trials=found.get(name, {}).get(What.TRIAL, Counter()).total(),
            suspensions=stopped.get(name, 0),
            denied=dict(found.get(name, {}).get(What.DENIED, {})),
            decisions=dict(found.get(name, {}).get(What.DECISION, {})),
        )
        for name in {*found, *waiting, *stopped}
    }


def _counted(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.order_by().values_list("system").annotate(Count("pk")))


@dataclass(frozen=True)
class Clock:
    """How many cases of one kind are open about one system, and the next moment that one is due."""

    system: str | None
    kind: str
    open: int
    overdue: int
    due: datetime


def clocks(now: datetime) -> list[Clock]:
    """Give the open clocks, most urgent first, without what anybody wrote."""
    rows = (
        Case.objects.filter(closed_at=None)
        .values("system", "kind")
        .annotate(n=Count("id"), late=Count("id", filter=Q(due__lte=now)), first=Min("due"))
        .order_by()
        .values_list("system", "kind", "n", "late", "first")
    )
    return sorted((Clock(*row) for row in rows), key=lambda each: each.due)


@dataclass(frozen=True)
class Load:
    """How much waits for a role, and for how much there is room."""

    role: Role
    waiting: int
    on_duty: int
    capacity: int  # findings that may wait before systems stop asking for more

    @property
    def full(self) -> bool:
        """Say whether systems of mode suggest have stopped, for want of a human."""
        return self.waiting >= self.capacity


def load(role: Role, now: datetime) -> Load:
    """Give the workload of a deciding role. Two queries."""
    waiting = InferenceRecord.objects.filter(state=State.HELD, reviewer=role).count()
    on_duty = DutyTime.objects.filter(role=role, starts__lte=now, ends__gt=now).values("account").distinct().count()
    return Load(role, waiting, on_duty, on_duty * settings.SAMEN.review_capacity)


@dataclass(frozen=True)
class Change:
    """One change of the register as the log keeps it: nothing in it can be made up afterwards."""

    index: int
    kind: str
    at: datetime
    facts: Mapping[str, Any]


def changes(most: int = 100) -> list[Change]:
    """Give the newest changes of the register from the log: entered, evidence, approvals, needs, stages."""
    rows = Leaf.objects.filter(kind__in=(Kind.REGISTER, Kind.STAGE, Kind.APPROVAL)).order_by("-index")[:most]
    return [_change(row) for row in rows]


def _change(row: Leaf) -> Change:
    body = json.loads(row.body)
    return Change(row.index, row.kind, datetime.fromisoformat(body["at"]), body["facts"])


def last_checkpoint() -> Checkpoint | None:
    """Give the newest signed checkpoint of the log."""
    return Checkpoint.objects.order_by("-size").first()
