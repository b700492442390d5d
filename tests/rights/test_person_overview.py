"""What may run for a person, from values: default none, each use by itself, and a yes that was not understood counts as none."""

from datetime import UTC, datetime, timedelta

import pytest

from samen.rights import overview
from samen.rights.consent import Standing, Statement
from samen.rights.words import Category, Stage
from tests.rights import example
from tests.rights.example import CARE, USE

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def yes(use=USE, *, days=1, taught_back=True):
    at = NOW - timedelta(days=days)
    return Statement(use, True, at, at + timedelta(days=365), taught_back)


def no(use=USE, *, days=0):
    return Statement(use, False, NOW - timedelta(days=days))


def line(*said, stage=Stage.GENERAL, **changes):
    paused = changes.pop("paused", False)
    return overview.line(example.system(**changes), said, stage, NOW, paused=paused)


@pytest.mark.row("R6.1b")
def test_nothing_is_chosen_before_somebody_chose():
    assert [each.choice for each in line().uses] == [None, None]
    assert line().unchosen
    assert not line().may_run


def test_one_yes_of_two_lets_nothing_run():
    assert not line(yes(USE)).may_run


def test_one_yes_of_two_lets_run_what_runs_in_parts_and_says_nothing_of_the_other():
    shown = line(yes(USE), in_parts=True)
    assert shown.may_run
    assert [each.choice for each in shown.uses] == [True, None]
    assert not line(no(USE), in_parts=True).may_run


def test_yes_to_every_use_lets_it_run():
    assert line(yes(USE), yes(CARE)).may_run


@pytest.mark.parametrize("stage", [Stage.DESIGN, Stage.SUSPENDED, Stage.RETIRED, None])
def test_a_system_that_is_not_in_use_does_not_run_whatever_was_said(stage):
    assert not line(yes(USE), yes(CARE), stage=stage).may_run


def test_a_pause_shows_as_not_running():
    assert not line(yes(USE), yes(CARE), paused=True).may_run


def test_a_no_shows_on_its_own_use_alone():
    assert [each.choice for each in line(yes(USE, days=2), no(USE), yes(CARE)).uses] == [False, True]


def test_a_yes_of_more_than_a_year_ago_shows_as_ended_and_as_no_choice():
    shown = line(yes(USE, days=400))
    assert shown.expired
    assert shown.uses[0].choice is None


@pytest.mark.row("K3.1")
def test_for_a_heavy_system_a_yes_without_the_teach_back_counts_as_none():
    assert line(yes(USE, taught_back=False), heavy=True).uses[0].standing is Standing.NONE


def test_the_categories_are_those_that_some_system_reads():
    assert overview.categories([example.system()]) == [Category.QUESTIONNAIRES]


def test_a_question_without_a_wrong_answer_teaches_nothing():
    assert overview.answers("x.y", {"x.y.teach_back.answers.right": 1}) == []
    both = {"x.y.teach_back.answers.right": 1, "x.y.teach_back.answers.wrong": 1}
    assert overview.answers("x.y", both) == ["right", "wrong"]
