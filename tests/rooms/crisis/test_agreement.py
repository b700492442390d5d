"""How far two people agree, beyond chance, with an interval."""

import math

import pytest

from samen.rooms.crisis.agreement import kappa, of_pairs


def test_whoever_always_says_the_same_agrees_wholly():
    assert kappa([(0, 0), (3, 3), (4, 4)] * 5) == 1.0


def test_agreement_that_chance_explains_is_none():
    by_chance = [(one, other) for one in range(5) for other in range(5)]
    assert kappa(by_chance) == pytest.approx(0.0)


def test_a_far_distance_weighs_more_than_a_near_one():
    near = [(0, 0), (3, 3), (1, 2), (4, 3)] * 5
    far = [(0, 0), (3, 3), (0, 4), (4, 0)] * 5
    assert kappa(near) > kappa(far)


def test_weighted_kappa_is_that_of_a_worked_example():
    # Two raters, levels 0 to 2; by hand: seen .4, by chance 1.36, so 1 - .4 / 1.36.
    rated = [(0, 0), (0, 0), (1, 1), (1, 2), (2, 2), (2, 2), (0, 1), (1, 1), (2, 1), (1, 0)]
    seen = 4 / 10
    mine, theirs = (3, 4, 3), (3, 4, 3)
    chance = sum(mine[i] * theirs[j] * (i - j) ** 2 for i in range(3) for j in range(3)) / 100
    assert kappa(rated) == pytest.approx(1 - seen / chance)


def test_one_level_for_everything_says_nothing_and_few_messages_have_no_kappa():
    assert math.isnan(kappa([(0, 0)] * 20))
    assert of_pairs([(0, 0)] * 20).kappa is None
    assert of_pairs([(0, 3)] * 9).kappa is None


def test_the_interval_holds_the_figure_and_is_the_same_each_time():
    pairs = [(0, 0), (3, 3), (2, 3), (1, 1), (4, 4), (0, 1)] * 8
    found = of_pairs(pairs)
    assert found.low < found.kappa < found.high
    assert found == of_pairs(pairs)


def test_whoever_cannot_say_is_counted_apart():
    found = of_pairs([(0, 0)] * 10 + [(3, 3)] * 10 + [(None, 3), (None, None)])
    assert (found.both, found.same, found.near, found.unclear) == (20, 20, 0, 2)
