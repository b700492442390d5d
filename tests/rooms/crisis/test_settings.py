"""What a talk is about holds for its next turns: a story, a game, work in care; and never hides what somebody says of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from samen.rooms.crisis.inference import detect, grammar, listen, talk
from samen.rooms.crisis.inference.lexicon import LANGUAGES
from samen.rooms.crisis.inference.rules import rules
from samen.rooms.crisis.reading import Action, Level, Reading

RULES = ("rules",)
NURSE = {"en": "Nurse here, on nights.", "nl": "Verpleegkundige hier, nachtdienst."}
PATIENT = {"en": "One man says that he wants to die", "nl": "Een man zegt dat hij dood wil"}
MYSELF = {"en": "I want to die", "nl": "Ik wil dood"}


def heard(*turns: str, language: str = "en", layers: tuple[str, ...] = RULES) -> talk.State:
    state = talk.State()
    for text in turns:
        _, state = listen.hear(state, text, language, layers)
    return state


def reached(text: str, language: str, held: tuple[str, ...] = ()) -> int:
    return max((int(hit.level) for hit in grammar.parse(text, language, held).hits), default=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_a_patient_is_no_alarm_once_somebody_said_that_they_are_a_nurse(language):
    held = talk.held(heard(NURSE[language], language=language))
    assert held == (f"{language}.set.care",)
    assert reached(PATIENT[language], language) >= Level.DANGER
    assert reached(PATIENT[language], language, held) <= Level.DISTRESS


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_nurse_says_of_herself_stays_as_grave_as_it_is(language):
    held = talk.held(heard(NURSE[language], language=language))
    assert reached(MYSELF[language], language, held) == reached(MYSELF[language], language) >= Level.DANGER


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_works_in_care_is_heard_in_the_same_message_too(language):
    assert reached(f"{NURSE[language]} {MYSELF[language]}.", language) >= Level.DANGER


def test_the_person_of_a_story_may_say_i():
    held = talk.held(heard("We rehearse act five tonight"))
    assert reached("I stab myself", "en") >= Level.DANGER
    assert reached("I stab myself", "en", held) <= Level.DISTRESS


def test_in_a_story_the_model_may_ask_and_not_alarm():
    grave = "I have decided to kill myself tonight, the pills are ready"
    scored = detect.scores(grammar.parse(grave, "en"), ("rules", "model"))
    assert scored is not None
    assert scored[1].danger >= scored[1].alarm
    assert detect.read(grave, "en", ("model",)).action is Action.ALARM
    assert detect.read(grave, "en", ("model",), held=("en.set.story",)).action is Action.ASK


def test_a_setting_of_some_topics_leaves_the_model_alone():
    grave = "I have decided to kill myself tonight, the pills are ready"
    assert rules("en").settings["en.set.end-of-work"].only
    assert detect.read(grave, "en", ("model",), held=("en.set.end-of-work",)).action is Action.ALARM


GRAVE = {"en": "the bottle of pills is on the bed next to me", "nl": "het touw ligt klaar op zolder"}
FEAR = {"en": "I am scared of dying", "nl": "Ik ben bang om dood te gaan"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_telling_turn_the_model_alone_alarms_only_when_near_certain(language, monkeypatch):
    alone = detect.read(GRAVE[language], language, ("model",))
    assert alone.action is Action.ALARM
    fear = heard(FEAR[language], language=language)
    assert fear.settings == ()
    monkeypatch.setattr(detect, "NEAR_CERTAIN", alone.probability - 0.001)
    assert listen.hear(fear, GRAVE[language], language, ("model",))[0].action is Action.ALARM
    monkeypatch.setattr(detect, "NEAR_CERTAIN", alone.probability + 0.001)
    assert listen.hear(fear, GRAVE[language], language, ("model",))[0].action is Action.ASK
    plain = heard("ok", language=language)
    assert listen.hear(plain, GRAVE[language], language, ("model",))[0].action is Action.ALARM


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_telling_turn_what_a_sure_rule_hears_still_alarms(language):
    assert detect.read(MYSELF[language], language, RULES, careful=True).action is Action.ALARM


def test_care_after_a_telling_turn_ends_some_turns_later_and_with_a_long_pause():
    calm = ["ok"] * (talk.HELD_TURNS - 1)
    assert heard(FEAR["en"], *calm).careful == 1
    assert heard(FEAR["en"], *calm, "ok").careful == 0
    start = datetime(2026, 11, 26, tzinfo=UTC)
    _, fear = listen.hear(talk.State(), FEAR["en"], "en", RULES, at=start)
    soon, late = timedelta(hours=talk.HELD_HOURS), timedelta(hours=talk.HELD_HOURS, seconds=1)
    assert listen.hear(fear, "hm", "en", RULES, at=start + soon)[1].careful
    assert not listen.hear(fear, "hm", "en", RULES, at=start + late)[1].careful
    assert talk.of_plain(talk.to_plain(fear)) == fear


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_long_rest_the_next_message_is_read_as_the_first_of_a_talk(language):
    start = datetime(2026, 11, 26, tzinfo=UTC)
    _, nurse = listen.hear(talk.State(), NURSE[language], language, at=start)
    assert nurse.settings
    assert nurse.course.turns
    late = talk.rested(nurse, start + timedelta(hours=talk.HELD_HOURS, seconds=1))
    assert (late.settings, late.course.turns, late.peak) == ((), 0, nurse.peak)
    assert talk.rested(nurse, start + timedelta(hours=talk.HELD_HOURS)) == talk.rested(nurse, None) == nurse
    reading, _ = listen.hear(nurse, PATIENT[language], language, RULES, at=start + timedelta(hours=5))
    assert reading.level == detect.read(PATIENT[language], language, RULES).level


def test_after_a_telling_turn_questions_do_not_add_up():
    unclear = Reading(Level.UNCLEAR, Action.ASK, 0.6, (), (), "en", "model")
    plain, fear = heard("ok"), heard(FEAR["en"])
    assert talk.fold(talk.fold(plain, unclear), unclear).action is Action.ALARM
    assert talk.fold(talk.fold(fear, unclear), unclear).action is Action.ASK


def test_a_turn_that_is_harmless_in_no_telling_way_changes_nothing():
    assert not grammar.parse("Can you help me with this form?", "en").telling


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("een man die tegen me zei ik wil dood", False),
        ("mijn moeder zegt ik wil dood", False),
        ("mijn moeder, 80, zegt ik wil dood", False),
        ("hij zei dat ik dood moet", True),
        ("ik zei ik wil dood", True),
        ("hij zei nog ik kom zo maar ik wil dood", True),
        ("toen zei ze niks en ik wil dood", True),
    ],
)
def test_in_dutch_words_of_another_need_no_colon(text, own):
    said = grammar.parse(text, "nl").said
    place = len(said.words) - 1 - said.words[::-1].index("ik")
    assert grammar.of_self(said, place, place + 1) is own


def test_a_setting_ends_some_turns_after_it_was_named():
    calm = ["ok"] * (talk.HELD_TURNS - 1)
    assert talk.held(heard("I play the ghost in our play", *calm)) == ("en.set.story",)
    assert talk.held(heard("I play the ghost in our play", *calm, "ok")) == ()


def test_a_setting_ends_with_a_long_pause():
    start = datetime(2026, 11, 26, tzinfo=UTC)
    _, state = listen.hear(talk.State(), NURSE["en"], "en", RULES, at=start)
    soon, late = timedelta(hours=talk.HELD_HOURS), timedelta(hours=talk.HELD_HOURS, seconds=1)
    assert talk.held(listen.hear(state, "hm", "en", RULES, at=start + soon)[1])
    assert not talk.held(listen.hear(state, "hm", "en", RULES, at=start + late)[1])


def test_a_kept_state_knows_its_settings_and_one_from_before_has_none():
    state = heard(NURSE["en"])
    plain = talk.to_plain(state)
    assert talk.of_plain(plain) == state
    assert talk.held(talk.of_plain({name: value for name, value in plain.items() if name != "settings"})) == ()


def test_a_setting_that_no_rule_knows_any_more_holds_nothing():
    assert reached(PATIENT["en"], "en", ("en.set.gone",)) >= Level.DANGER


@pytest.mark.parametrize(
    ("repeated", "own"),
    [
        ("You asked if I have thoughts of suicide", "You asked if I have thoughts of suicide and yes I do"),
        ("Je vroeg of ik aan zelfmoord denk", "Je vroeg of ik aan zelfmoord denk en ja, elke dag"),
    ],
)
def test_who_repeats_what_was_asked_has_not_said_it(repeated, own):
    language = "en" if repeated.startswith("You") else "nl"
    assert reached(repeated, language) == Level.UNCLEAR
    assert reached(own, language) >= Level.DANGER


@pytest.mark.parametrize(
    ("reported", "own"),
    [
        ("He said: I want to die", "I said: I want to die"),
        ("Ze zei vanmorgen: ik wil dood", "Ik zei vanmorgen: ik wil dood"),
    ],
)
def test_words_of_another_behind_a_colon_are_not_ones_own(reported, own):
    language = "en" if reported.startswith("He") else "nl"
    held = talk.held(heard(NURSE[language], language=language))
    assert reached(reported, language, held) <= Level.DISTRESS
    assert reached(own, language, held) >= Level.DANGER
    assert (
        reached(reported, language) >= Level.DANGER
    )  # somebody is in danger all the same, where nothing else is known


def test_a_nurse_who_speaks_of_herself_is_heard_by_the_model_too():
    own, other = "I have decided to kill myself tonight, the pills are ready", "he has decided to kill himself tonight"
    assert detect.read(own, "en", ("model",), held=("en.set.care",)).action is Action.ALARM
    assert detect.read(other, "en", ("model",)).action is Action.ALARM
    assert detect.read(other, "en", ("model",), held=("en.set.care",)).action is Action.ASK


@pytest.mark.parametrize(("text", "own"), [('he wrote "I want to die"', False), ("he wrote and I want to die", True)])
def test_quoted_words_are_not_ones_own(text, own):
    said = grammar.read(text, "en")
    place = said.words.index("i")
    assert grammar.of_self(said, place, place + 1) is own
