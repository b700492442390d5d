"""Made-up people with a known true change, and what a fair judge measures on them.

The thresholds are written down before, in the manifest (`systems.py`, `evidence`); this file only measures. People are
made from the published reliability and spread: a true value, plus noise of the size that the reliability implies,
rounded to whole answers and kept on the scale.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt
from random import Random
from typing import Any

from samen.rights.shares import Share, share
from samen.rooms.treatment.precision import figures
from samen.rooms.treatment.questionnaires import questionnaires

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a day of the made-up world, not of ours
SEED = 20260302
KNOWN_CHANGE = 1.5  # of the spread: a clear recovery, about 9 points on the PHQ-9
Infer = Callable[[Mapping[str, Any]], str]  # made-up material in, the finding's code out


@dataclass(frozen=True)
class Case:
    """One made-up person: what the system reads, and what is true."""

    kind: str  # same, better, worse, abstain
    material: Mapping[str, Any]


def cases(seed: int, people: int) -> tuple[Case, ...]:
    """Make up people, a quarter of each kind, the same ones for the same seed."""
    random = Random(seed)
    kinds = ("same", "better", "worse", "abstain")
    return tuple(_case(random, kinds[number % len(kinds)]) for number in range(people))


def measure(infer: Infer, seed: int = SEED, people: int = 4000) -> Mapping[str, Share]:
    """Make people up, ask the system about each, and judge what it said. `people` is a multiple of 4."""
    made = cases(seed, people)
    return judge(made, [infer(case.material) for case in made])


def judge(made: Sequence[Case], said: Sequence[str]) -> Mapping[str, Share]:
    """Give each measure of the manifest from what the system said (codes) about these people, in their order.

    Gives:  false_change (said changed, nothing had), detection (known change found, right direction), wrong_way (known
            change called its opposite), reference_agreement (same answer as `reference`), abstains_when_due.
    """
    pairs = list(zip(made, said, strict=True))
    moved = [(case, code) for case, code in pairs if case.kind in ("better", "worse")]
    return {
        "false_change": share([code in ("improved", "worsened") for case, code in pairs if case.kind == "same"]),
        "detection": share([code == _right(case) for case, code in moved]),
        "wrong_way": share([code == _wrong(case) for case, code in moved]),
        "reference_agreement": share([code == reference(case.material) for case, code in pairs]),
        "abstains_when_due": share([code == "abstain" for case, code in pairs if case.kind == "abstain"]),
    }


def reference(material: Mapping[str, Any]) -> str:
    """Say the same as the system by another road: tables of critical differences, no code shared with `change.py`.

    Critical difference = z * SEM * sqrt(2), SEM = SD * sqrt(1 - r); z for 1, 2, 3 questionnaires from the table of the
    normal distribution: 1.9600, 2.2414, 2.3940.
    """
    z = {0: 1.96, 1: 1.96, 2: 2.2414, 3: 2.3940}
    now = datetime.fromisoformat(material["now"])
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(material["points"], key=lambda row: row["at"]):
        rows.setdefault(row["instrument"], []).append(row)
    ends = {name: _ends(course, now) for name, course in rows.items()}
    usable = {name: found for name, found in ends.items() if found}
    votes = {_vote(name, found[0], found[1], z[len(usable)]) for name, found in usable.items()}
    if not votes:
        return "abstain"
    if votes == {0}:
        return "within-error"
    return "unclear" if {1, -1} <= votes else ("improved" if 1 in votes else "worsened")


def _ends(course: Sequence[Mapping[str, Any]], now: datetime) -> tuple[float, float] | None:
    latest = course[-1]
    when = datetime.fromisoformat(latest["at"])
    if latest["total"] is None or (now - when).total_seconds() > 42 * 86400:
        return None
    for row in course[:-1]:
        age = (when - datetime.fromisoformat(row["at"])).total_seconds() / 86400
        if row["total"] is not None and age <= 183:
            return (row["total"], latest["total"]) if age >= 14 else None
    return None


def _vote(name: str, first: float, last: float, z: float) -> int:
    row = figures()[name]
    critical = z * row["sd"] * sqrt(1 - row["reliability"]) * sqrt(2)
    if abs(last - first) <= critical:
        return 0
    better = last > first if name == "who-5" else last < first
    return 1 if better else -1


def _case(random: Random, kind: str) -> Case:
    names = random.sample(sorted(figures()), random.choice((1, 2, 3)))
    weeks = random.choice((4, 8, 12, 20))
    age = random.choice((0, 3, 10, 30))
    points = [row for name in names for row in _two(random, name, kind, weeks, age)]
    if kind == "abstain":
        points = _spoil(random, points)
    return Case(kind, {"now": NOW.isoformat(), "points": points})


def _two(random: Random, name: str, kind: str, weeks: int, age: int) -> list[dict[str, Any]]:
    row, scale = figures()[name], questionnaires()[name]
    step = (
        {"better": -KNOWN_CHANGE, "worse": KNOWN_CHANGE}.get(kind, 0.0)
        * row["sd"]
        * (-1 if scale.higher_is_better else 1)
    )
    # People who are to change start where the scale leaves room for it.
    start = row["mean"] + random.gauss(0, row["sd"] * sqrt(row["reliability"]) * 0.5) - step / 2
    last = NOW - timedelta(days=age)
    moments = (last - timedelta(weeks=weeks), last)
    return [
        {"instrument": name, "at": at.isoformat(), "total": _observed(random, name, true)}
        for at, true in zip(moments, (start, start + step), strict=True)
    ]


def _observed(random: Random, name: str, true: float) -> int:
    row, scale = figures()[name], questionnaires()[name]
    noisy = random.gauss(true, row["sd"] * sqrt(1 - row["reliability"]))
    step = scale.times
    return int(min(max(round(noisy / step) * step, scale.lowest), scale.highest))


def _spoil(random: Random, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make a course from which nothing may be said: one answer only, too old, too close, or too many items skipped."""
    match random.choice(("few", "old", "close", "missing")):
        case "few":
            return [row for number, row in enumerate(points) if number % 2]
        case "old":
            return [
                {**row, "at": (datetime.fromisoformat(row["at"]) - timedelta(days=60)).isoformat()} for row in points
            ]
        case "close":
            last = [row for number, row in enumerate(points) if number % 2 for _ in (0, 1)]
            return [
                {**row, "at": (datetime.fromisoformat(row["at"]) - timedelta(days=0 if number % 2 else 6)).isoformat()}
                for number, row in enumerate(last)
            ]
        case _:
            return [{**row, "total": None if number % 2 else row["total"]} for number, row in enumerate(points)]


def _right(case: Case) -> str:
    return "improved" if case.kind == "better" else "worsened"


def _wrong(case: Case) -> str:
    return "worsened" if case.kind == "better" else "improved"
