"""Surveys as data: eight types of questions, what is wrong with a survey, what was answered, and its shapes for others."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from samen.rooms.sensing.activities import asking, fhir, known, results, showing
from samen.rooms.sensing.activities.asking import TYPES, Problem
from samen.rooms.sensing.activities.results import Change, Row, Sitting
from samen.rooms.sensing.activities.showing import Words

WORDS = Words("en", "Yes", "No", "I skip this one")
AT = datetime(2026, 11, 26, 14, tzinfo=UTC)


def both(text: str) -> dict[str, str]:
    return {"en": text, "nl": f"{text} (nl)"}


def question(type_: str, **more: object) -> dict[str, object]:
    options = {"options": [both("red"), both("green"), both("blue")]} if type_ in asking.CHOICES else {}
    return {"id": type_, "type": type_, "text": both(f"A {type_}?"), **options, **more}


ALL = {"title": both("All types"), "about": both("One of each"), "questions": [question(each) for each in TYPES]}
FILLED = {
    "text": ["a long day"],
    "boolean": ["no"],
    "list": ["1"],
    "multiselect": ["2", "0"],
    "slider": ["7"],
    "short": ["tea"],
    "rating": ["5"],
    "time": ["07:30"],
}


def test_each_of_the_eight_types_is_read_as_what_it_is():
    assert len(TYPES) == 8
    answers, problems = asking.answers(asking.survey(ALL), FILLED)
    assert problems == ()
    assert answers == {
        "text": "a long day",
        "boolean": False,
        "list": 1,
        "multiselect": (0, 2),
        "slider": 7,
        "short": "tea",
        "rating": 5,
        "time": "07:30",
    }


def test_an_answer_is_told_in_the_words_that_were_chosen():
    found = asking.survey(ALL)
    answers, _ = asking.answers(found, FILLED)
    told = {each.id: asking.in_words(each, answers[each.id], "nl", yes="Ja", no="Nee") for each in found.questions}
    assert told["multiselect"] == "red (nl), blue (nl)"
    assert (told["boolean"], told["list"], told["slider"]) == ("Nee", "green (nl)", "7")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("boolean", "maybe"), ("list", "3"), ("list", "-1"), ("list", "one"), ("multiselect", "7"), ("slider", "11"),
        ("slider", "2.5"), ("rating", "0"), ("time", "24:00"), ("time", "noon"), ("short", "x" * 201),
    ],
)  # fmt: skip
def test_what_nobody_could_choose_is_a_problem_and_not_a_guess(name, value):
    answers, problems = asking.answers(asking.survey(ALL), {**FILLED, name: [value]})
    assert name not in answers
    assert [each.where for each in problems] == [name]


def test_everything_may_be_skipped_but_not_everything_at_once():
    found = asking.survey(ALL)
    assert asking.answers(found, {"short": ["tea"], "boolean": ["skip"]}) == ({"short": "tea"}, ())
    assert asking.answers(found, {"boolean": ["skip"], "text": ["  "]}) == ({}, (Problem("", "nothing"),))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": {"en": "Only English?", "nl": ""}}, "text"),
        ({"type": "dance"}, "type"),
        ({"options": [both("one")]}, "options"),
        ({"options": [both("one"), {"en": "two", "nl": ""}]}, "options_language"),
        ({"options": [both("one"), both("one")]}, "options_same"),
        ({"type": "slider", "low": 5, "high": 5}, "scale"),
        ({"type": "slider", "low": 0, "high": 10, "step": 3}, "scale"),
        ({"type": "rating", "low_word": {"en": "bad", "nl": ""}}, "words"),
    ],
)
def test_a_survey_that_is_not_whole_in_both_languages_is_not_opened(changed, code):
    found = asking.survey({**ALL, "questions": [question("list") | changed]})
    assert [each.code for each in asking.problems(found)] == [code]


def test_a_survey_without_title_or_questions_says_both():
    assert [each.code for each in asking.problems(asking.survey({}))] == ["title", "no_questions"]


def test_a_survey_is_kept_as_it_was_read():
    found = asking.survey(ALL)
    assert asking.problems(found) == ()
    assert asking.survey(asking.plain(found)) == found


def test_programs_see_a_survey_in_lamps_settings():
    rows = {row["type"]: row for row in asking.lamp(asking.survey(ALL))}
    assert rows["list"]["options"] == ["red", "green", "blue"]
    assert rows["rating"]["options"] == ["1", "2", "3", "4", "5"]
    assert rows["time"]["options"] is None
    assert rows["time"]["text"] == "A time?"


def test_no_scale_stands_anywhere_before_somebody_chose():
    shown = {each.id: each for each in showing.shown(asking.survey(ALL), WORDS, {})}
    assert shown["slider"].field == "radio"
    assert len(shown["slider"].choices) == 12
    assert not any(choice.is_chosen for each in shown.values() for choice in each.choices)
    long = {**ALL, "questions": [question("slider", high=100)]}
    assert showing.shown(asking.survey(long), WORDS, {})[0].field == "number"


def test_a_filled_in_survey_is_an_event_of_lamp_with_the_time_of_each_answer():
    sitting = Sitting("A1", 1_000, 61_000)
    rows = [Row("a", "First?", "yes"), Row("b", "Second?", "no"), Row("c", "Third?", None)]
    changes = [Change("a", 4_000), Change("b", 9_000), Change("b", 10_000), Change("a", 15_000)]
    event = results.survey(sitting, rows, changes)
    assert (event["timestamp"], event["duration"], event["activity"]) == (61_000, 60_000, "A1")
    assert event["static_data"] == {"changed_answers": 2}
    assert event["temporal_slices"] == [
        {"item": "First?", "value": "yes", "type": None, "duration": 5_000, "level": None},  # back from b at 10 s
        {"item": "Second?", "value": "no", "type": None, "duration": 6_000, "level": None},  # from 4 s to 10 s
    ]


def test_how_long_it_took_is_not_known_when_the_page_was_left_open_or_told_nothing():
    assert Sitting("A1", None, 61_000).duration is None
    assert Sitting("A1", 0, results.LONGEST_MS + 1).duration is None
    assert Sitting("A1", 99_000, 61_000).duration is None


def test_answers_go_into_the_record_with_their_survey_and_numbers_as_observations():
    found = asking.survey(ALL)
    answers, _ = asking.answers(found, FILLED)
    filled = fhir.Filled(UUID(int=5), "A1", answers, AT, "nl")
    response = fhir.response(found, filled)
    assert response["questionnaire"] == "#survey"
    assert response["contained"][0]["url"] == "urn:samen:survey:A1"
    asked = {item["linkId"]: item["type"] for item in response["contained"][0]["item"]}
    assert asked == {
        "text": "text", "boolean": "boolean", "list": "choice", "multiselect": "choice", "slider": "integer",
        "short": "string", "rating": "integer", "time": "time",
    }  # fmt: skip
    answered = {item["linkId"]: item["answer"] for item in response["item"]}
    assert answered["boolean"] == [{"valueBoolean": False}]
    assert answered["time"] == [{"valueTime": "07:30:00"}]
    assert [each["valueCoding"]["display"] for each in answered["multiselect"]] == ["red (nl)", "blue (nl)"]
    numbers = fhir.observations(found, filled)
    assert [each["valueQuantity"]["value"] for each in numbers] == [7, 5]
    assert all(each["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{UUID(int=5)}"}] for each in numbers)
    assert fhir.observations(found, filled) == numbers  # the same filling-in has the same ids


def test_every_kind_has_activities_and_each_is_whole_in_both_languages():
    found = known.activities().values()
    assert {each.kind for each in found} == set(known.KINDS)
    assert {each.shape for each in found} <= set(known.SHAPES)
    for each in found:
        assert all((each.title.en, each.title.nl, each.about.en, each.about.nl)), each.id
        assert each.survey is None or asking.problems(each.survey) == (), each.id
