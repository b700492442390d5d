"""Is a day unlike one's own usual: hand-made courses, and the false-alarm rate on made-up days."""

from datetime import date, timedelta
from random import Random

import pytest

from samen.rooms.sensing.change import Reading, judged, usual

START = date(2026, 1, 5)  # a Monday


def course(values, name="steps", start=START):
    return [Reading(start + timedelta(days=at), name, value) for at, value in enumerate(values)]


def last(values):
    return START + timedelta(days=len(values) - 1)


def swinging(days, seed=1, middle=100.0, spread=10.0):
    random = Random(seed)
    return [random.gauss(middle, spread) for _ in range(days)]


def test_under_fourteen_days_it_abstains_and_says_why():
    values = [*swinging(13), 500.0]
    found = judged(course(values), last(values))
    assert (found.code, found.reason) == ("abstain", "too_few_days")


def test_fourteen_days_are_enough_for_a_day_that_lies_far_off():
    values = [*swinging(14), 900.0]
    assert judged(course(values), last(values)).code == "unlike"


def test_a_day_like_the_others_is_usual():
    values = [*swinging(40), 103.0]
    assert judged(course(values), last(values)).code == "usual"


def test_a_day_that_was_not_measured_is_no_day_to_speak_of():
    values = [*swinging(40), None]
    found = judged(course(values), last(values))
    assert (found.code, found.reason) == ("abstain", "nothing_measured")


def test_a_day_that_was_seen_for_less_than_half_tells_nothing():
    readings = course(swinging(40))
    on = START + timedelta(days=40)
    found = judged([*readings, Reading(on, "steps", 900.0, coverage=0.4)], on)
    assert found.reason == "nothing_measured"


def test_a_weekend_that_is_always_different_is_usual_for_a_weekend():
    random = Random(4)
    values = [random.gauss(20 if at % 7 in (5, 6) else 100, 4) for at in range(8 * 7 + 6)]
    saturday = last(values)
    assert saturday.weekday() == 5
    assert judged(course(values), saturday).code == "usual"
    friday = [*values[:-2], 20.0]
    assert judged(course(friday), last(friday)).code == "unlike"


def test_the_day_itself_and_days_after_it_change_nothing_about_its_usual():
    values = swinging(40)
    on = last(values)
    before = usual(course(values), on, "steps")
    after = usual(course([*values[:-1], 9999.0, *swinging(20, seed=9)]), on, "steps")
    assert before == after


def test_one_wild_day_long_ago_does_not_hide_a_change():
    values = swinging(40)
    values[10] = 100_000.0
    values[-1] = 400.0
    assert judged(course(values), last(values)).code == "unlike"


def test_a_middle_is_the_median_and_the_band_two_spreads_by_hand():
    # one value a week on Mondays to Sundays: 8 to 12 in turn, so that the median is 10 and nothing differs by weekday
    values = [8.0, 9.0, 10.0, 11.0, 12.0] * 7
    middle, low, high = usual(course(values), START + timedelta(days=35), "steps")
    assert middle == pytest.approx(10.0, abs=0.6)
    assert low < 8.0
    assert high > 12.0


def test_days_without_any_difference_give_no_scale_and_so_no_word():
    values = [7.0] * 30
    found = judged(course(values), last(values))
    assert (found.code, found.reason) == ("abstain", "too_even")


def test_another_feature_more_makes_one_chance_in_many_less_telling():
    values = [*swinging(40), 145.0]
    alone = judged(course(values), last(values))
    many = [each for at in range(30) for each in course([*swinging(40, seed=at + 50), 100.0], f"other{at}")]
    together = judged([*course(values), *many], last(values))
    assert alone.code == "unlike"
    assert together.code == "usual"


def test_what_stands_out_comes_first_with_its_usual_beside_it():
    steps = course([*swinging(40), 100.0])
    sleep = course([*swinging(40, seed=2, middle=480, spread=20), 100.0], "asleep")
    first = judged([*steps, *sleep], last(range(41))).compared[0]
    assert (first.name, first.stands_out, first.is_more) == ("asleep", True, False)
    assert first.low < 480 < first.high


def test_a_week_that_is_lower_all_along_is_found_though_no_day_of_it_is():
    random = Random(7)
    values = [random.gauss(100, 10) for _ in range(63)] + [random.gauss(82, 1) for _ in range(7)]
    found = judged(course(values), last(values))
    assert [each.span for each in found.compared if each.stands_out] == [7]


def test_the_order_of_readings_changes_nothing():
    readings = course([*swinging(40), 300.0])
    mixed = list(readings)
    Random(3).shuffle(mixed)
    assert judged(readings, last(range(41))) == judged(mixed, last(range(41)))


def test_a_walk_of_four_kilometres_more_is_less_after_twenty_than_after_one():
    short = usual(course([1.0, 1.2, 0.9] * 8, "km"), START + timedelta(days=24), "km", skewed=True)
    long = usual(course([20.0, 21.0, 19.0] * 8, "km"), START + timedelta(days=24), "km", skewed=True)
    assert short[2] < 1.0 + 4
    assert long[2] - long[0] > short[2] - short[0]
