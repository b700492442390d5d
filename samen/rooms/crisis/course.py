"""The course of a talk as numbers: what was heard so far beside what is heard now. A model of whole talks reads them (`inference/course.py`).

A message says little by itself where a talk is about a film, a patient, an exam, or comes to its point piece by piece.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

FADES = 0.8  # what was heard before weighs so much after each message more
FADES_MOST = 0.9  # the same of the gravest that was heard
NEW = 0.3  # share of the newest message in the running mean
CALMEST = -4.0  # log odds; a calmer message makes a talk no calmer
BEGINS = -6.0  # log odds, before anything was heard
MOST = 8.0  # log odds beyond this say no more
LEAST = 0.01  # share of a kind that is told from nothing
SMALLEST = 0.02  # kept of what was heard before
DIGITS = 3

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Heard:
    """What was heard in one message by itself."""

    risk: float  # log odds of level 2 and up, before calibration
    danger: float  # of level 3 and up
    kinds: Shares = ()  # the likeliest, each with its share
    signs: tuple[str, ...] = ()  # what rules saw beside: `hidden`, `rules`, `back`, `setting`, `telling`


@dataclass(frozen=True)
class Course:
    """What was heard so far."""

    turns: int = 0
    most: float = BEGINS
    mean: float = 0.0
    kinds: Shares = ()  # added up, fading


NOTHING = Course()


def after(so_far: Course, heard: Heard) -> Course:
    """Give the course after one message more."""
    danger = _within(heard.danger)
    before = {name: share * FADES for name, share in so_far.kinds}
    for name, share in heard.kinds:
        before[name] = before.get(name, 0.0) + share
    return Course(
        turns=so_far.turns + 1,
        most=round(max(so_far.most * FADES_MOST if so_far.most > 0 else so_far.most, danger), DIGITS),
        mean=round((1 - NEW) * so_far.mean + NEW * max(danger, CALMEST), DIGITS),
        kinds=tuple((name, round(share, DIGITS)) for name, share in sorted(before.items()) if share >= SMALLEST),
    )


def features(so_far: Course, heard: Heard) -> Mapping[str, float]:
    """Give what tells of a message in its talk, by name; what is not named is 0. None grows with the length of a talk: that makes it no graver."""
    whole = sum(share for _, share in so_far.kinds)
    return {
        "danger": _within(heard.danger),
        "risk": _within(heard.risk),
        "most": so_far.most,
        "mean": so_far.mean,
        **{f"is {name}": log((share + LEAST) / LEAST) for name, share in heard.kinds},
        **{f"was {name}": share / whole for name, share in so_far.kinds},
        **dict.fromkeys((f"sign {name}" for name in heard.signs), 1.0),
    }


def score(weights: Mapping[str, float], bias: float, told: Mapping[str, float]) -> float:
    """Add up features (`features`) by their weights."""
    return bias + sum(weights.get(name, 0.0) * value for name, value in told.items())


def _within(odds: float) -> float:
    return max(-MOST, min(MOST, odds))
