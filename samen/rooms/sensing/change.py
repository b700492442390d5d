"""Is a day, or a week, unlike one's own usual: robust, by weekday, with a false-alarm rate that is stated and held.

A day is compared with the person's own eight weeks before it, and with nobody else's. Several features and two spans are
several chances of a false alarm: they are judged together by false discovery rate, so that of days on which nothing had
changed no more than RATE are called unlike.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import expm1, log1p, pi, sqrt
from statistics import median

from scipy.special import stdtr

RATE = 0.02  # of days on which nothing changed. Measured: up to 0.05 where days swing more than a normal curve does
BACK_DAYS = 56  # eight of each weekday
LEAST_DAYS = 14  # with fewer we say "not enough yet" instead of guessing
LEAST_DAYS_WEEK = 28  # before the week: with fewer there are not enough weeks to compare with
DAYS_OF_WEEK = 4  # measured days that a week needs
LEAST_COVERAGE = 0.5  # a day that was seen for less than half tells of the phone, not of the person
MAD_TO_SD = 1.4826  # for a normal distribution; Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013
EFFICIENCY = (
    0.25  # of the MAD beside the standard deviation: 0.37 for normal days, less because real days have wilder ends
)
EVEN = 1e-9


@dataclass(frozen=True)
class Reading:
    """One feature of one day; no value where it was not measured."""

    day: date
    name: str
    value: float | None
    coverage: float | None = None  # 0 to 1; None where the feature has none


@dataclass(frozen=True)
class Compared:
    """One feature beside the person's own usual for such a day or week."""

    name: str
    span: int  # days: 1 or 7
    value: float
    usual: float
    low: float  # from low to high lie about nineteen of twenty of one's own such days
    high: float
    p: float  # chance of lying this far off when nothing changed
    days: int  # that it was compared with
    stands_out: bool = False

    @property
    def is_more(self) -> bool:
        """Say whether it lies above one's own usual."""
        return self.value > self.usual


@dataclass(frozen=True)
class Judged:
    """What a day came to. `reason` says why nothing is said: too_few_days, nothing_measured, too_even."""

    on: date
    code: str  # unlike, usual, abstain
    compared: tuple[Compared, ...] = ()  # those that stand out first, then by chance
    reason: str = ""


def judged(
    readings: Iterable[Reading], on: date, *, skewed: frozenset[str] = frozenset(), rate: float = RATE
) -> Judged:
    """Compare a day, and the seven days that end with it, with the person's own usual before.

    Takes:  readings of one person, in any order; the day; names that are compared as logarithms; the rate.
    Gives:  `unlike` when something stands out, `usual` when nothing does, `abstain` with its reason otherwise.
    Source: Benjamini and Hochberg 1995 over features and spans; decision under dependence: Benjamini and Yekutieli 2001.
    """
    rows = _by_name(readings, on)
    if not any(on in days for days in rows.values()):
        return Judged(on, "abstain", reason="nothing_measured")
    found: list[Compared] = []
    reasons: set[str] = set()
    for name, days in rows.items():
        for span in (1, 7):
            one = _compared(name, days, on, span, name in skewed)
            if isinstance(one, Compared):
                found.append(one)
            elif span == 1 and one:
                reasons.add(one)
    if not found:
        return Judged(on, "abstain", reason="too_few_days" if "too_few_days" in reasons else "too_even")
    kept = _discoveries([each.p for each in found], rate)
    marked = [_marked(each, place in kept) for place, each in enumerate(found)]
    ordered = tuple(sorted(marked, key=lambda each: (not each.stands_out, each.p, each.name)))
    return Judged(on, "unlike" if kept else "usual", ordered)


def usual(
    readings: Iterable[Reading], on: date, name: str, *, skewed: bool = False
) -> tuple[float, float, float] | None:
    """Give middle, low and high of one's own usual for a day like this one; nothing when there are too few days."""
    before = _before(_by_name(readings, on).get(name, {}), on, skewed)
    if len(before) < LEAST_DAYS:
        return None
    noise = _noise(before)
    centre, spread = _centre(before, on, noise), _spread(_residuals(before, noise))
    return _band(centre, spread * _wide(len(before)), len(before), skewed)


def _by_name(readings: Iterable[Reading], on: date) -> dict[str, dict[date, float]]:
    rows: dict[str, dict[date, float]] = defaultdict(dict)
    for each in sorted(readings, key=lambda each: (each.name, each.day)):
        seen = each.coverage is None or each.coverage >= LEAST_COVERAGE
        if each.value is not None and seen and on - timedelta(days=BACK_DAYS + 7) <= each.day <= on:
            rows[each.name][each.day] = each.value
    return dict(rows)


def _before(days: Mapping[date, float], end: date, skewed: bool) -> dict[date, float]:
    """Give the days that a day, or a week that begins then, is compared with, on the scale of comparison."""
    first = end - timedelta(days=BACK_DAYS)
    return {day: log1p(max(value, 0.0)) if skewed else value for day, value in days.items() if first <= day < end}


def _compared(name: str, days: Mapping[date, float], on: date, span: int, skewed: bool) -> Compared | str:
    """Give one comparison, or why there is none; "" for a week without enough days, which is no reason by itself."""
    begin = on - timedelta(days=span - 1)
    here = {day: value for day, value in days.items() if begin <= day <= on}
    if not here or (span > 1 and len(here) < DAYS_OF_WEEK):
        return ""
    before = _before(days, begin, skewed)
    if len(before) < (LEAST_DAYS if span == 1 else LEAST_DAYS_WEEK):
        return "too_few_days"
    noise = _noise(before)
    residuals = _residuals(before, noise)
    centres = {day: _centre(before, day, noise) for day in here}
    centre = sum(centres.values()) / len(centres)
    if span == 1:
        spread, freedom, wide = _spread(residuals), EFFICIENCY * len(before), _wide(len(before))
    else:
        weeks = _weeks(residuals)
        spread, freedom, wide = _spread(weeks), EFFICIENCY * len(before) / 2, sqrt(1 + pi * span / len(before))
    if spread <= EVEN:
        return "too_even"
    value = sum(log1p(max(each, 0.0)) if skewed else each for each in here.values()) / len(here)
    p = 2 * float(stdtr(max(freedom, 2.0), -abs(value - centre) / (spread * wide)))
    middle, low, high = _band(centre, spread * wide, round(freedom / EFFICIENCY), skewed)
    return Compared(name, span, expm1(value) if skewed else value, middle, low, high, p, len(before))


def _centre(before: Mapping[date, float], day: date, noise: float) -> float:
    """Give what is usual for this weekday: the middle of all days, moved towards that of the weekday as far as it is sure."""
    middle = median(before.values())
    same = [value - middle for each, value in before.items() if each.weekday() == day.weekday()]
    return middle + _moved(same, noise)


def _moved(same: Sequence[float], noise: float) -> float:
    """Give how far a weekday lies off: its own median, drawn to nothing as far as chance alone could explain it."""
    if not same:
        return 0.0
    off = median(same)
    by_chance = pi / 2 * noise**2 / len(same)
    return off * off**2 / (off**2 + by_chance) if off else 0.0


def _noise(before: Mapping[date, float]) -> float:
    """Give the spread of days around the middle of their own weekday."""
    by_weekday: dict[int, list[float]] = defaultdict(list)
    for day, value in before.items():
        by_weekday[day.weekday()].append(value)
    around = [
        abs(value - middle)
        for values in by_weekday.values()
        if len(values) > 1 and (middle := median(values)) is not None
        for value in values
    ]
    return MAD_TO_SD * median(around) if around else 0.0


def _residuals(before: Mapping[date, float], noise: float) -> dict[date, float]:
    """Give how far each day lay from what was usual for its weekday, that day itself left out."""
    middle = median(before.values())
    by_weekday: dict[int, list[float]] = defaultdict(list)
    for day, value in before.items():
        by_weekday[day.weekday()].append(value - middle)
    found = {}
    for day, value in before.items():
        others = list(by_weekday[day.weekday()])
        others.remove(value - middle)
        found[day] = value - middle - _moved(others, noise)
    return found


def _spread(residuals: Mapping[date, float]) -> float:
    values = list(residuals.values())
    middle = median(values)
    return MAD_TO_SD * median(abs(value - middle) for value in values)


def _weeks(residuals: Mapping[date, float]) -> dict[date, float]:
    """Give the mean of each seven days in a row that hold enough of them, by their last day."""
    found = {}
    for end in residuals:
        held = [residuals[day] for back in range(7) if (day := end - timedelta(days=back)) in residuals]
        if len(held) >= DAYS_OF_WEEK:
            found[end] = sum(held) / len(held)
    return found or {date.min: 0.0}


def _wide(days: int) -> float:
    """Give how much wider a new day lies than the days before, since their middle is itself not sure."""
    return sqrt(1 + pi / 2 / days)


def _band(centre: float, spread: float, days: int, skewed: bool) -> tuple[float, float, float]:
    far = 2.0 * spread
    ends = (centre, centre - far, centre + far)
    return tuple(expm1(max(each, 0.0)) for each in ends) if skewed else ends  # type: ignore[return-value]


def _discoveries(chances: Sequence[float], rate: float) -> set[int]:
    """Give the places of those that stand out: the largest number k of which the k-th smallest is at most k/m of the rate."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    last = max((k for k, place in enumerate(order, 1) if chances[place] <= rate * k / len(order)), default=0)
    return set(order[:last])


def _marked(each: Compared, stands_out: bool) -> Compared:
    return Compared(**{**each.__dict__, "stands_out": stands_out})
