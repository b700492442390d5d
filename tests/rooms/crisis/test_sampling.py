"""A human reads again what raised no alarm: how many, which, and what may still be missed."""

from collections.abc import Callable
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.crisis.sampling import (
    Group,
    Verdict,
    allocate,
    anytime_bound,
    at_most_of,
    draw,
    judge,
    together,
    upper_bound,
)


def test_194_clean_talks_in_a_row_are_enough():
    assert [judge(n, 0).verdict for n in (193, 194)] == [Verdict.GO_ON, Verdict.GOOD]
    assert judge(0, 0).more == 194


def test_each_miss_asks_for_about_92_more():
    assert judge(1, 1).more - judge(0, 0).more in (91, 92)


def test_three_misses_at_once_are_too_many():
    assert judge(3, 3).verdict is Verdict.BAD


@pytest.mark.parametrize(("read", "bound"), [(300, 0.00994), (600, 0.00498)])
def test_nothing_missed_still_allows_what_the_sheet_says(read: int, bound: float):
    assert upper_bound(read, 0) == pytest.approx(bound, abs=0.0001)


def test_the_bound_agrees_with_a_published_interval():
    """5 of 50: the one-sided 95 % upper end is .199 (Clopper–Pearson)."""
    assert upper_bound(50, 5) == pytest.approx(0.1991, abs=0.001)


def test_nothing_read_says_nothing():
    assert upper_bound(0, 0) == 1.0


def test_more_missed_than_read_is_refused():
    with pytest.raises(ValueError, match="cannot be"):
        judge(1, 2)


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 400), min_size=1), st.integers(20, 300))
def test_a_sample_takes_from_every_group_and_never_more_than_there_are(sizes: dict[str, int], wanted: int):
    shared = allocate(sizes, wanted)
    assert all(shared[each] <= sizes[each] for each in sizes)
    assert all(shared[each] >= min(5, sizes[each]) for each in sizes)
    assert sum(shared.values()) >= min(wanted, sum(sizes.values()))


def test_the_same_seed_draws_the_same_talks_and_another_seed_others():
    talks = {"nl": [f"n{i}" for i in range(100)], "en": [f"e{i}" for i in range(10)]}
    first = draw(talks, 40, seed=1)
    assert first == draw(talks, 40, seed=1)
    assert first != draw(talks, 40, seed=2)
    assert sum(each.startswith("e") for each in first) >= 5


# --- whenever somebody looks, and all groups together ---


def ever_wrong(bound: Callable[[int, int], float], share: float, reviews: int = 300) -> int:
    """Count made-up reviews of 150 talks in which a bound was below the true share at some moment."""
    kept, wrong = cache(bound), 0
    for review in range(reviews):
        chance, found = Random(review), 0
        seen = [(read, found := found + (chance.random() < share)) for read in range(1, 151)]
        wrong += any(kept(*each) < share for each in seen)
    return wrong


def test_the_bound_holds_however_often_somebody_looks_where_a_fixed_one_does_not():
    assert ever_wrong(anytime_bound, 0.05) <= 0.05 * 300 < ever_wrong(upper_bound, 0.05)


@given(st.integers(1, 400), st.integers(0, 5))
def test_looking_at_any_time_costs_width_and_never_less(read: int, missed: int):
    missed = min(missed, read)
    assert anytime_bound(read, missed) >= upper_bound(read, missed) - 1e-9


def test_a_small_group_that_is_read_more_often_does_not_count_for_more():
    alike = together([Group(1000, 200, 0)])
    uneven = together([Group(990, 190, 0), Group(10, 10, 0)])
    assert alike.read == 200
    assert uneven.read < 200
    assert uneven.at_most > alike.at_most


def test_one_miss_in_the_smallest_group_is_still_a_miss():
    assert together([Group(9000, 190, 0), Group(5, 5, 1)]).missed == 1


def test_a_bound_is_never_shown_smaller_than_it_is():
    assert [at_most_of(1000, share) for share in (0.0, 0.0101, 0.011, 1.0)] == [0, 11, 11, 1000]
