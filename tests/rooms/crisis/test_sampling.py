"""A human reads again what raised no alarm: how many, which, and what may still be missed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.crisis.sampling import Verdict, allocate, draw, judge, upper_bound


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
