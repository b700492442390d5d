"""One self-test as a whole: what is asked, what was answered, and what the report says of it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from samen.people.roles import Role
from samen.rooms.crisis.numbers import Number
from samen.rooms.crisis.reading import Action, Level, Topic
from samen.rooms.crisis.reading import Answer as Answered
from samen.rooms.crisis.selftest import report
from samen.rooms.crisis.selftest.corpus import Expect, Message, Reply, Talk
from samen.rooms.crisis.selftest.hazards import Hazard
from samen.rooms.crisis.selftest.measure import Said
from samen.rooms.crisis.selftest.perturb import Kind
from samen.rooms.crisis.selftest.plan import Answer, Ordinary, Plan, answer, beside, plan
from samen.rooms.crisis.triage import SHIPPED

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NUMBER = Number("nl-113", "nl", "113", "113", "113", "", "", "site", "2026-11", date(2026, 11, 23), True, False)
AROUND = report.Around(
    [0.001] * 200,
    [NUMBER],
    SHIPPED,
    {"en": ["die"], "nl": ["dood"]},
    [Hazard("H01", Role.CLINICAL_LEAD, ("bar:said",))],
    1500,
)
STAMP = report.Stamp(NOW, {"crisis.detect": "d" * 64}, {"sealed/en.toml": "f" * 64}, {"en": ("a" * 64, 0.5, 0.7)})


def message(text: str, level: int, topic: Topic | None, language: str, trap: str = "") -> Message:
    return Message(f"{text}/1", text, language, text, Level(level), topic, trap, "chat", "why")


def asked() -> Plan:
    sealed = []
    for language in ("en", "nl"):
        sealed += [message(f"{language} plan don't {n}", 4, Topic.PLAN, language) for n in range(20)]
        sealed += [message(f"{language} hint don't {n}", 2, Topic.OBLIQUE, language) for n in range(20)]
        sealed += [message(f"{language} idiom don't {n}", 0, None, language, "idiom") for n in range(20)]
    ordinary = [Ordinary(language, f"{language} ordinary") for language in ("en", "nl")]
    talks = [
        Talk(f"{language}-{expect}", language, expect, by, "why", (f"hello {expect}", f"talk {expect}"))
        for language in ("en", "nl")
        for expect, by in ((Expect.IMMINENT, 2), (Expect.ASK, 2), (Expect.HARMLESS, 0))
    ]
    replies = [
        Reply(f"answer-{language}/{answer}", language, answer, "chat", f"{language} says {answer}")
        for language in ("en", "nl")
        for answer in (*Answered, None)
    ]
    return plan(sealed, ordinary, talks, replies)


LEVELS = {"says yes": 3, "says unsure": 3, "plan": 4, "hint": 2, "imminent": 4, "ask": 2}


def knows(turns: tuple[str, ...]) -> Answer:
    """A detector that is always right about these made-up texts, whatever their spelling."""
    clear = [_plain(text) for text in turns]
    levels = [next((Level(n) for word, n in LEVELS.items() if word in text), Level.NONE) for text in clear]
    said = tuple(Said(n, _action(n), 1.0 if n >= 3 else 0.0, ("rule",)) for n in levels)
    return Answer(said, tuple(each.action for each in said))


def _action(level: Level) -> Action:
    return Action.ALARM if level >= 3 else Action.ASK if level == 2 else Action.NONE


PLAIN = {change.text: change.message.text for change in asked().changed}


def _plain(text: str) -> str:
    return PLAIN.get(text, text)


def built(**changes) -> dict:
    made = asked()
    heard = beside(made, [knows(turns) for turns in made.turns()])
    return report.build(heard, replace(AROUND, **changes), STAMP)


def deaf(said: Answer) -> Answer:
    none = tuple(Said(Level.NONE, Action.NONE, 0.0) for _ in said.messages)
    return Answer(none, tuple(Action.NONE for _ in none))


def test_a_detector_that_is_always_right_meets_every_bar_about_it():
    missed = [(each["name"], each["part"]) for each in built()["bars"] if not each["met"]]
    assert [each for each in missed if each[0] not in ("high_p95", "high_within_5", "others_p95", "overtaken")] == []
    assert built()["cases"] == []
    assert built()["flips"] == []


def test_a_detector_that_hears_nothing_misses_its_bars_and_every_case_is_listed():
    made = asked()
    found = report.build(beside(made, [deaf(knows(turns)) for turns in made.turns()]), AROUND, STAMP)
    assert not found["passed"]
    missed = {each["name"] for each in found["bars"] if not each["met"]}
    assert {"said", "implied", "escalated", "answers"} <= missed
    assert len([each for each in found["cases"] if each["kind"] == "missed"]) == 80 + 4 + 4
    assert [each["stands"] for each in found["hazards"]] == [False]


def test_a_number_that_is_too_old_misses_its_bar_and_is_named():
    found = built(numbers=[replace(NUMBER, stale=True)])
    assert [each["met"] for each in found["bars"] if each["name"] == "directory"] == [False]
    assert found["stale"] == [{"id": "nl-113", "checked": "2026-11-23"}]


def test_a_slow_detector_misses_its_bar_however_fast_most_messages_are():
    found = built(seconds=[0.0001] * 97 + [0.5] * 3)
    assert [each["met"] for each in found["bars"] if each["name"] == "latency"] == [False]


def test_each_kind_of_spelling_is_asked_of_each_message_that_it_changes():
    kinds = {each.kind for each in asked().changed}
    assert kinds >= set(Kind) - {Kind.QUOTES}
    assert all(each.text != each.message.text for each in asked().changed)


def test_a_level_that_moves_with_the_spelling_is_a_flip_and_is_listed():
    made = asked()
    place = len(made.sealed)
    answers = [knows(turns) for turns in made.turns()]
    answers[place] = deaf(answers[place])
    found = report.build(beside(made, answers), AROUND, STAMP)
    assert [(each["before"], each["after"]) for each in found["flips"]] == [(4, 0)]


def test_answers_that_are_too_few_are_refused_rather_than_put_beside_other_questions():
    made = asked()
    with pytest.raises(ValueError, match="answered"):
        beside(made, [knows(turns) for turns in made.turns()][:-1])


def test_an_answer_of_the_gate_is_read_turn_by_turn():
    reading = {
        "level": 3,
        "action": "alarm",
        "probability": 0.9,
        "topics": ["means"],
        "spans": [[0, 3, "r1"], [4, 5, "r1"]],
    }
    found = answer({"readings": [reading], "talk": [{"level": 3, "action": "alarm"}]})
    assert found.messages == (Said(Level.DANGER, Action.ALARM, 0.9, ("r1",)),)
    assert found.talk == (Action.ALARM,)


def test_a_report_can_be_written_read_again_and_is_plain_json():
    found = built()
    text = report.as_text(found)
    assert "\n\n" not in text
    assert report.from_text(text) == json.loads(text) == found
    with pytest.raises(ValueError, match="no report"):
        report.from_text('{"kind": "recipe"}')


def test_the_rivals_stand_beside_it_in_both_languages():
    assert set(built()["rivals"]) == {"en", "nl"}
    assert set(built()["rivals"]["nl"]) == {"keywords", "length"}


def test_an_answer_is_asked_after_its_question_and_in_its_language():
    material = asked().material()
    assert [(each["language"], each["asked"]) for each in material[-10:]] == [("en", ["thoughts"])] * 5 + [
        ("nl", ["thoughts"])
    ] * 5
    assert all("asked" not in each for each in material[:-10])
    assert [tuple(each["turns"]) for each in material] == asked().turns()


def test_a_yes_that_was_not_heard_and_a_no_that_alarmed_are_cases():
    made = asked()
    told = [knows(turns) for turns in made.turns()]
    swapped = [
        *told[:-10],
        *(knows(("talk imminent",)) if each.talk[0] is Action.NONE else deaf(each) for each in told[-10:]),
    ]
    found = report.build(beside(made, swapped), AROUND, STAMP)
    cases = {each["id"]: each["kind"] for each in found["cases"] if each["id"].startswith("answer-en")}
    assert cases == {
        "answer-en/yes": "missed",
        "answer-en/unsure": "missed",
        "answer-en/past": "false-alarm",
        "answer-en/no": "false-alarm",
        "answer-en/None": "false-alarm",
    }
    shares = {(each["name"], each["part"]): each["found"] for each in found["bars"]}
    assert (shares["answers", "en"], shares["noes", "en"]) == (0.0, 1.0)
