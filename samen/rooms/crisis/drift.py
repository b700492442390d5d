"""Whether what the line hears changes: weeks of counts beside a reference period. Counts alone, nobody's words.

Two signs. Share of alarms and of questions: Laney's p' chart (Laney 2002, doi:10.1081/QEN-120006555), which allows for weeks that
differ more than chance does. Distribution of the sureness: population stability index; its limit grows with small numbers
(about chi-square times 1/n + 1/m: Yurdakul and Naranjo 2020, doi:10.21314/JRMV.2020.227) and is never below 0.1, since with
large numbers every trifle is beyond chance.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

REFERENCE_WEEKS = 8  # the first that were counted with what hears now
LAST_WEEKS = 4  # those that are compared
LEAST_WEEK = 20  # messages: a week with fewer stands in no chart
LEAST_REFERENCE = 300
LEAST_LAST = 100
SIGMAS = 3.0  # Shewhart's limits
MOVING_RANGE = 1.128  # of two, in standard deviations
BINS = 10
SMALLEST_PSI = 0.1
HALF = 0.5  # added to each bin, so that an empty one gives a number


@dataclass(frozen=True)
class Counted:
    """So many messages of a day that read alike."""

    day: date
    action: str
    bin: int
    n: int


@dataclass(frozen=True)
class Week:
    """One week of counts, from its Monday."""

    monday: date
    n: int
    alarms: int
    asks: int
    bins: tuple[int, ...]


@dataclass(frozen=True)
class Sign:
    """One thing that was looked at: where it stands, and between which limits it should."""

    name: str  # alarms, asks, scores
    value: float
    low: float
    high: float

    @property
    def out(self) -> bool:
        """Say whether it has left its limits."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class Seen:
    """What the counts say: the weeks, and the signs; without signs there is not enough to say anything."""

    reference: tuple[Week, ...]
    last: tuple[Week, ...]
    signs: tuple[Sign, ...]


def weeks(counted: Iterable[Counted], today: date) -> tuple[Week, ...]:
    """Give the weeks that are over, oldest first; those in which too few messages came in are left out."""
    by_week: dict[date, list[Counted]] = {}
    for each in counted:
        by_week.setdefault(each.day - timedelta(days=each.day.weekday()), []).append(each)
    this = today - timedelta(days=today.weekday())
    made = [_week(monday, by_week[monday]) for monday in sorted(by_week) if monday < this]
    return tuple(each for each in made if each.n >= LEAST_WEEK)


def _week(monday: date, found: Sequence[Counted]) -> Week:
    actions: Counter[str] = Counter()
    bins: Counter[int] = Counter()
    for each in found:
        actions[each.action] += each.n
        bins[each.bin] += each.n
    return Week(
        monday,
        sum(actions.values()),
        actions["alarm"],
        actions["ask"],
        tuple(bins[place] for place in range(BINS)),
    )


def look(found: Sequence[Week]) -> Seen:
    """Compare the last weeks with the first ones."""
    reference, after = tuple(found[:REFERENCE_WEEKS]), tuple(found[REFERENCE_WEEKS:])
    last = after[-LAST_WEEKS:]
    enough = (
        len(reference) == REFERENCE_WEEKS
        and sum(each.n for each in reference) >= LEAST_REFERENCE
        and sum(each.n for each in last) >= LEAST_LAST
    )
    if not enough:
        return Seen(reference, last, ())
    signs = [_share(name, reference, last) for name in ("alarms", "asks")]
    return Seen(reference, last, (*signs, _scores(reference, last)))


def _share(name: str, reference: Sequence[Week], last: Sequence[Week]) -> Sign:
    """Put the share of the last weeks together beside the limits of a p' chart made from the reference."""
    n = sum(each.n for each in reference)
    middle = sum(getattr(each, name) for each in reference) / n
    middle_kept = min(max(middle, HALF / n), 1 - HALF / n)  # a reference without a single alarm has limits, too
    z = [(getattr(each, name) / each.n - middle) / _spread(middle_kept, each.n) for each in reference]
    moves = [abs(after - before) for before, after in itertools.pairwise(z)]
    wider = max(1.0, sum(moves) / len(moves) / MOVING_RANGE)
    now = sum(each.n for each in last)
    # The reference is measured as well: its own error stands in the limits.
    limit = SIGMAS * wider * math.hypot(_spread(middle_kept, now), _spread(middle_kept, n))
    value = sum(getattr(each, name) for each in last) / now
    return Sign(name, value, max(0.0, middle - limit), min(1.0, middle + limit))


def _spread(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def _scores(reference: Sequence[Week], last: Sequence[Week]) -> Sign:
    before, now = ([sum(each.bins[place] for each in part) for place in range(BINS)] for part in (reference, last))
    used = [place for place in range(BINS) if before[place] or now[place]]
    limit = chi_square(max(1, len(used) - 1)) * (1 / sum(before) + 1 / sum(now))
    value = stability([before[place] for place in used], [now[place] for place in used])
    return Sign("scores", value, 0.0, max(SMALLEST_PSI, limit))


def stability(before: Sequence[int], now: Sequence[int]) -> float:
    """Give the population stability index of two rows of counts over the same bins."""
    shares = [[(each + HALF) / (sum(row) + HALF * len(row)) for each in row] for row in (before, now)]
    return sum((new - old) * math.log(new / old) for old, new in zip(*shares, strict=True))


def chi_square(freedom: int, sigmas: float = SIGMAS) -> float:
    """Give the chi-square that chance passes as rarely as so many sigmas above (Wilson and Hilferty 1931, doi:10.1073/pnas.17.12.684)."""
    part = 2 / (9 * freedom)
    return freedom * (1 - part + sigmas * math.sqrt(part)) ** 3


def bin_of(probability: float) -> int:
    """Give the tenth in which a sureness lies."""
    return min(BINS - 1, max(0, int(probability * BINS)))


def figures(sign: Sign) -> Mapping[str, float]:
    """Give a sign as plain values, to keep."""
    return {"value": round(sign.value, 4), "low": round(sign.low, 4), "high": round(sign.high, 4)}
