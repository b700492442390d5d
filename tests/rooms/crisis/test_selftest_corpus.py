"""The sealed messages and talks as values, and that they are what they say they are."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from samen.rooms.crisis.reading import Level, Topic
from samen.rooms.crisis.selftest.corpus import BadCorpus, Expect, messages, talks
from samen.rooms.crisis.selftest.measure import IMPLIED, SAID
from samen.rooms.crisis.training import material

ROOM = Path(__file__).parents[3] / "samen/rooms/crisis"
CORPUS = ROOM / "content/corpus"
FAMILY = {
    "id": "en-plan-1",
    "level": 4,
    "topic": "plan",
    "trap": "",
    "style": "chat",
    "reason": "A time.",
    "texts": ["tonight", "at nine"],
}
TALK = {"id": "t", "expect": "high", "by": 2, "reason": "r", "turns": ["hi", "I want to die"]}


def sealed(language: str):
    return messages(tomllib.loads((CORPUS / f"sealed/{language}.toml").read_text()), language)


def dialogues(language: str):
    return talks(tomllib.loads((CORPUS / f"dialogues/{language}.toml").read_text()), language)


def test_a_family_gives_its_texts_with_one_family_name():
    first, second = messages({"family": [FAMILY]}, "en")
    assert (first.family, second.family, second.text) == ("en-plan-1", "en-plan-1", "at nine")
    assert first.danger
    assert not first.harmless


@pytest.mark.parametrize(
    "change",
    [{"level": 7}, {"topic": "weather"}, {"topic": ""}, {"texts": ["a", "a"]}, {"texts": None}],
)
def test_a_family_that_cannot_be_used_is_named(change: dict):
    with pytest.raises(BadCorpus):
        messages({"family": [FAMILY | change]}, "en")


def test_one_id_for_two_families_is_refused():
    with pytest.raises(BadCorpus, match="twice"):
        messages({"family": [FAMILY, FAMILY | {"texts": ["other"]}]}, "en")


@pytest.mark.parametrize("change", [{"by": 3}, {"by": 0}, {"expect": "harmless"}, {"expect": "soon"}])
def test_a_talk_that_is_due_when_it_cannot_be_is_refused(change: dict):
    with pytest.raises(BadCorpus):
        talks({"dialogue": [TALK | change]}, "en")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_sealed_set_is_as_large_and_as_varied_as_it_must_be(language: str):
    made = sealed(language)
    risk, harmless = [each for each in made if not each.harmless], [each for each in made if each.harmless]
    assert len(risk) >= 380
    assert len({each.family for each in risk}) >= 130
    assert len(harmless) >= 380
    assert len({each.family for each in harmless}) >= 130
    assert sum(each.topic in SAID for each in risk) >= 260
    assert sum(each.topic in IMPLIED for each in risk) >= 60
    assert {each.topic for each in risk} == set(Topic)
    assert sum(bool(each.trap) for each in harmless) >= 220
    assert len({each.trap for each in made}) >= 20


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_talks_are_as_many_of_each_kind_as_they_must_be(language: str):
    made = dialogues(language)
    counts = Counter(each.expect for each in made)
    assert len(made) >= 100
    assert counts[Expect.HARMLESS] >= 45
    assert counts[Expect.ASK] >= 15
    assert counts[Expect.IMMINENT] + counts[Expect.HIGH] >= 35
    assert all(3 <= len(each.turns) <= 9 for each in made)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_sealed_set_shares_no_text_with_what_is_learnt_from_or_was_opened(language: str):
    files = [*material.files(language), CORPUS / f"opened/{language}.toml"]
    families = [family for file in files for family in tomllib.loads(file.read_text())["family"]]
    seen = {words(text) for family in families for text in family["texts"]}
    assert not [each.id for each in sealed(language) if words(each.text) in seen]


NEAR = 0.7  # of all words of two messages, the share they have in common


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_sealed_message_has_a_near_copy_that_is_learnt_from(language: str):
    families = [family for file in material.files(language) for family in tomllib.loads(file.read_text())["family"]]
    learnt = [frozenset(words(text)) for family in families for text in family["texts"]]
    held = Counter(word for each in learnt for word in each)
    with_word: dict[str, list[frozenset[str]]] = {}
    for each in learnt:
        for word in each:
            with_word.setdefault(word, []).append(each)
    copied = []
    for each in sealed(language):
        mine = frozenset(words(each.text))
        rare = sorted(mine, key=lambda word: (held[word], word))[: len(mine) - int(NEAR * len(mine)) + 1]
        near = (
            other for word in rare for other in with_word.get(word, ()) if len(mine & other) >= NEAR * len(mine | other)
        )
        copied += [each.id] if len(mine) >= 4 and any(near) else []
    assert copied == []


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def test_each_level_and_both_kinds_of_harmlessness_are_there():
    assert {each.level for each in sealed("nl")} == set(Level)
