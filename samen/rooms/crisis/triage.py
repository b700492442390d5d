"""Who is next on a help line: the rules of the order, pure, used by the store's query and by the simulation.

A computer's reading brings somebody forward, never back. Whoever is overtaken often enough is next whatever anybody's
score; whoever is read by no computer is never later than first come; some counsellors are kept for the lane "other".
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from samen.rooms.crisis.reading import Level

WITHIN_MINUTES = {0: 1, 1: 5}  # by lane: when a human should have answered; shown to the counsellors, moves nobody


class Lane(IntEnum):
    """The three lanes, the most urgent first."""

    IMMINENT = 0
    HIGH = 1
    OTHER = 2


class Urgency(IntEnum):
    """How urgent somebody says it is."""

    CAN_WAIT = 1
    TODAY = 2
    NOW = 3


class Branch(StrEnum):
    """One way to choose the next: each is one query in the store, tried in the order that `branches` gives."""

    BOUND = "bound"  # overtaken as often as the policy lets anybody be
    TIME = "time"  # read by no computer, and first come would be theirs now
    IMMINENT = "imminent"
    HIGH = "high"
    OTHER = "other"


@dataclass(frozen=True)
class Policy:
    """How the order is made. Approved by people, in versions."""

    version: int
    reserved: float  # share of the counsellors on duty kept for the lane "other", 0 up to but not 1
    overtaken: int  # whoever was overtaken by this many later contacts is next
    read_first: bool = False  # the counsellor reads the talk before seeing what the computer made of it


# What a line uses until its people approved a policy of their own. Figures: docs/decisions/0007-queue-policy.md.
SHIPPED = Policy(version=0, reserved=0.1, overtaken=30)


@dataclass(frozen=True, order=True)
class Place:
    """Where a contact waits: the lane, then the rank in it (0 first), then the time since when."""

    lane: Lane
    rank: int


def branches(policy: Policy, *, counsellors: int, with_others: int) -> tuple[Branch, ...]:
    """Give the ways to choose the next, in order.

    `counsellors` are on duty now; `with_others` of them talk with somebody of the lane "other".
    """
    lanes = [Branch.IMMINENT, Branch.HIGH, Branch.OTHER]
    if with_others < kept_for_others(policy, counsellors):
        lanes = [Branch.OTHER, Branch.IMMINENT, Branch.HIGH]
    return (Branch.BOUND, Branch.TIME, *lanes)


def kept_for_others(policy: Policy, counsellors: int) -> int:
    """Say how many counsellors are kept for the lane "other". Whoever answers alone is kept for nobody."""
    return min(round(policy.reserved * counsellors), max(counsellors - 1, 0))


def by_own_word(urgency: int | None) -> Place:
    """Say where somebody waits by what they say themselves. Who says nothing counts as today."""
    if urgency == Urgency.NOW:
        return Place(Lane.HIGH, 0)
    return Place(Lane.OTHER, 2 if urgency == Urgency.CAN_WAIT else 1)


def by_reading(level: Level) -> Place:
    """Say where somebody waits by the level that a computer read from the talk so far."""
    if level is Level.IMMINENT:
        return Place(Lane.IMMINENT, 0)
    if level is Level.DANGER:
        return Place(Lane.HIGH, 0)
    return Place(Lane.OTHER, 0 if level is Level.UNCLEAR else 1)


def held(before: Place, now: Place) -> Place:
    """Give the better of two places: a place that somebody holds is never taken from them."""
    return min(before, now)


def turn_has_come(overtaken: int, older: int) -> bool:
    """Say whether first come would be served now: each later contact taken used a turn that somebody older still waits for."""
    return overtaken >= older
