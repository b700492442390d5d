"""A talk is the same every time, loses nothing, asks nothing twice, and puts danger before everything else."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from samen.rights.words import Gathered
from samen.rooms.companion import compiler, library, saying
from samen.rooms.companion.inference import player, reply, walker
from samen.rooms.companion.inference.player import Given, Heard, Here, Place, State
from samen.rooms.companion.inference.understand import Index
from samen.rooms.companion.library import Intent
from samen.rooms.companion.saying import Book

MODULE = Path(compiler.__file__).parent / "content" / "modules" / "worry-time.toml"
STOP = Intent(
    "stop",
    {"en": "Stop", "nl": "Stoppen"},
    {"en": ("stop it now",), "nl": ("stop er nu mee",)},
    does="stop",
    interrupts=True,
)
SAD = Intent(
    "sad",
    {"en": "You feel low", "nl": "Je bent somber"},
    {"en": ("I feel so sad today",), "nl": ("ik voel me zo somber vandaag",)},
    say=({"en": "That is heavy.", "nl": "Dat is zwaar."}, {"en": "A heavy day.", "nl": "Een zware dag."}),
    modules=("worry-time",),
)
BLOCK = Heard(4, "alarm", ("crisis.imminent.self.acknowledge", "crisis.imminent.self.now"), "suicide", {"n": 1})


def book_of(raw=None):
    module = library.module_of(MODULE.read_bytes()) if raw is None else library.read(raw)
    return library.library([module], [STOP, SAD])


def here(language="en", raw=None):
    known = book_of(raw)
    return Here(language, known, Index({each.id: each.like[language] for each in known.intents.values()}))


def play(*given, language="en", heard=None, place=None):
    """Play turns; a text after ">" is typed, anything else is pressed. Every state goes to the disk and back."""
    where, state, reply = place or here(language), State(), None
    for each in given:
        what = Given(typed=each[1:]) if each.startswith(">") else Given(pressed=each)
        state, reply = player.turn(state, what, (heard or {}).get(each, Heard()), where)
        state = player.of_plain(player.to_plain(state))
    return state, reply


def texts(reply, language="en", typed=None):
    return [saying.text(Book(book_of(), language, typed or {}), each.key, each.values) for each in reply.says]


def test_it_begins_by_saying_what_it_is_also_to_who_types_at_once():
    for first in ("", ">hello there"):
        _, reply = play(first)
        assert texts(reply)[0].startswith("Hello. This is a program, not a person.")


def test_the_same_turns_give_the_same_talk():
    turns = ("", "m:worry-time", "go", "s:7", "go", ">my job", "go", "c:no", "go")
    assert play(*turns) == play(*turns)


def test_what_was_answered_comes_back_in_the_words_of_the_person_and_stands_nowhere_in_the_state():
    state, reply = play("", "m:worry-time", "go", "s:7", "go", ">my job")
    assert texts(reply, typed={6: "my job"}) == [
        "It is on paper now: my job. A worry that is written down need not be held on to."
    ]
    assert "my job" not in str(player.to_plain(state))


def test_whoever_keeps_an_answer_to_themselves_goes_on_all_the_same():
    _, reply = play("", "m:worry-time", "go", "s:7", "go", "keep")
    assert "what you have in mind" in texts(reply)[0]


def test_a_number_or_a_button_may_be_typed_in_words():
    _, reply = play("", "m:worry-time", "go", ">about seven", "go", ">x", "go", ">out of my hands")
    assert reply.node == "worry-time/out"


def test_danger_goes_before_everything_and_the_exercise_waits_at_its_place():
    talk = ("", "m:worry-time", "go", "s:7", "go", ">I will end it")
    _, reply = play(*talk, heard={">I will end it": BLOCK})
    assert (reply.level, reply.numbers, reply.leads) == (4, "suicide", "help")
    assert reply.took is None
    assert reply.buttons[:2] == ("human", "resume:worry-time")
    _, reply = play(*talk, "resume:worry-time", heard={">I will end it": BLOCK})
    assert reply.node == "worry-time/worry"


def test_danger_in_the_very_first_message_is_answered_before_the_introduction():
    _, reply = play(">I will end it", heard={">I will end it": BLOCK})
    assert [each.key for each in reply.says][:2] == list(BLOCK.keys)
    assert reply.says[-1].key == "companion.frame.start"


@pytest.mark.parametrize("between", ["later", "human", "hall", "guide", "what", ">stop it now"])
def test_whatever_comes_between_nothing_is_asked_twice(between):
    before = ("", "m:worry-time", "go", "s:7", "go", ">my job", "go")
    state, _ = play(*before, between, "resume")
    assert state.known["worry-time"] == {"often": 7, "worry": "@6"}


def test_stopping_lets_go_and_later_keeps_the_place():
    before = ("", "m:worry-time", "go", "s:7")
    assert play(*before, "later")[0].aside
    assert not play(*before, "stop")[0].aside


def test_after_two_misunderstandings_buttons_and_a_human_are_offered():
    _, reply = play("", "m:worry-time", "go", ">qwrt", ">zxcv")
    assert reply.leads == "human"
    assert "human" in reply.buttons
    assert "s:0" in reply.buttons


def test_a_button_of_an_earlier_moment_does_nothing_but_show_where_the_talk_is():
    state, reply = play("", "m:worry-time", "go", "s:7", "s:3")
    assert state.known["worry-time"]["often"] == 7
    assert reply.node == "worry-time/some"


@pytest.mark.row("K1.8")
def test_a_subject_that_is_not_sure_is_asked_back_and_a_yes_takes_it():
    _, reply = play("", ">today something felt sad")
    assert reply.buttons == ("i:sad", "other", "human")
    _, reply = play("", ">today something felt sad", ">yes")
    assert "m:worry-time" in reply.buttons


def test_the_same_subject_again_and_again_is_never_answered_in_the_same_words():
    said = []
    for turns in range(1, 7):
        _, reply = play("", *[">I feel so sad today"] * turns)
        said += [each.key for each in reply.says]
    assert len(said) == len(set(said))


@pytest.mark.row("K5.1")
def test_now_and_then_it_says_again_what_it_is():
    _, reply = play("", *["hall"] * 11)
    assert any("frame.reminder" in each.key for each in reply.says) or any(
        "frame.reminder" in each.key for each in play("", *["hall"] * 12)[1].says
    )


def changed(rename=None, drop=None):
    raw = tomllib.loads(MODULE.read_text())
    raw["version"] = 2
    if rename:
        raw["renamed"] = rename
        for each in raw["screen"]:
            each["id"] = {old: new for old, new in rename.items()}.get(each["id"], each["id"])
            for way in [*each.get("ways", []), *each.get("choice", [])]:
                if way.get("to") in rename:
                    way["to"] = rename[way["to"]]
    return raw


def test_a_module_that_changed_in_the_middle_is_entered_at_the_same_place_under_its_new_name():
    state, _ = play("", "m:worry-time", "go", "s:7", "go", ">my job", "go")
    newer = here(raw=changed(rename={"sort": "sorting"}))
    state, _ = player.turn(state, Given(pressed="what"), Heard(), newer)
    state, reply = player.turn(state, Given(pressed="resume"), Heard(), newer)
    assert reply.node == "worry-time/sorting"
    assert any(each.key == "companion.frame.changed" for each in reply.says)
    assert state.known["worry-time"] == {"often": 7, "worry": "@6"}


def test_a_screen_that_is_gone_leads_to_the_first_question_that_is_open():
    state, _ = play("", "m:worry-time", "go", "s:7", "go", ">my job", "go", "c:no")
    raw = tomllib.loads(MODULE.read_text())
    raw["version"] = 2
    raw["screen"] = [each for each in raw["screen"] if each["id"] != "out"]
    for each in raw["screen"]:
        for choice in each.get("choice", []):
            choice["to"] = "unsure" if choice.get("to") == "out" else choice.get("to", "")
    newer = here(raw=raw)
    state, _ = player.turn(state, Given(pressed="what"), Heard(), newer)
    state, reply = player.turn(state, Given(pressed="resume"), Heard(), newer)
    assert state.known["worry-time"]["worry"] == "@6"
    assert reply.node not in ("worry-time/often", "worry-time/worry", "hall")


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("interrupts", [False, True])
def test_walks_by_chance_end_and_say_nothing_twice(language, interrupts):
    for seed in range(6):
        found = walker.walk(here(language), "worry-time", seed, interrupts=interrupts)
        assert found["ended"]
        assert not found["repeats"] + found["lost"] + found["stuck"]


def standing_at_choices(language):
    """Give the state at each screen with choices, and each of its choices with the words on it."""
    module = book_of().exercises["worry-time"]
    for name, screen in module.screens.items():
        for choice in screen.choices:
            yield State(turn=3, place=Place(module.id, module.version, name)), choice.id, choice.label[language]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_words_on_a_button_are_that_button_when_they_are_typed_and_no_danger_is_read_into_them(language):
    found = list(standing_at_choices(language))
    assert len(found) >= 6
    for state, choice, label in found:
        assert player.offered(state, f" {label.upper()} ", here(language)) == f"c:{choice}"
        asked = reply.Asked("", label, language, book_of(), False, player.to_plain(state))
        value = reply.infer(Gathered((), asked), lambda *_: (4, BLOCK)).value
        assert value["action"] == "none"


def test_other_words_at_a_button_go_to_the_ear():
    state, _, _ = next(standing_at_choices("en"))
    assert player.offered(state, "I want to die", here()) == ""
    asked = reply.Asked("", "I want to die", "en", book_of(), False, player.to_plain(state))
    assert reply.infer(Gathered((), asked), lambda *_: (4, BLOCK)).value["action"] == "alarm"


# --- the words of a button outside an exercise ---

DANGER = {"en": "I want to die", "nl": "Ik wil dood"}


def ear(text_of_danger):
    """Hear danger in one text; after it the talk stays at it, as the crisis room's ear does."""

    def listens(before, text, language, human_there):
        level = 4 if text == text_of_danger else 0
        said = level or before.get("n")
        return level, (BLOCK if said else Heard(state=dict(before)))

    return listens


def talk_of(language, *given):
    """Play turns as the system does, with an ear; give the last finding's value."""
    state, value = {}, {}
    for each in given:
        pressed, typed = ("", each[1:]) if each.startswith(">") else (each, "")
        asked = reply.Asked(pressed, typed, language, book_of(), False, state)
        value = reply.infer(Gathered((), asked), ear(DANGER[language])).value
        state = {**value["state"], "known": {}}
    return value


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("button", ["resume:worry-time", "human", "hall", "later", "stop", "what"])
def test_after_danger_the_words_of_a_button_are_that_button_when_they_are_typed(language, button):
    label = saying.label(Book(book_of(), language, {}), button, "hall")
    before = ("", "m:worry-time", "go", f">{DANGER[language]}")
    assert talk_of(language, *before)["action"] == "alarm"
    pressed = talk_of(language, *before, button)
    assert pressed["action"] == "none"
    for typed in (label, f"  {label.upper()}. ", label.replace(":", "")):
        assert talk_of(language, *before, f">{typed}") == pressed


@pytest.mark.parametrize("language", ["en", "nl"])
def test_after_danger_all_other_words_still_go_to_the_ear(language):
    label = saying.label(Book(book_of(), language, {}), "resume:worry-time", "hall")
    for typed in (f"{label} {DANGER[language]}", DANGER[language], "?!", "worry"):
        said = talk_of(language, "", "m:worry-time", "go", f">{DANGER[language]}", f">{typed}")
        assert said["action"] == "alarm", typed


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_subject_that_was_asked_back_is_heard_when_it_is_typed(language):
    state = State(turn=3, asked_back=("i:sad",), offers=("i:sad", "other", "human"))
    assert player.offered(state, SAD.label[language], here(language)) == ""
    other = saying.label(Book(book_of(), language, {}), "other", "hall")
    assert player.offered(state, other, here(language)) == "other"


# --- a question about danger within an exercise ---

QUESTION = Heard(2, "ask", ("crisis.imminent.gentle.acknowledge", "crisis.imminent.gentle.ask"), "", {"n": 1})
UNCLEAR = ("", "m:worry-time", "go", "s:7", "go", ">I am so tired of it all")


def test_words_that_only_led_to_a_question_can_be_kept_as_the_answer():
    state, reply = play(*UNCLEAR, heard={UNCLEAR[-1]: QUESTION})
    assert (reply.took, reply.level) == (None, 2)
    state, reply = play(*UNCLEAR, ">no", "resume:worry-time", heard={UNCLEAR[-1]: QUESTION})
    assert reply.buttons[0] == "use"
    state, reply = play(*UNCLEAR, ">no", "resume:worry-time", "use", heard={UNCLEAR[-1]: QUESTION})
    assert state.known["worry-time"] == {"often": 7, "worry": "@6"}
    assert texts(reply, typed={6: "I am so tired of it all"})[0].startswith(
        "It is on paper now: I am so tired of it all."
    )
    assert state.written == 0


def test_who_writes_other_words_instead_is_not_offered_the_first_again():
    state, _ = play(*UNCLEAR, "resume:worry-time", ">my job", heard={UNCLEAR[-1]: QUESTION})
    assert state.known["worry-time"]["worry"] == "@8"
    assert state.written == 0
    state, _ = play(*UNCLEAR, "m:worry-time", heard={UNCLEAR[-1]: QUESTION})
    assert state.written == 0


def test_words_that_raised_an_alarm_are_no_answer_of_an_exercise():
    grave = {UNCLEAR[-1]: BLOCK}
    state, reply = play(*UNCLEAR, "resume:worry-time", heard=grave)
    assert "use" not in reply.buttons
    assert state.written == 0
    _, reply = play(*UNCLEAR, "resume:worry-time", "use", heard=grave)  # pressed on a page of before
    assert reply.node == "worry-time/worry"
    # An alarm after the question takes the offer back.
    _, reply = play(*UNCLEAR, ">yes", "resume:worry-time", heard={UNCLEAR[-1]: QUESTION, ">yes": BLOCK})
    assert "use" not in reply.buttons


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_yes_within_an_exercise_is_no_answer_to_a_question_about_danger(language):
    """The ear is told which texts may answer its question: those of the hall, until a button is pressed."""
    told = []

    def listens(before, text, language, human_there):
        told.append(before.get("open"))
        asks = replace(QUESTION, state={"open": ["thoughts", 2]})
        return (2, asks) if text == "x" else (0, replace(asks, keys=()))

    def talk(*given):
        state = {}
        for each in given:
            pressed, typed = ("", each[1:]) if each.startswith(">") else (each, "")
            asked = reply.Asked(pressed, typed, language, book_of(), False, state)
            state = {**reply.infer(Gathered((), asked), listens).value["state"], "known": {}}
        return told

    assert talk("", "m:worry-time", "go", "s:7", "go", ">x", ">yes")[-1] == ["thoughts", 2]
    assert talk("", "m:worry-time", "go", "s:7", "go", ">x", "resume:worry-time", ">yes")[-1] == []
    title = book_of().exercises["worry-time"].title[language]
    assert talk("", ">x", f">{title}", ">yes")[-2:] == [["thoughts", 2], []]
