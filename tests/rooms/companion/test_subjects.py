"""The subjects that people bring up: in both languages, decently worded, and with people first where it is grave."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from samen.rooms.companion import compiler, library, proving, saying
from samen.rooms.companion.inference import player
from samen.rooms.companion.inference.player import Given, Heard, Here, State
from samen.rooms.companion.inference.understand import Index
from samen.rooms.companion.saying import Book

CONTENT = Path(compiler.__file__).parent / "content"
LANGUAGES = ("en", "nl")
# The themes of the facts' sheet, section 4, that a program must leave to people.
GRAVE = ("dark-thoughts", "method", "abuse", "other-danger", "self-harm", "double-dose", "minor")
TODAY = ("voices", "followed", "mania", "eating", "postpartum")


@cache
def never():
    return compiler.banned(tomllib.loads((CONTENT / "rules" / "banned.toml").read_text()))


@cache
def subjects():
    files = sorted((CONTENT / "rules" / "intents").glob("*.toml"))
    return tuple(each for file in files for each in library.intents_of(tomllib.loads(file.read_text())))


@cache
def book():
    modules = [library.module_of(file.read_bytes()) for file in sorted((CONTENT / "modules").glob("*.toml"))]
    return library.library(modules, subjects())


def by_id(name):
    return next(each for each in subjects() if each.id == name)


@cache
def here(language):
    return Here(language, book(), Index({each.id: each.like[language] for each in subjects()}))


def play(*given, language="en"):
    """Play turns; a text after ">" is typed, anything else is pressed."""
    state, reply = State(), None
    for each in given:
        what = Given(typed=each[1:]) if each.startswith(">") else Given(pressed=each)
        state, reply = player.turn(state, what, Heard(), here(language))
    return state, reply


def said(reply, language):
    return " ".join(saying.text(Book(book(), language, {}), each.key, each.values) for each in reply.says)


def answers(name, language):
    return [each[language].casefold() for each in by_id(name).say]


def problems(subject, modules=frozenset()):
    return {each.key for each in compiler.check_subjects([subject], modules or subject.modules, never())}


def test_nothing_is_wrong_with_the_subjects_that_are_shipped():
    modules = {file.stem for file in (CONTENT / "modules").glob("*.toml")}
    assert compiler.check_subjects(subjects(), modules, never()) == []


def test_there_are_at_least_seventy_subjects_with_fifteen_phrases_each_on_average():
    assert len(subjects()) >= 70
    for language in LANGUAGES:
        assert sum(len(each.like[language]) for each in subjects()) >= 15 * len(subjects())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"like": {"en": ("i am cold",), "nl": ("ik heb het koud",)}}, "few_phrases"),
        ({"say": ({"en": "It is cold here.", "nl": "Het is hier koud."},)}, "few_answers"),
        ({"say": ({"en": "It is cold here."}, {"en": "So it is.", "nl": "Zo is het."})}, "no_words"),
        ({"say": ({"en": "Ha.", "nl": "Ha."}, {"en": "So it is.", "nl": "Zo is het."})}, "not_translated"),
        ({"say": ({"en": "Hello {name}.", "nl": "Dag {name}."}, {"en": "So.", "nl": "Zo is het."})}, "blank_in_answer"),
        (
            {"say": ({"en": "I feel sad with you.", "nl": "Dat is zwaar."}, {"en": "So.", "nl": "Zo is het."})},
            "banned.feelings",
        ),
        (
            {"say": ({"en": "That is hard.", "nl": "Je hebt een depressie."}, {"en": "So.", "nl": "Zo is het."})},
            "banned.diagnosis",
        ),
        ({"say": ({"en": "word " * 70, "nl": "Dat is zwaar."}, {"en": "So.", "nl": "Zo is het."})}, "too_long"),
        (
            {
                "say": (
                    {
                        "en": "Institutional accountability mechanisms necessitate comprehensive organisational "
                        "documentation procedures regarding psychological rehabilitation.",
                        "nl": "Dat is zwaar.",
                    },
                    {"en": "So.", "nl": "Zo is het."},
                )
            },
            "hard_to_read",
        ),
        ({"label": {"en": "You feel low"}}, "no_words"),
    ],
)
def test_a_subject_that_could_do_harm_is_refused_with_the_reason(change, problem):
    assert problems(by_id("sadness")) == set()
    assert problem in problems(replace(by_id("sadness"), **change))


def test_a_module_that_is_not_there_is_named():
    assert problems(by_id("sleep"), modules={"sleep"}) == {"no_such_module"}


def test_a_phrase_that_two_subjects_claim_and_a_name_that_two_have_are_refused():
    first, second = by_id("sadness"), by_id("sleep")
    like = {"en": (*second.like["en"], "I FEEL SAD!"), "nl": second.like["nl"]}
    found = compiler.check_subjects([first, replace(second, like=like)], [*first.modules, *second.modules], never())
    assert [(each.key, each.where) for each in found] == [("phrase_shared", "sleep")]
    twice = compiler.check_subjects([second, second], second.modules, never())
    assert "subject_twice" in {each.key for each in twice}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_holds_a_number_to_call_as_these_come_from_the_dated_directory(language):
    for each in subjects():
        for words in each.say:
            assert not re.search(r"\d{3}", words[language]), each.id


@pytest.mark.parametrize("name", GRAVE)
def test_what_is_grave_leads_to_help_now_in_each_answer(name):
    assert (by_id(name).does, by_id(name).leads) == ("care", "help")
    for answer in answers(name, "en"):
        assert re.search("get help now|the line|child line|violence line|doctor", answer)
    for answer in answers(name, "nl"):
        assert re.search("nu hulp|hulplijn|lijn voor geweld|kindertelefoon|arts|dokter", answer)


@pytest.mark.parametrize("name", TODAY)
def test_what_needs_a_human_today_leads_to_one(name):
    assert (by_id(name).does, by_id(name).leads) == ("care", "human")


@pytest.mark.parametrize("name", ["voices", "followed"])
def test_with_voices_and_being_followed_it_neither_confirms_nor_argues_and_asks_about_sleep_and_safety(name):
    for language, asks, sides in (
        (
            "en",
            "(sleep|slept).*|safe",
            "not real|imagin|in your head|are really|is true|prove that|delusion|hallucinat",
        ),
        (
            "nl",
            "(slaap|sliep|geslapen).*|veilig",
            "niet echt|verbeeld|tussen je oren|is waar|waanbeeld|waan|hallucinat",
        ),
    ):
        for answer in answers(name, language):
            assert re.search(asks, answer)
            assert re.search("today|vandaag", answer)
            assert not re.search(sides, answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_for_certainty_gets_none_and_is_asked_to_wait(language):
    for answer in answers("reassurance", language):
        assert not re.search(
            r"\b(don’t worry|it is fine|you are safe|nothing is wrong|geen zorgen|het is goed)\b", answer
        )
    assert re.search("quarter of an hour|kwartier", answers("reassurance", language)[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_eating_no_weight_and_no_tip_is_given_and_the_body_goes_to_a_doctor_today(language):
    for answer in answers("eating", language):
        assert not re.search(r"\d|kilo|calor|\bdiet\b|dieet", answer)
        assert re.search("doctor today|vandaag (naar )?een dokter", answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bereavement_is_met_without_a_technique_first(language):
    assert not re.search("exercise|oefening|step|stap", " ".join(answers("bereavement", language)))
    assert not {"thought-record", "behavioural-activation", "problem-solving"} & set(by_id("bereavement").modules)


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_too_much_medicine_the_emergency_number_or_a_doctor_goes_first(language):
    for answer in answers("double-dose", language):
        assert re.search("emergency number|noodnummer", answer[:120])
        assert not re.search("vomit|braken|overgeven|drink ", answer)


def test_the_first_way_out_of_what_is_grave_is_a_human():
    for name in (*GRAVE, *TODAY):
        _, reply = play("", f"i:{name}")
        assert reply.buttons[0] == "human"
        assert reply.leads in ("help", "human")


def test_every_subject_can_be_met_in_both_languages_and_ends_nowhere():
    for language in LANGUAGES:
        for each in subjects():
            _, reply = play("", f">{each.like[language][0]}", language=language)
            assert reply.buttons, each.id
            assert said(reply, language).strip(), each.id


def test_saying_the_same_thing_again_gives_other_words():
    _, first = play("", ">i feel sad")
    _, second = play("", ">i feel sad", ">i feel sad")
    assert said(first, "en") != said(second, "en")


def test_what_steers_the_talk_breaks_into_an_answer_only_in_so_many_words():
    into = ("", "m:worry-time", "go", "s:5", "go")
    _, asked = play(*into)
    assert asked.field == "text"
    for typed in ("stop", "I want to talk to a human", "not now", "show me the menu"):
        _, reply = play(*into, f">{typed}")
        assert reply.took is None, typed
    for typed in (
        "I want to stop smoking before my son is born",
        "that I have to talk to a real person at the tax office about my debts",
        "I keep telling myself to do it later and then I never do",
        "I am a failure and what are you supposed to do with someone like me",
    ):
        _, reply = play(*into, f">{typed}")
        assert reply.took is not None, typed


def test_a_yes_or_go_on_moves_a_screen_that_only_tells_something():
    _, there = play("", "m:worry-time")
    assert there.buttons == ("go",)
    for typed in ("ok", "yes", "go on", "next"):
        _, reply = play("", "m:worry-time", f">{typed}")
        assert reply.node == "worry-time/often", typed


def test_a_phrasing_counts_as_well_only_when_the_right_subject_was_taken_or_offered_or_danger_was_heard_in_what_is_grave():
    def verdict(subject, meant="", buttons=(), level=0):
        piece = proving.Piece("phrase", "t", "en", {}, {"intent": subject})
        reply = {"meant": meant, "buttons": list(buttons), "level": level}
        return proving.judge(piece, {"played": [reply]}, book(), never())

    assert verdict("sleep", "sleep").well
    assert verdict("sleep", buttons=["i:worry", "i:sleep"]).well
    assert not verdict("sleep", buttons=["i:worry"]).well
    assert verdict("sleep", "worry").sure
    assert not verdict("sleep", level=3).well
    assert verdict("self-harm", level=3).well
    assert verdict("").well
    assert verdict("", "sleep").sure


@pytest.mark.parametrize(
    ("language", "title", "asked"),
    [("en", "worry time", "I want to do worry time"), ("nl", "piekertijd", "ik wil de piekertijd doen")],
)
def test_an_exercise_is_begun_by_its_title_and_asked_back_when_the_title_stands_in_a_sentence(language, title, asked):
    _, reply = play("", f">{title}", language=language)
    assert reply.node == "worry-time/start"
    _, reply = play("", f">{asked}", language=language)
    assert reply.buttons[0] == "m:worry-time"
    _, reply = play("", f">{asked}", f">{'yes' if language == 'en' else 'ja'}", language=language)
    assert reply.node == "worry-time/start"


def test_who_does_not_understand_a_question_is_told_how_to_go_on_and_finds_it_again():
    _, reply = play("", "m:worry-time", "go", ">what do you mean?")
    assert {key.key.split("/")[1] for key in reply.says} == {"unclear"}
    assert "resume:worry-time" in reply.buttons


def test_asking_back_six_times_in_a_row_is_done_in_other_words_each_time():
    unsure = [">I can't sleep. I have debts."] * 6
    keys = []
    for number in range(1, len(unsure) + 1):
        _, reply = play("", *unsure[:number])
        assert reply.buttons[0].startswith("i:"), unsure[number - 1]
        keys.append(reply.says[-1].key)
    assert len(set(keys)) == len(keys)
    assert all(key.startswith("companion.frame.meant.") for key in keys)
