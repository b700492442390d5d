"""Is a change in a questionnaire's total more than the noise of measuring?

Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12: index = (last - first) / Sdiff,
with Sdiff = sqrt(2) * SD * sqrt(1 - r). The limits below are ours; README.md of this room says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

WINDOW = timedelta(days=183)  # the baseline is the first usable answer in the half year before the latest one
LATEST_AT_MOST = timedelta(days=42)  # an older latest answer says nothing about now: three recall periods of two weeks
LEAST_GAP = timedelta(days=14)  # nearer together, both answers speak of the same two weeks
CHANCE = 0.05  # so often we call a change reliable though nothing changed, over all questionnaires together


class Verdict(StrEnum):
    """What can be said about a change."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    WITHIN_ERROR = "within-error"
    UNCLEAR = "unclear"


class Reason(StrEnum):
    """Why nothing, or nothing clear, can be said; each has its sentence."""

    TOO_FEW = "too-few"  # fewer than two usable answers
    TOO_OLD = "too-old"  # the latest one is older than LATEST_AT_MOST
    TOO_CLOSE = "too-close"  # first and last lie closer than LEAST_GAP
    MISSING_ITEMS = "missing-items"  # the latest one has too many skipped items
    MIXED_VERSIONS = "mixed-versions"  # asked in wordings that cannot be compared
    SWINGS = "swings"  # went reliably one way and then reliably the other way


@dataclass(frozen=True)
class Point:
    """One filled-in questionnaire."""

    instrument: str
    version: str  # edition of the wording; "" when the sender did not say
    at: datetime  # aware
    total: float | None  # None = too many items skipped
    ref: str


@dataclass(frozen=True)
class Precision:
    """How exact one questionnaire is, from a published sample."""

    instrument: str
    sd: float  # points
    reliability: float  # 0 to 1
    higher_is_better: bool

    @property
    def sdiff(self) -> float:
        """Give the standard error of the difference between two totals of one person, in points."""
        return sqrt(2) * self.sd * sqrt(1 - self.reliability)


@dataclass(frozen=True)
class Change:
    """What one questionnaire says about change between two answers."""

    instrument: str
    first: Point
    last: Point
    verdict: Verdict
    difference: float  # points, last - first
    index: float  # the difference in standard errors
    margin: float  # points; a difference beyond it is more than chance
    reason: Reason | None = None  # why unclear

    @property
    def low(self) -> float:
        """Give the lower end of the interval of the difference, in points."""
        return self.difference - self.margin

    @property
    def high(self) -> float:
        """Give the upper end of the interval of the difference, in points."""
        return self.difference + self.margin


@dataclass(frozen=True)
class Abstained:
    """One questionnaire about which nothing can be said, with the reason."""

    instrument: str
    reason: Reason
    last: Point | None = None


def limit(questionnaires: int) -> float:
    """Give how many standard errors a difference must pass: 1.96 for one questionnaire, more for several.

    Looking at three questionnaires is three chances of a false alarm, so the 5 % is shared between them (Bonferroni).
    """
    return NormalDist().inv_cdf(1 - CHANCE / (2 * max(questionnaires, 1)))


def pair(points: Sequence[Point], now: datetime) -> tuple[Point, Point] | Abstained:
    """Choose the two answers of one questionnaire to compare: the first usable one in the window, and the latest.

    The first, not the one before: a bad or good day in between then changes little, and the person started there.
    """
    course = sorted(points, key=lambda point: (point.at, point.ref))
    instrument = course[0].instrument if course else ""
    if not course:
        return Abstained(instrument, Reason.TOO_FEW)
    last = course[-1]
    if last.total is None:
        return Abstained(instrument, Reason.MISSING_ITEMS, last)
    if now - last.at > LATEST_AT_MOST:
        return Abstained(instrument, Reason.TOO_OLD, last)
    earlier = [point for point in course[:-1] if last.at - point.at <= WINDOW and point.total is not None]
    if not earlier:
        return Abstained(instrument, Reason.TOO_FEW, last)
    same = [point for point in earlier if point.version == last.version]
    if not same:
        return Abstained(instrument, Reason.MIXED_VERSIONS, last)
    if last.at - same[0].at < LEAST_GAP:
        return Abstained(instrument, Reason.TOO_CLOSE, last)
    return same[0], last


def compare(first: Point, last: Point, precision: Precision, z: float) -> Change:
    """Say whether the difference between two answers is more than measurement error. Both totals must be known."""
    difference = (last.total or 0.0) - (first.total or 0.0)
    margin = z * precision.sdiff
    return Change(
        instrument=precision.instrument,
        first=first,
        last=last,
        verdict=_verdict(difference, margin, precision.higher_is_better),
        difference=difference,
        index=difference / precision.sdiff,
        margin=margin,
    )


def changes(points: Sequence[Point], precisions: Sequence[Precision], now: datetime) -> tuple[Change | Abstained, ...]:
    """Say for each questionnaire ever filled in whether its change is reliable, in the order of `precisions`."""
    pairs = {p.instrument: pair([q for q in points if q.instrument == p.instrument], now) for p in precisions}
    z = limit(sum(not isinstance(found, Abstained) for found in pairs.values()))
    given = {point.instrument for point in points}
    return tuple(_one(p, pairs[p.instrument], points, z) for p in precisions if p.instrument in given)


def together(found: Sequence[Change | Abstained]) -> Verdict | Reason:
    """Join the questionnaires: one verdict, or the reason why there is none. Contradiction is unclear, not averaged."""
    verdicts = {change.verdict for change in found if isinstance(change, Change)}
    if not verdicts:
        reasons = [change.reason for change in found if isinstance(change, Abstained)]
        return min(reasons, key=list(Reason).index) if reasons else Reason.TOO_FEW
    moved = verdicts - {Verdict.WITHIN_ERROR}
    if not moved:
        return Verdict.WITHIN_ERROR
    return moved.pop() if len(moved) == 1 else Verdict.UNCLEAR


def deciding(points: Sequence[Point], precisions: Sequence[Precision], now: datetime) -> tuple[Change, ...]:
    """Give the changes that made `together` say what it says: without them it says something else.

    Taking one questionnaire away makes the margin of the others narrower, so that another one may come to say the same.
    Then that one decides as well. Nothing decides where nothing could be compared.
    """
    found = [each for each in changes(points, precisions, now) if isinstance(each, Change)]
    verdict = together(found)
    chosen: set[str] = set()
    rest = found
    while rest and together(rest) is verdict:
        chosen |= {each.instrument for each in _moved(rest) or rest}
        left = [point for point in points if point.instrument not in chosen]
        rest = [each for each in changes(left, precisions, now) if isinstance(each, Change)]
    return tuple(each for each in found if each.instrument in chosen)


def _moved(found: Sequence[Change]) -> list[Change]:
    return [each for each in found if each.verdict is not Verdict.WITHIN_ERROR]


def _one(
    precision: Precision, found: tuple[Point, Point] | Abstained, points: Sequence[Point], z: float
) -> Change | Abstained:
    if isinstance(found, Abstained):
        return found
    change = compare(*found, precision, z)
    return _unclear(change) if _swings(change, points, precision, z) else change


def _verdict(difference: float, margin: float, higher_is_better: bool) -> Verdict:
    if abs(difference) <= margin:
        return Verdict.WITHIN_ERROR
    return Verdict.IMPROVED if (difference > 0) is higher_is_better else Verdict.WORSENED


def _swings(change: Change, points: Sequence[Point], precision: Precision, z: float) -> bool:
    """Say whether the answer before the latest lay reliably on the other side of the baseline."""
    between = [
        point
        for point in points
        if point.instrument == change.instrument
        and point.version == change.last.version
        and point.total is not None
        and change.first.at < point.at < change.last.at
    ]
    if not between or change.verdict is Verdict.WITHIN_ERROR:
        return False
    before = compare(change.first, max(between, key=lambda point: point.at), precision, z)
    return before.verdict not in (Verdict.WITHIN_ERROR, change.verdict)


def _unclear(change: Change) -> Change:
    return Change(
        instrument=change.instrument,
        first=change.first,
        last=change.last,
        verdict=Verdict.UNCLEAR,
        difference=change.difference,
        index=change.index,
        margin=change.margin,
        reason=Reason.SWINGS,
    )
