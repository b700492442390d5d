"""How far two people agree who labelled the same messages by themselves.

Sources: Cohen 1968, doi:10.1037/h0026256 (weighted kappa, squared distance); Efron and Tibshirani 1993, ISBN 0412042312 (bootstrap
percentiles, over messages).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

LEVELS = 5
RESAMPLES = 1000
SEED = 20261126
LEAST = 10  # messages with two levels: with fewer a kappa says nothing


@dataclass(frozen=True)
class Agreement:
    """How two people agree: on how many messages, and beyond chance with its 95 % interval (None: cannot say)."""

    both: int  # messages on which both gave a level
    same: int  # of these, the same level
    near: int  # of these, one level apart
    unclear: int  # messages of which one or both could not say
    kappa: float | None
    low: float | None
    high: float | None


def of_pairs(pairs: Sequence[tuple[int | None, int | None]], *, seed: int = SEED) -> Agreement:
    """Compare two people's levels, message by message; None is "cannot say"."""
    rated = [(one, other) for one, other in pairs if one is not None and other is not None]
    distances = [abs(one - other) for one, other in rated]
    found = kappa(rated) if len(rated) >= LEAST else math.nan
    low, high = _interval(rated, seed) if not math.isnan(found) else (math.nan, math.nan)
    return Agreement(
        both=len(rated),
        same=distances.count(0),
        near=distances.count(1),
        unclear=len(pairs) - len(rated),
        kappa=_or_none(found),
        low=_or_none(low),
        high=_or_none(high),
    )


def kappa(rated: Sequence[tuple[int, int]]) -> float:
    """Give Cohen's kappa with squared weights. Not a number where both only ever gave one level: chance explains it all."""
    n = len(rated)
    if not n:
        return math.nan
    mine, theirs = ([sum(pair[side] == level for pair in rated) for level in range(LEVELS)] for side in (0, 1))
    seen = sum((one - other) ** 2 for one, other in rated) / n
    by_chance = sum(
        mine[one] * theirs[other] * (one - other) ** 2 for one in range(LEVELS) for other in range(LEVELS)
    ) / (n * n)
    return 1 - seen / by_chance if by_chance else math.nan


def _interval(rated: Sequence[tuple[int, int]], seed: int) -> tuple[float, float]:
    chance = Random(seed)
    drawn = sorted(
        value
        for _ in range(RESAMPLES)
        if not math.isnan(value := kappa([rated[chance.randrange(len(rated))] for _ in rated]))
    )
    if not drawn:
        return math.nan, math.nan
    return drawn[int(len(drawn) * 0.025)], drawn[min(len(drawn) - 1, int(len(drawn) * 0.975))]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
