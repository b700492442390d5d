"""Which talks that nobody was alarmed about are read again by a human, when enough were read, and how much may be missed.

Sources: Wald 1945, doi:10.1214/aoms/1177731118 (sequential test); Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404 (upper bound).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

GOOD = 0.005  # a share of missed danger that we accept: 1 in 200 talks that raised no alarm
BAD = 0.02  # a share that we must find out: 1 in 50
ERROR = 0.05  # of calling good bad, and of calling bad good


class Verdict(StrEnum):
    """What the talks read so far say."""

    GO_ON = "go-on"  # read more
    GOOD = "good"  # few enough are missed
    BAD = "bad"  # too many are missed: the thresholds must move


@dataclass(frozen=True)
class Progress:
    """Where a review stands."""

    read: int
    missed: int
    verdict: Verdict
    more: int  # clean talks still to read before it can end well; 0 when it has ended
    at_most: float  # share of missed danger, upper end of a one-sided 95 % interval that holds whenever somebody looks


def judge(read: int, missed: int) -> Progress:
    """Say whether a review may stop, after `read` talks of which `missed` held danger that raised no alarm.

    Raises: ValueError when more were missed than read.
    """
    if not 0 <= missed <= read:
        raise ValueError(f"{missed} missed of {read} read cannot be.")
    clean, miss = math.log((1 - BAD) / (1 - GOOD)), math.log(BAD / GOOD)
    so_far = (read - missed) * clean + missed * miss
    accept, refuse = math.log(ERROR / (1 - ERROR)), math.log((1 - ERROR) / ERROR)
    verdict = Verdict.GOOD if so_far <= accept else Verdict.BAD if so_far >= refuse else Verdict.GO_ON
    more = math.ceil((accept - so_far) / clean) if verdict is Verdict.GO_ON else 0
    return Progress(read, missed, verdict, more, anytime_bound(read, missed))


def upper_bound(read: int, missed: int, error: float = ERROR) -> float:
    """Give the largest share of missed danger that what was read still allows, at 1 - `error` confidence (Clopper–Pearson)."""
    if read == 0 or missed >= read:
        return 1.0
    low, high = missed / read, 1.0
    for _ in range(60):  # halving sixty times is beyond the precision of a float
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(missed, read, middle) > error else (low, middle)
    return high


def _at_most(missed: int, read: int, share: float) -> float:
    """Give the chance of so few misses or fewer when this share is missed."""
    logs = (
        math.lgamma(read + 1)
        - math.lgamma(k + 1)
        - math.lgamma(read - k + 1)
        + k * math.log(share)
        + (read - k) * math.log1p(-share)
        for k in range(missed + 1)
        if 0 < share < 1
    )
    return sum(map(math.exp, logs)) if 0 < share < 1 else float(share == 0)


def allocate(sizes: Mapping[Hashable, int], wanted: int, *, least: int = 5) -> dict[Hashable, int]:
    """Divide a sample over strata by their size, with at least `least` of each, and never more than there are.

    Small groups are never left out: a language or channel in which few write is where misses hide.
    """
    total = sum(sizes.values())
    if total <= wanted:
        return dict(sizes)
    shares = {each: wanted * size / total for each, size in sizes.items()}
    given = {each: min(sizes[each], max(least, math.floor(share))) for each, share in shares.items()}
    by_rest = sorted(shares, key=lambda each: (math.floor(shares[each]) - shares[each], str(each)))
    for each in by_rest:
        if sum(given.values()) >= wanted:
            break
        given[each] += given[each] < sizes[each]
    return given


def draw(strata: Mapping[Hashable, Sequence[str]], wanted: int, *, seed: int, least: int = 5) -> tuple[str, ...]:
    """Draw talks for review from each stratum, in an order that says nothing about their stratum.

    Takes: stratum to the ids of its talks. Gives: ids; the same for the same seed and talks.
    """
    chance = Random(seed)
    given = allocate({each: len(ids) for each, ids in strata.items()}, wanted, least=least)
    drawn = [name for each in sorted(strata, key=str) for name in chance.sample(sorted(strata[each]), given[each])]
    chance.shuffle(drawn)
    return tuple(drawn)


# --- groups, and a bound for all of them together ---------------------------------------------------------------------

BANDS = (("low", 0.02), ("middle", 0.1), ("upper", 1.0))  # by calibrated sureness, upper ends; all raised no alarm
PARTS = (("night", 8), ("day", 18), ("evening", 24))  # parts of a day, by the hour at which each ends
PRIOR = (0.5, 50.0)  # Beta: misses are rare; chosen before anything was read, so it costs width and never validity


@dataclass(frozen=True)
class Group:
    """One stratum: how many talks it holds, how many of those drawn were read, and how many of these held danger."""

    size: int
    read: int
    missed: int


def band(risk: float) -> str:
    """Give the score band of a talk that raised no alarm."""
    return next((name for name, end in BANDS if risk < end), BANDS[-1][0])


def part_of_day(hour: int) -> str:
    """Give the part of the day in which a talk began, local time."""
    return next(name for name, end in PARTS if hour < end)


def anytime_bound(read: int, missed: int, error: float = ERROR) -> float:
    """Give the largest share of missed danger that what was read still allows, however often somebody looked before.

    A fixed-size interval is too narrow for who stops when the numbers please them. This one holds at every moment at once:
    the share is left out when a mixture of other shares explains what was read 1/`error` times better.
    Source: Robbins 1970, doi:10.1214/aoms/1177696786; Ville's inequality.
    """
    if read == 0 or missed >= read:
        return 1.0
    a, b = PRIOR
    mixture = _log_beta(a + missed, b + read - missed) - _log_beta(a, b)
    least = mixture + math.log(error)
    low, high = missed / read, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        kept = missed * math.log(middle) + (read - missed) * math.log1p(-middle) > least if middle < 1 else False
        low, high = (middle, high) if kept else (low, middle)
    return high


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def together(groups: Sequence[Group]) -> Progress:
    """Say where a review of all groups stands, each group counting as much as it holds.

    Small groups are read more often than their size asks, so talks do not count alike: what was read is brought down to the
    number of equal talks that say as much, and misses are rounded up. Groups of which nothing was read say nothing.
    Source: Kish 1965 (effective size), Korn and Graubard 1998, Survey Methodology 24(2) (interval on it).
    """
    seen = [each for each in groups if each.read]
    if not seen:
        return judge(0, 0)
    weights = [(each.size / each.read, each) for each in seen]
    total = sum(each.size for each in seen)
    effective = total**2 / sum(weight**2 * each.read for weight, each in weights)
    share = sum(weight * each.missed for weight, each in weights) / total
    read = max(1, math.floor(effective + 1e-9))
    return judge(read, min(read, math.ceil(share * effective - 1e-9)))


def at_most_of(number: int, share: float) -> int:
    """Give a share as a whole number of so many, rounded up: a bound is never shown smaller than it is."""
    return min(number, math.ceil(share * number - 1e-9))
