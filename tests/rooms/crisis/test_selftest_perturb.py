"""The same message as another keyboard, phone or hurry would have sent it."""

import unicodedata

import pytest

from samen.rooms.crisis.selftest.perturb import Kind, perturb

TEXT = 'I don\'t know whether anybody would notice "me" tomorrow'


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_changes_a_message_and_the_same_seed_changes_it_in_the_same_way(kind: Kind):
    assert perturb(TEXT, kind, seed=1) != TEXT
    assert perturb(TEXT, kind, seed=1) == perturb(TEXT, kind, seed=1)


@pytest.mark.parametrize("kind", [Kind.TYPO, Kind.LOST_SPACE, Kind.DOUBLED, Kind.ZERO_WIDTH])
def test_another_seed_changes_it_elsewhere(kind: Kind):
    assert len({perturb(TEXT, kind, seed=seed) for seed in range(20)}) > 3


@pytest.mark.parametrize("kind", Kind)
def test_a_message_that_a_kind_cannot_change_comes_back_or_keeps_its_words(kind: Kind):
    for text in ("", "ok"):
        after = perturb(text, kind, seed=3)
        kept = [each for each in after.casefold() if each.isascii() and each.isalpha()]
        assert len(kept) <= len(text) + 1


def test_quotes_become_typographic_and_nothing_else_changes():
    assert perturb("don't say 'no'", Kind.QUOTES, seed=1) == "don\u2019t say \u2018no\u2019"
    assert perturb("'k weet 't niet", Kind.QUOTES, seed=1).replace("\u2018", "\u2019") == "\u2019k weet \u2019t niet"


def test_case_is_the_only_thing_that_case_changes():
    assert perturb(TEXT, Kind.CASE, seed=5).casefold() == TEXT.casefold()


def test_invisible_characters_are_the_only_thing_that_zero_width_adds():
    assert perturb(TEXT, Kind.ZERO_WIDTH, seed=5).replace("\u200b", "") == TEXT


def test_look_alikes_keep_the_length_and_are_of_another_script():
    after = perturb(TEXT, Kind.HOMOGLYPH, seed=5)
    assert len(after) == len(TEXT)
    changed = [b for a, b in zip(TEXT, after, strict=True) if a != b]
    assert changed
    assert all("CYRILLIC" in unicodedata.name(each) for each in changed)


def test_a_typo_is_one_slip_in_one_word_of_five_letters_or_more_and_never_at_its_ends():
    for seed in range(50):
        before, after = TEXT.split(), perturb(TEXT, Kind.TYPO, seed=seed).split()
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert len(changed) == 1
        a, b = changed[0]
        assert len(a) >= 5
        assert (a[0], a[-1]) == (b[0], b[-1])
        assert abs(len(a) - len(b)) <= 1


def test_one_space_is_lost_and_only_one():
    assert len(perturb(TEXT, Kind.LOST_SPACE, seed=2)) == len(TEXT) - 1
    assert perturb("word", Kind.LOST_SPACE, seed=2) == "word"


def test_a_letter_is_typed_twice_once():
    assert len(perturb(TEXT, Kind.DOUBLED, seed=2)) == len(TEXT) + 1
