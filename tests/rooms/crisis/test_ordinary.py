"""Thousands of ordinary messages from a pool and a grammar."""

import tomllib
from pathlib import Path

import pytest

from samen.rooms.crisis.training.ordinary import Grammar, NotEnough, messages, read_grammar

CORPUS = Path(__file__).parents[3] / "samen/rooms/crisis/content/corpus/ordinary"
SMALL = {
    "written": ["hello"],
    "slots": {"day": ["Monday", "Friday"], "who": ["mum", "dad"]},
    "template": [{"text": "{who} comes {day}"}],
}


def of(language: str) -> Grammar:
    return read_grammar(tomllib.loads((CORPUS / f"{language}.toml").read_text()))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_language_gives_five_thousand_different_messages(language: str):
    found = messages(of(language), 5000, seed=1)
    assert len(set(found)) == 5000
    assert not [text for text in found if "{" in text or "  " in text]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_language_has_a_pool_that_a_person_wrote_and_all_of_it_is_used(language: str):
    grammar = of(language)
    assert len(grammar.written) >= 250
    assert set(grammar.written) <= set(messages(grammar, 1000, seed=3))


def test_the_same_seed_gives_the_same_messages_and_another_gives_others():
    assert messages(of("nl"), 600, seed=7) == messages(of("nl"), 600, seed=7)
    assert set(messages(of("nl"), 600, seed=7)) != set(messages(of("nl"), 600, seed=8))


def test_each_template_has_its_share():
    grammar = read_grammar(SMALL | {"template": [{"text": "{who} comes {day}"}, {"text": "see {who} on {day}"}]})
    found = messages(grammar, 5, seed=1)
    assert sorted(text.startswith("see") for text in found) == [False, False, False, True, True]


def test_more_messages_than_there_are_is_said_and_never_made_up_by_repeating():
    assert set(messages(read_grammar(SMALL), 5, seed=1)) == {
        "hello",
        "mum comes Monday",
        "mum comes Friday",
        "dad comes Monday",
        "dad comes Friday",
    }
    with pytest.raises(NotEnough, match="hold 5"):
        messages(read_grammar(SMALL), 6, seed=1)


def test_a_slot_that_nothing_fills_is_named():
    with pytest.raises(ValueError, match="whom"):
        read_grammar(SMALL | {"template": [{"text": "{whom} comes"}]})
