"""What may have happened while location was hidden: drawn from a model of the person's own week, never filled in silently.

The week is a Markov chain over the person's places in steps of a quarter of an hour, with a chance of going from each place
to each other that depends on the time of day and on whether it is a weekend. The chances are counted in what was seen of the
person's own days, times near by counting nearly as much (a Gaussian kernel). For each of a few weeks the days are weighed anew at random
(the Bayesian bootstrap), so that few days make wide intervals. Each hidden stretch is drawn many times between the place before and the
place after it, by backward sampling; what the draws differ by is how unsure a value is.

Sources: Rubin 1987 (multiple imputation), doi:10.1002/9780470316696; Rubin 1981 (the Bayesian bootstrap),
doi:10.1214/aos/1176345338; Carter & Kohn 1994 (backward sampling),
doi:10.1093/biomet/81.3.541; Barnett & Onnela 2020 (gaps of location from the person's own other days),
doi:10.1093/biostatistics/kxy059; shortest interval of draws: Chen & Shao 1999, doi:10.1080/10618600.1999.10474802.
"""

from dataclasses import dataclass

import numpy as np

from samen.rooms.sensing.sphere import Floats, Whole

SLOT = 900_000  # ms: a quarter of an hour
OF_A_DAY = 96  # slots
DAY = SLOT * OF_A_DAY
STATES = 10  # the places with most time, the last state standing for all others
UNKNOWN = -1
NEAR = 3.0  # slots: the width of the kernel, three quarters of an hour
OTHER_KIND = 0.1  # weight of weekends for a weekday, and the other way round
PRIOR = 0.2  # weight (in slots seen) of what is thought without having seen anything
STAYS = 0.98  # and the chance to stay that is thought of then
WEEKS = 6  # as often is a week learned anew
TURNS_BACK = 0.05  # who is on the way may turn back, but seldom does: weight of the place that was left
INSIDE = 0.95  # share of the draws in an interval, so that it holds 90 % of what is true (measured on the simulator)


@dataclass(frozen=True)
class Week:
    """A person's own week as it may be, several times: kind of day is 0 for a weekday and 1 for a weekend."""

    goes: Floats  # chance: week, kind, slot of the day, state, state in the next slot
    there: Floats  # chance: week, kind, slot, state


def learned(state: Whole, clock: Whole, chance: np.random.Generator, weeks: int = WEEKS) -> Week:
    """Learn a person's week, several times with other weights of the days.

    Takes:  state in each slot, one slot after another (-1: hidden); clock: ms of the person's clock at its begin.
    """
    size = max(int(state.max(initial=0)) + 1, 1)
    kind, slot, day = kind_of(clock), clock // SLOT % OF_A_DAY, clock // DAY - clock.min() // DAY
    is_known = np.flatnonzero((state[:-1] >= 0) & (state[1:] >= 0) & (np.diff(clock) == SLOT))
    at = ((slot[is_known] * 2 + kind[is_known]) * size + state[is_known]) * size + state[is_known + 1]
    weights = chance.exponential(size=(weeks, int(day.max()) + 1))[:, day[is_known]]
    shape = (OF_A_DAY, 2, size, size)
    counts = np.stack([np.bincount(at, each, minlength=int(np.prod(shape))).reshape(shape) for each in weights], axis=1)
    both = counts + OTHER_KIND * counts[:, :, ::-1]
    near = (_kernel() @ both.reshape(OF_A_DAY, -1)).reshape(both.shape).transpose(1, 2, 0, 3, 4)
    share = near.sum(axis=(1, 2, 3), keepdims=True) + 1e-9
    share = share / share.sum(axis=4, keepdims=True)
    goes = near + PRIOR * (STAYS * np.eye(size) + (1 - STAYS) * share)
    there = goes.sum(axis=4) + PRIOR * share[:, :, :, 0]
    return Week(goes / goes.sum(axis=4, keepdims=True), there / there.sum(axis=3, keepdims=True))


def kind_of(clock: Whole) -> Whole:
    """Give 1 for a moment of the clock (ms) on a Saturday or Sunday, else 0."""
    return np.asarray(((clock // DAY + 3) % 7 >= 5).astype(np.int64))


def _kernel() -> Floats:
    apart = np.abs(np.arange(OF_A_DAY)[:, None] - np.arange(OF_A_DAY))
    apart = np.minimum(apart, OF_A_DAY - apart)
    return np.asarray(np.exp(-0.5 * (apart / NEAR) ** 2))


@dataclass(frozen=True)
class Stretch:
    """A hidden stretch: the clock (ms) at the begin of each of its slots, and the state before and after it (-1: unknown)."""

    clock: Whole
    before: int
    after: int
    has_left: bool = False  # the person was on the way, away from `before`, when it began
    arrives: bool = False  # and on the way to `after` when it ended


def drawn(week: Week, stretch: Stretch, draws: int, chance: np.random.Generator) -> Whole:
    """Draw what may have been: the state in each slot of the stretch (rows), once for each draw (columns)."""
    kind, slot = kind_of(stretch.clock), stretch.clock // SLOT % OF_A_DAY
    goes = week.goes[:, kind, slot]  # week, slot of the stretch, from, to
    weeks, length, size, _ = goes.shape
    ahead = np.ones((length, weeks, size))  # how well each state agrees with what comes after
    if stretch.after >= 0:
        ahead[-1] = _without_staying(goes[:, -1, :, stretch.after], stretch.after, stretch.arrives)
    for at in range(length - 2, -1, -1):
        ahead[at] = (goes[:, at] @ ahead[at + 1][:, :, None])[:, :, 0]
        ahead[at] /= ahead[at].sum(axis=1, keepdims=True)
    into = week.there[:, kind[0], slot[0]]
    if stretch.before >= 0:
        into = _without_staying(week.goes[:, kind[0], slot[0] - 1, stretch.before], stretch.before, stretch.has_left)
    of = np.arange(draws) % weeks
    luck = chance.random((length, draws))
    found = np.empty((length, draws), dtype=np.int64)
    found[0] = _chosen((into * ahead[0])[of], luck[0])
    for at in range(1, length):
        found[at] = _chosen(goes[of, at - 1, found[at - 1]] * ahead[at][of], luck[at])
    return found


def _without_staying(chances: Floats, state: int, moves: bool) -> Floats:
    if not moves or chances.shape[1] == 1:
        return chances
    left = chances.copy()
    left[:, state] *= TURNS_BACK
    return left


def _chosen(weights: Floats, luck: Floats) -> Whole:
    """Choose a column for each row, by its weights."""
    sums = np.cumsum(weights, axis=1)
    return np.asarray((luck[:, None] * sums[:, -1:] >= sums).sum(axis=1).clip(max=weights.shape[1] - 1))


def shortest(draws: Floats, inside: float = INSIDE) -> tuple[Floats, Floats]:
    """Give low and high of the shortest interval that holds a share of the draws, for each row of draws."""
    ordered = np.sort(draws, axis=1)
    held = int(np.ceil(inside * ordered.shape[1]))
    wide = ordered[:, held - 1 :] - ordered[:, : ordered.shape[1] - held + 1]
    first = np.argmin(wide, axis=1)
    rows = np.arange(len(ordered))
    return ordered[rows, first], ordered[rows, first + held - 1]
