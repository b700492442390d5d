"""What must hold of the queue whatever anybody's score: asked of the rules themselves, over every case there is."""

from collections.abc import Callable, Mapping
from itertools import pairwise, product

from samen.rooms.crisis import triage
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.triage import Branch, Lane, Place, Policy, Urgency

COUNSELLORS = range(61)
PLACES = tuple(Place(lane, rank) for lane in Lane for rank in range(3))
WORDS: tuple[Urgency | None, ...] = (None, *Urgency)


def no_reading_moves_anybody_back(policy: Policy) -> bool:
    """A place that somebody holds is never taken, whatever a computer reads later or they say later."""
    later = [*(triage.by_reading(level) for level in Level), *map(triage.by_own_word, WORDS)]
    return all(triage.held(before, now) <= before for before, now in product(PLACES, later))


def more_danger_is_never_later(policy: Policy) -> bool:
    """A higher level never waits behind a lower one."""
    places = [triage.by_reading(level) for level in sorted(Level, reverse=True)]
    return all(earlier <= later for earlier, later in pairwise(places))


def danger_now_is_first(policy: Policy) -> bool:
    """Nobody, by reading or by their own word, stands before somebody in danger now."""
    first = triage.by_reading(Level.IMMINENT)
    others = [*(triage.by_reading(level) for level in Level), *map(triage.by_own_word, WORDS)]
    return first.lane is Lane.IMMINENT and all(first <= each for each in others)


def ones_own_word_is_heard(policy: Policy) -> bool:
    """Who says "now" to a line without a computer waits in the high lane, before whoever says it can wait."""
    now = triage.by_own_word(Urgency.NOW)
    return now.lane is Lane.HIGH and all(now <= triage.by_own_word(each) for each in WORDS)


def bound_and_time_come_before_every_lane(policy: Policy) -> bool:
    """Whoever was overtaken often enough, and whoever is read by no computer and has waited their time, come before any score."""
    return all(
        triage.branches(policy, counsellors=each, with_others=busy)[:2] == (Branch.BOUND, Branch.TIME)
        for each in COUNSELLORS
        for busy in range(each + 1)
    )


def every_lane_is_always_tried(policy: Policy) -> bool:
    """However the counsellors are divided, each lane is tried: nobody is in a lane that no one looks at."""
    return all(
        set(triage.branches(policy, counsellors=each, with_others=busy)) == set(Branch)
        for each in COUNSELLORS
        for busy in range(each + 1)
    )


def somebody_is_left_for_the_urgent(policy: Policy) -> bool:
    """Counsellors are kept for the others, never all of them."""
    return all(0 <= triage.kept_for_others(policy, each) < max(each, 1) for each in COUNSELLORS)


INVARIANTS: tuple[Callable[[Policy], bool], ...] = (
    no_reading_moves_anybody_back,
    more_danger_is_never_later,
    danger_now_is_first,
    ones_own_word_is_heard,
    bound_and_time_come_before_every_lane,
    every_lane_is_always_tried,
    somebody_is_left_for_the_urgent,
)


def held(policy: Policy) -> Mapping[str, bool]:
    """Say of each invariant whether it holds under a policy. One that errs does not hold."""
    return {each.__name__: _holds(each, policy) for each in INVARIANTS}


def _holds(invariant: Callable[[Policy], bool], policy: Policy) -> bool:
    try:
        return invariant(policy) is True
    except Exception:  # a rule that cannot answer for every case does not hold for every case
        return False
