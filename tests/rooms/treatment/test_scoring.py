"""Totals, missing items and the one answer that opens the help page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.treatment.questionnaires import questionnaire, questionnaires
from samen.rooms.treatment.scoring import Problem, hard_answer, score

PHQ, GAD, WHO = questionnaire("phq-9"), questionnaire("gad-7"), questionnaire("who-5")


def answers(of, *values):
    return {question.id: value for question, value in zip(of.scored, values, strict=True)}


@pytest.mark.parametrize(
    ("of", "values", "total"),
    [
        (PHQ, [0] * 9, 0),
        (PHQ, [3] * 9, 27),
        (PHQ, [1, 2, 3, 0, 1, 2, 3, 0, 1], 13),
        (PHQ, [2, 2, 2, 2, 2, 2, 2, 2, None], 18),  # one missing: the mean of the others stands in
        (PHQ, [1, 1, 1, 1, 1, 1, 2, None, None], 10.3),  # two missing: 8 * 9 / 7
        (PHQ, [1, 1, 1, 1, 1, 1, None, None, None], None),  # three are too many
        (GAD, [3] * 7, 21),
        (GAD, [1, 1, 1, 1, 1, None, None], 7),
        (GAD, [1, 1, 1, 1, None, None, None], None),
        (WHO, [5] * 5, 100),
        (WHO, [3, 3, 3, 3, 2], 56),
        (WHO, [3, 3, 3, 3, None], None),  # nothing may be missing
    ],
)
def test_a_total_follows_the_rule_of_its_questionnaire(of, values, total):
    assert score(of, answers(of, *values)).total == total


def test_the_item_about_daily_life_is_asked_but_not_counted():
    assert score(PHQ, answers(PHQ, *[1] * 9) | {"phq-9.10": 3}).total == 9


def test_no_answers_at_all_give_no_total():
    assert score(PHQ, {}).reason == "MISSING_ITEMS"


def test_an_answer_that_nobody_could_choose_gives_no_total_and_is_named():
    found = score(PHQ, answers(PHQ, *[1] * 9) | {"phq-9.2": 4})
    assert (found.total, found.problems) == (None, (Problem("phq-9.2", "OUT_OF_RANGE"),))


def test_an_answer_to_another_questionnaire_is_named():
    assert score(GAD, answers(GAD, *[1] * 7) | {"phq-9.2": 1}).problems == (Problem("phq-9.2", "UNKNOWN_ITEM"),)


@given(st.sampled_from(sorted(questionnaires())), st.data())
def test_every_set_of_answers_has_a_total_on_the_scale_or_a_reason(name, data):
    of = questionnaire(name)
    given_ = {q.id: data.draw(st.none() | st.integers(-1, 7)) for q in of.questions}
    found = score(of, given_)
    assert (found.total is None) == bool(found.reason)
    assert found.total is None or of.lowest <= found.total <= of.highest


@pytest.mark.parametrize("value", [1, 2, 3])
@pytest.mark.parametrize("others", [0, None, 99])
def test_any_answer_above_zero_to_item_nine_is_hard_whatever_the_rest(value, others):
    rest = {question.id: others for question in PHQ.questions}
    assert hard_answer(PHQ, rest | {"phq-9.9": value})


@pytest.mark.parametrize("value", [0, None])
def test_not_at_all_and_skipped_are_not_hard_however_high_the_rest(value):
    assert not hard_answer(PHQ, {question.id: 3 for question in PHQ.questions} | {"phq-9.9": value})


@pytest.mark.parametrize("name", sorted(questionnaires()))
def test_every_questionnaire_names_source_terms_and_how_far_its_wording_was_checked(name):
    of = questionnaire(name)
    assert of.source
    assert of.terms
    assert of.terms_checked
    assert set(of.wording) == {"en", "nl"}


@pytest.mark.parametrize("name", sorted(questionnaires()))
def test_every_item_and_answer_is_there_in_dutch(name):
    of = questionnaire(name)
    texts = [text for q in of.questions for text in (q.text, *(o.text for o in q.options))]
    assert all(text.nl.strip() and text.nl != text.en for text in texts)
