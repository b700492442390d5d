"""Answers as FHIR: out and back the same, and what other systems send."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.treatment import fhir
from samen.rooms.treatment.questionnaires import questionnaire, questionnaires
from samen.rooms.treatment.scoring import score

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHQ = questionnaire("phq-9")


def ours(of=PHQ, value=1):
    answers = {question.id: value for question in of.questions}
    return fhir.response(of, answers, at=AT, language="nl", id="a1")


def total(of=PHQ, value=1):
    result = score(of, {question.id: value for question in of.questions})
    return fhir.observation(of, result, at=AT, made_of="QuestionnaireResponse/a1", id="t1")


def foreign(*items, **more):
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "x",
        "status": "completed",
        "authored": "2026-03-02T10:00:00+01:00",
        "item": list(items),
        **more,
    }


def codes(resource):
    return [row.code for row in fhir.read(resource).unread]


@given(st.sampled_from(sorted(questionnaires())), st.data())
def test_answers_come_back_as_they_were_given(name, data):
    of = questionnaire(name)
    answers = {q.id: data.draw(st.none() | st.sampled_from(q.values)) for q in of.questions}
    back = fhir.read(fhir.response(of, answers, at=AT, language="en", id="a1"))
    assert {item: value for item, value in answers.items() if value is not None} == back.answers or not back.answers
    assert back.point is None or back.point.total == score(of, answers).total


def test_our_answers_keep_instrument_version_and_moment():
    point = fhir.read(ours()).point
    assert point is not None
    assert (point.instrument, point.version, point.at) == ("phq-9", "1", AT)


def test_the_total_carries_loinc_and_names_the_answers_it_was_made_of():
    written = total()
    assert written["code"]["coding"][0]["code"] == "44261-6"
    assert written["derivedFrom"] == [{"reference": "QuestionnaireResponse/a1"}]


def test_a_total_without_a_score_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="Save the answers alone"):
        fhir.observation(PHQ, score(PHQ, {}), at=AT, made_of="x", id="t1")


def test_answers_and_their_total_count_as_one_filling_in():
    points, _ = fhir.course([ours(), total()])
    assert [point.ref for point in points] == ["QuestionnaireResponse/a1"]


def test_a_total_whose_answers_are_not_here_counts_by_itself():
    points, _ = fhir.course([total()])
    assert [point.total for point in points] == [9]


@pytest.mark.parametrize("link", ["44250-9", "/44250-9"])
def test_items_of_others_are_known_by_loinc_as_link_id(link):
    item = {"linkId": link, "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6570-1"}}]}
    assert fhir.read(foreign(item)).answers == {"phq-9.1": 2}


def test_items_of_others_are_known_by_loinc_as_definition_and_in_groups():
    item = {"linkId": "q1", "definition": "http://loinc.org/69725-0", "answer": [{"valueInteger": 3}]}
    assert fhir.read(foreign({"linkId": "group", "item": [item]})).answers == {"gad-7.1": 3}


def test_items_without_a_loinc_code_we_know_are_not_guessed_by_their_place():
    assert codes(foreign({"linkId": "1", "answer": [{"valueInteger": 3}]})) == ["NOT_OURS"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "entered-in-error"}, "NOT_FINAL"),
        ({"authored": "2026-03-02T10:00:00"}, "NO_ZONE"),
        ({"authored": "yesterday"}, "NO_DATE"),
        ({"authored": None}, "NO_DATE"),
    ],
)
def test_what_cannot_be_placed_in_time_is_reported_and_not_guessed(change, code):
    assert codes({**ours(), **change}) == [code]


def test_a_day_without_a_time_counts_as_its_start():
    point = fhir.read({**ours(), "authored": "2026-03-02"}).point
    assert point is not None
    assert point.at == datetime(2026, 3, 2, tzinfo=UTC)


def test_an_unknown_item_and_an_unknown_answer_are_each_a_row():
    known = {"linkId": "44250-9", "answer": [{"valueCoding": {"code": "LA0-0"}}]}
    odd = {"linkId": "shoe-size", "answer": [{"valueInteger": 42}]}
    assert codes(foreign(known, odd)) == ["UNKNOWN_ANSWER", "UNKNOWN_ITEM"]


@pytest.mark.parametrize(("value", "code"), [(28, "OUT_OF_RANGE"), (-1, "OUT_OF_RANGE"), ("many", "NO_VALUE")])
def test_a_total_that_the_scale_does_not_have_is_refused(value, code):
    assert codes({**total(), "valueQuantity": {"value": value}}) == [code]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["item", "authored", "status", "questionnaire", "code", "valueQuantity", "derivedFrom", "id"]), JSON
)
def test_nothing_that_others_send_makes_reading_fail(key, value):
    for resource in (ours(), total()):
        assert fhir.read({**resource, key: value}) is not None
