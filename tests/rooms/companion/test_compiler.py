"""A module that would leave somebody stuck, speak one language, or say what may never be said is refused, with the reason."""

import tomllib
from copy import deepcopy
from pathlib import Path

import pytest

from samen.rooms.companion import compiler
from samen.rooms.companion.dialogue import BadModule, read
from samen.rooms.companion.store.modules import files, never
from samen.words import say

EXAMPLE = Path(compiler.__file__).parent / "content" / "modules" / "worry-time.toml"


def example():
    return deepcopy(tomllib.loads(EXAMPLE.read_text()))


def screen(raw, name):
    return next(each for each in raw["screen"] if each["id"] == name)


def problems(raw):
    try:
        return {each.key for each in compiler.check(read(raw), never())}
    except BadModule as wrong:
        return {each.key for each in wrong.problems}


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_every_module_that_is_shipped_can_be_met_by_a_person(file):
    module = read(tomllib.loads(file.read_text()))
    found = compiler.check(module, never())
    assert not found, "\n".join(
        f"{each.where}: {say(f'companion.problem.{each.key}', 'en', **each.values)}" for each in found
    )
    assert module.id == file.stem


def dead_end(raw):
    del screen(raw, "plan")["ways"]


def island(raw):
    raw["screen"].append(
        {"id": "island", "kind": "inform", "say": [{"en": "Here.", "nl": "Hier."}], "ways": [{"to": "end"}]}
    )


def circle(raw):
    screen(raw, "plan")["ways"] = [{"to": "review"}]


def nowhere(raw):
    screen(raw, "plan")["ways"] = [{"to": "gone"}]


def only_english(raw):
    del screen(raw, "plan")["say"][0]["nl"]


def same_words(raw):
    screen(raw, "end")["say"] = [{"en": "Stop.", "nl": "Stop."}]


def feels(raw):
    screen(raw, "end")["say"][0]["en"] = "I am so proud of you."


def diagnoses(raw):
    screen(raw, "end")["say"][0]["nl"] = "Je hebt een depressie."


def promises(raw):
    screen(raw, "end")["say"][0]["en"] = "It will get better."


def advises(raw):
    screen(raw, "end")["say"][0]["nl"] = "Stop met je medicijnen."


def long(raw):
    screen(raw, "end")["say"][0]["en"] = "This goes on. " * 25


def hard(raw):
    screen(raw, "end")["say"][0]["nl"] = (
        "Desalniettemin veronderstelt psychotherapeutische verantwoordelijkheid een geïnstitutionaliseerde "
        "samenwerkingsbereidheid tussen verschillende hulpverleningsorganisaties binnen gemeentelijke samenwerkingsgebieden."
    )


def unknown_blank(raw):
    screen(raw, "start")["say"][0]["en"] = "So it is {worry}."
    screen(raw, "start")["say"][0]["nl"] = "Het is dus {worry}."


def no_step(raw):
    raw["steps"].append("celebrate")


def no_source(raw):
    raw["sources"] = []


def impossible(raw):
    screen(raw, "often")["ways"][0]["when"] = "often >= 11"


def unreadable(raw):
    screen(raw, "often")["ways"][0]["when"] = "often is rather high"


def unasked(raw):
    raw["variable"]["mood"] = {"type": "scale", "en": "Mood", "nl": "Stemming"}


def misspelt(raw):
    screen(raw, "end")["sya"] = "x"


CASES = {
    "no_way_on": dead_end,
    "never_reached": island,
    "no_end": circle,
    "no_such_screen": nowhere,
    "no_words": only_english,
    "not_translated": same_words,
    "banned.feelings": feels,
    "banned.diagnosis": diagnoses,
    "banned.promise": promises,
    "banned.medication": advises,
    "too_long": long,
    "hard_to_read": hard,
    "not_yet_answered": unknown_blank,
    "step_missing": no_step,
    "no_source": no_source,
    "never_answered": impossible,
    "never_asked": unasked,
    "unknown_key": misspelt,
}


@pytest.mark.parametrize("key", sorted(CASES))
def test_a_bad_edit_is_refused_with_its_reason(key):
    raw = example()
    assert key not in problems(raw)
    CASES[key](raw)
    assert key in problems(raw)


def test_a_condition_that_cannot_be_read_is_refused():
    raw = example()
    unreadable(raw)
    assert problems(raw) & {"never_answered", "condition"}


def test_a_screen_to_which_the_talk_soon_comes_back_needs_more_ways_to_say_it():
    raw = example()
    screen(raw, "practice")["ways"] = [{"when": "often >= 9", "to": "return"}, {"to": "review"}]
    assert "says_again" in problems(raw)


def test_a_talk_about_change_needs_as_many_reflections_as_questions():
    raw = example()
    raw["motivational"] = True
    assert "reflections" in problems(raw)
