"""Results of activities in LAMP's shapes: an event with `static_data` and one slice for each answer or tap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_MS = 6 * 3600 * 1000  # a page that was open for longer was left open: how long it took is not known


@dataclass(frozen=True)
class Sitting:
    """One time that somebody did one activity."""

    activity: str  # its id
    started: int | None  # ms UTC; None = not known
    ended: int  # ms UTC

    @property
    def duration(self) -> int | None:
        """Give how long it took in ms; None when that is not known."""
        lasted = self.ended - self.started if self.started is not None else -1
        return lasted if 0 <= lasted <= LONGEST_MS else None


@dataclass(frozen=True)
class Row:
    """One question with what was answered, in words; None = skipped."""

    id: str
    item: str
    value: str | None


@dataclass(frozen=True)
class Change:
    """One change of an answer on the page: which question, how long after the page opened."""

    question: str
    at: int  # ms


def event(sitting: Sitting, static: Mapping[str, Any], slices: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Give an activity event. Its time is the end: what was done is known from then on."""
    return {
        "timestamp": sitting.ended,
        "duration": sitting.duration,
        "activity": sitting.activity,
        "static_data": dict(static),
        "temporal_slices": [dict(each) for each in slices],
    }


def survey(
    sitting: Sitting, rows: Sequence[Row], changes: Sequence[Change] = (), static: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give a filled-in survey: each answer in words, with the time it took where the page could tell.

    The time of an answer runs from the answer before it to its last change (ms). Skipped questions are no slices.
    """
    took = durations(changes)
    slices = [
        {"item": row.item, "value": row.value, "type": None, "duration": took.get(row.id), "level": None}
        for row in rows
        if row.value is not None
    ]
    again = len(changes) - len({each.question for each in changes})
    more = {"changed_answers": again} if changes else {}
    return event(sitting, {**(static or {}), **more}, slices)


def durations(changes: Sequence[Change]) -> dict[str, int]:
    """Give for each question the ms from the change before it, of another question, to its own last change."""
    took: dict[str, int] = {}
    began, before, last = 0, 0, ""
    for each in sorted(changes, key=lambda one: one.at):
        if each.question != last:
            began, last = before, each.question
        took[each.question] = each.at - began
        before = each.at
    return took


def changes(raw: Any) -> tuple[Change, ...]:
    """Read what a page tells of its changes: pairs of question and ms; what is no such pair is left out."""
    rows = raw if isinstance(raw, list) else []
    return tuple(
        Change(row[0], row[1])
        for row in rows[:1000]
        if isinstance(row, list)
        and len(row) == 2
        and isinstance(row[0], str)
        and type(row[1]) is int
        and 0 <= row[1] <= LONGEST_MS
    )
