"""Reliable change: the published arithmetic, its direction, and when to say nothing."""

from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.treatment.change import (
    Abstained,
    Change,
    Point,
    Precision,
    Reason,
    Verdict,
    changes,
    compare,
    limit,
    together,
)
from samen.rooms.treatment.precision import figures, precisions

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY_NAME = {each.instrument: each for each in precisions()}


def point(total, days_ago, of="phq-9", version="1"):
    return Point(of, version, NOW - timedelta(days=days_ago), total, f"{of}/{days_ago}")


def found(*points):
    return changes(points, precisions(), NOW)


def verdict(*points):
    return together(found(*points))


def test_the_index_agrees_with_a_worked_example_by_hand():
    # SD 7.5, r .80, from 47.5 to 32.5: Sdiff = sqrt(2) * 7.5 * sqrt(.2) = sqrt(22.5) = 4.743; -15 / 4.743 = -3.162
    precision = Precision("couples", sd=7.5, reliability=0.80, higher_is_better=False)
    change = compare(point(47.5, 60, "couples"), point(32.5, 0, "couples"), precision, limit(1))
    assert precision.sdiff == pytest.approx(sqrt(22.5))
    assert change.index == pytest.approx(-3.1623, abs=1e-4)


def test_one_questionnaire_has_the_margin_of_the_paper():
    assert limit(1) == pytest.approx(1.96, abs=1e-3)


@pytest.mark.parametrize(("questionnaires", "z"), [(2, 2.2414), (3, 2.3940)])
def test_several_questionnaires_share_the_chance_of_a_false_alarm(questionnaires, z):
    assert limit(questionnaires) == pytest.approx(z, abs=1e-4)


@pytest.mark.parametrize(
    ("of", "first", "last", "expected"),
    [
        ("phq-9", 18, 11, Verdict.IMPROVED),  # margin 6.76
        ("phq-9", 18, 12, Verdict.WITHIN_ERROR),
        ("phq-9", 11, 18, Verdict.WORSENED),
        ("gad-7", 15, 9, Verdict.IMPROVED),  # margin 5.37
        ("gad-7", 15, 10, Verdict.WITHIN_ERROR),
        ("who-5", 28, 52, Verdict.IMPROVED),  # margin 23.6: higher is better
        ("who-5", 52, 28, Verdict.WORSENED),
        ("who-5", 28, 48, Verdict.WITHIN_ERROR),
    ],
)
def test_a_change_beyond_the_margin_counts_in_the_direction_of_its_scale(of, first, last, expected):
    assert verdict(point(first, 60, of), point(last, 1, of)) is expected


@given(st.sampled_from(sorted(BY_NAME)), st.integers(0, 21), st.integers(0, 21))
def test_swapping_first_and_last_swaps_better_and_worse(of, first, last):
    there = compare(point(first, 60, of), point(last, 0, of), BY_NAME[of], limit(1))
    back = compare(point(last, 60, of), point(first, 0, of), BY_NAME[of], limit(1))
    mirror = {Verdict.IMPROVED: Verdict.WORSENED, Verdict.WORSENED: Verdict.IMPROVED}
    assert back.verdict is mirror.get(there.verdict, there.verdict)
    assert (back.low, back.high) == (-there.high, -there.low)


@given(st.sampled_from(sorted(BY_NAME)), st.integers(0, 21), st.floats(-1, 1))
def test_a_difference_within_the_margin_is_never_called_change(of, first, share):
    margin = limit(1) * BY_NAME[of].sdiff
    change = compare(point(first, 60, of), point(first + share * margin * 0.999, 0, of), BY_NAME[of], limit(1))
    assert change.verdict is Verdict.WITHIN_ERROR


@given(st.sampled_from(sorted(BY_NAME)), st.integers(0, 27), st.integers(0, 27))
def test_a_change_is_reliable_exactly_when_its_interval_leaves_out_zero(of, first, last):
    change = compare(point(first, 60, of), point(last, 0, of), BY_NAME[of], limit(1))
    assert (change.verdict is Verdict.WITHIN_ERROR) == (change.low <= 0 <= change.high)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([], Reason.TOO_FEW),
        ([point(18, 1)], Reason.TOO_FEW),
        ([point(18, 120), point(8, 43)], Reason.TOO_OLD),
        ([point(18, 14), point(8, 1)], Reason.TOO_CLOSE),
        ([point(18, 60), point(None, 1)], Reason.MISSING_ITEMS),
        ([point(None, 60), point(8, 1)], Reason.TOO_FEW),
        ([point(18, 400), point(8, 1)], Reason.TOO_FEW),
        ([point(18, 60, version="0"), point(8, 1)], Reason.MIXED_VERSIONS),
    ],
)
def test_what_does_not_carry_a_statement_gives_its_reason(points, reason):
    assert verdict(*points) is reason


@pytest.mark.parametrize("points", [[point(18, 60), point(8, 42)], [point(18, 15), point(8, 1)]])
def test_at_the_limit_of_age_and_distance_we_still_speak(points):
    assert verdict(*points) is Verdict.IMPROVED


def test_the_baseline_is_the_first_answer_of_the_half_year_not_the_one_before():
    (change,) = found(point(2, 250), point(18, 150), point(9, 30), point(8, 1))
    assert isinstance(change, Change)
    assert change.first.total == 18


def test_the_order_in_which_answers_arrive_changes_nothing():
    points = [point(18, 150), point(9, 30), point(8, 1)]
    assert found(*points) == found(*reversed(points))


def test_questionnaires_that_contradict_each_other_are_unclear():
    assert verdict(point(22, 60), point(8, 1), point(80, 60, "who-5"), point(20, 1, "who-5")) is Verdict.UNCLEAR


def test_answers_that_went_clearly_both_ways_are_unclear():
    (change,) = found(point(13, 90), point(25, 40), point(2, 1))
    assert isinstance(change, Change)
    assert (change.verdict, change.reason) == (Verdict.UNCLEAR, Reason.SWINGS)


def test_one_bad_day_in_between_does_not_hide_a_change():
    assert verdict(point(20, 90), point(22, 40), point(6, 1)) is Verdict.IMPROVED


def test_a_questionnaire_that_abstains_does_not_silence_the_others():
    both = found(point(18, 60), point(8, 1), point(12, 1, "gad-7"))
    assert isinstance(both[1], Abstained)
    assert together(both) is Verdict.IMPROVED


@pytest.mark.parametrize("name", sorted(figures()))
@pytest.mark.parametrize("key", ["sd_sample", "sd_source", "sd_checked", "reliability_source", "reliability_checked"])
def test_every_published_figure_names_its_sample_source_and_check(name, key):
    assert figures()[name][key]
