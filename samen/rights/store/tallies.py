"""How often each system ran, was denied, was tried and was decided about: counted once, then only what came after.

What is counted is append-only and stands at its place in the ledger, whose order is that of the commits. So a sum up to a place never
changes, and a sum plus what came later is the number of now, whatever else is being written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, Max, Model, QuerySet, Value

from samen.rights.models.inference import Decision, DeniedRun, InferenceRecord, ValidationRun
from samen.rights.models.service import Tally

SETTLED = timedelta(hours=1)  # a denied run has no place in the ledger; after this no earlier one can still be written


class What(StrEnum):
    """What is counted."""

    RUN = "run"
    DENIED = "denied"
    DECISION = "decision"
    TRIAL = "trial"


@dataclass(frozen=True)
class Source:
    """Where one kind is counted: its table, the column of its order, of its system, and of its code."""

    model: type[Model]
    place: str
    system: str
    code: str = ""


SOURCES = {
    What.RUN: Source(InferenceRecord, "leaf", "system"),
    What.DENIED: Source(DeniedRun, "id", "system", "code"),
    What.DECISION: Source(Decision, "leaf", "record__system", "verdict"),
    What.TRIAL: Source(ValidationRun, "leaf", "system"),
}

Row = tuple[str, str, str, int]  # system, what, code, times


def all_times() -> list[Row]:
    """Give how often each thing happened with each system, as of now. Two queries, which do not grow with the past."""
    kept = list(Tally.objects.values_list("system", "what", "code", "times", "upto"))
    upto = {what: place for _, what, _, _, place in kept}
    later = [since(what, upto.get(what)) for what in What]
    return [row[:4] for row in kept] + list(later[0].union(*later[1:], all=True))


def since(what: What, place: int | None, until: int | None = None) -> QuerySet[Any, Row]:
    """Ask for the times after one place and up to another."""
    source = SOURCES[what]
    bounds = {f"{source.place}__gt": place, f"{source.place}__lte": until}
    rows = source.model._default_manager.filter(**{name: at for name, at in bounds.items() if at is not None})
    code = source.code or _text("")
    return rows.order_by().values_list(source.system, _text(what), code).annotate(Count("pk"))


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def fold(now: datetime) -> None:
    """Add what came since the last fold to the sums. Safe at any moment: who reads meanwhile sees the old sums and all after them."""
    for what in What:
        with transaction.atomic():
            kept = {(each.system, each.code): each for each in Tally.objects.select_for_update().filter(what=what)}
            start = max((each.upto for each in kept.values()), default=None)
            end = _settled(what, now)
            if end is None or (start is not None and end <= start):
                continue
            _add(what, kept, since(what, start, end), end)


def _settled(what: What, now: datetime) -> int | None:
    """Give the last place before which nothing can still appear."""
    source = SOURCES[what]
    old = {"at__lt": now - SETTLED} if what is What.DENIED else {}
    last: int | None = source.model._default_manager.filter(**old).aggregate(last=Max(source.place))["last"]
    return last


def _add(what: What, kept: dict[tuple[str, str], Tally], rows: Iterable[Row], end: int) -> None:
    found = {(system, code): times for system, _, code, times in rows}
    Tally.objects.bulk_create(
        Tally(system=system, what=what, code=code, times=times, upto=end)
        for (system, code), times in found.items()
        if (system, code) not in kept
    )
    for key, tally in kept.items():
        tally.times += found.get(key, 0)
        tally.upto = end
    Tally.objects.bulk_update(kept.values(), ["times", "upto"])
