"""What people type is read as what they meant, and every word knows where it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.crisis.inference import grammar
from samen.rooms.crisis.inference.lexicon import lexicon
from samen.rooms.crisis.inference.normalise import Speller, fold, is_one_slip, pieces
from samen.rooms.crisis.inference.normalise import words as typed_words


def words(text, language=None):
    return grammar.read(text, language).words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("I don’t want to", "i do not want to"),
        ("su\u0456cide", "suicide"),
        ("my\u200bself", "myself"),
        ("k1ll", "kill"),
        ("suicide", "suicide"),
        ("iwannadie", "i want to die"),
        ("ik wil d\u043eod", "ik wil dood"),
        ("’k wil nie meer", "ik wil niet meer"),
        ("zelfm00rd plegen", "zelfmoord plegen"),
        ("ikwildood", "ik wil dood"),
        ("zelf moord", "zelfmoord"),
        ("dooooood", "dood"),
        ("suicdie", "suicide"),
        ("we hbben het", "we hebben het"),  # a common word that lacks a letter, before a lost space
    ],
)
def test_text_is_read_as_it_was_meant(typed, meant):
    assert " ".join(words(typed)) == meant


def test_a_slip_is_a_guess_only_where_two_words_are_near_it():
    said = grammar.read("ik sterv zelfmord", "nl")
    assert said.words == ["ik", "sterf", "zelfmoord"]
    assert said.guessed == [False, True, False]


@pytest.mark.parametrize("word", ["abandon", "action", "streven", "allergic"])
def test_a_word_that_exists_is_no_slip(word):
    assert words(word) == [word]


def test_a_common_word_is_never_taken_for_a_slip_of_a_grave_one():
    assert not {"kill", "dood"} & {*words("that is a great skill"), *words("een rood touw is goed")}


def test_a_swap_is_one_slip_and_two_wrong_letters_are_not():
    assert is_one_slip("watn", "want")
    assert not is_one_slip("wxyt", "want")


@given(st.text(max_size=200))
def test_each_piece_stands_in_the_text_as_it_came(text):
    found = pieces(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert [each.start for each in found] == sorted(each.start for each in found)


@given(st.text(max_size=200))
def test_folding_keeps_one_offset_for_each_character(text):
    folded, offsets = fold(text)
    assert offsets is None or (len(offsets) == len(folded) and all(0 <= each < len(text) for each in offsets))


def test_every_language_knows_its_own_function_words():
    assert all(word in lexicon("nl").function for word in ("ik", "niet", "een"))
    assert all(word in lexicon("en").function for word in ("i", "not", "a"))


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("en", "todie", ("to", "die")),  # five letters: one function word, and one that is looked for
        ("en", "itook", ("i", "took")),
        ("en", "ownlife", ("own", "life")),
        ("en", "husbandis", ("husband", "is")),  # a lost space before a letter too many
        ("nl", "denacht", ("de", "nacht")),  # not "den acht": function words are likelier
        ("nl", "enoma", ("en", "oma")),
        ("nl", "mnhart", ("mijn", "hart")),  # a chat form may be part of it
        ("nl", "allesdoorgeslikt", ("alles", "doorgeslikt")),
    ],
)
def test_a_lost_space_is_found_by_the_plainest_words(language, typed, meant):
    assert lexicon(language).speller.resolve(typed) == (meant, False)


@pytest.mark.parametrize(("typed", "meant"), [("leeven", "leven"), ("pollsen", "polsen"), ("schoppt", "schopt")])
def test_a_letter_typed_twice_stands_for_one_before_any_other_slip(typed, meant):
    assert lexicon("nl").speller.resolve(typed) == ((meant,), False)


def test_an_unknown_word_does_not_fall_apart_into_short_pieces():
    assert lexicon("nl").speller.resolve("verkrachteng")[0] != ("verkracht", "eng")


@pytest.mark.parametrize("commonest", ["kamer", "kater"])
def test_of_several_likely_words_the_commonest_is_taken_and_stays_a_guess(commonest):
    words = frozenset({"kamer", "kader", "kater"})
    rank = {commonest: 0, "kader": 1}
    assert Speller(words, {}, frozenset(), frozenset(), rank=rank).resolve("kaxer") == ((commonest,), True)


def between(beside, typed, *, real=()):
    words = frozenset({"thank", "think", "house"})
    rank = {"think": 0, "thank": 1, "house": 2}
    speller = Speller(
        words,
        {},
        frozenset(),
        frozenset(),
        real=frozenset(real),
        rank=rank,
        beside=frozenset({"i thank", "thank you", *beside}),
    )
    return speller.between("i", typed, "you")


def test_behind_a_slip_the_word_is_read_that_both_neighbours_are_seen_beside_and_that_is_no_guess():
    assert between({"i think"}, "thxnk") == (("thank",), False)
    assert between({"i think", "think you"}, "thxnk") == (("think",), False)  # both fit: the commonest


def test_a_word_that_one_neighbour_is_seen_beside_stays_a_guess():
    words = frozenset({"thank", "think"})
    speller = Speller(words, {}, frozenset(), frozenset(), rank={"think": 0, "thank": 1}, beside=frozenset({"i thank"}))
    assert speller.between("i", "thxnk", "them") == (("thank",), True)
    assert speller.between("we", "thxnk", "them") == (("think",), True)


def test_a_rare_word_that_stands_beside_nothing_it_is_seen_beside_is_a_slip_where_another_fits_on_both_sides():
    assert between((), "thonk", real=["thonk"]) == (("thank",), False)
    assert between({"thonk you"}, "thonk", real=["thonk"]) == (("thank",), False)
    assert between({"i thonk", "thonk you"}, "thonk", real=["thonk"]) == (("thonk",), False)
    assert between((), "house") == (("house",), False)  # a common word is no slip, wherever it stands


def test_a_slip_before_a_shortened_word_leaves_that_word_as_it_was():
    assert words("my frind's dead", "en") == ["my", "friend", "is", "dead"]


def test_words_as_typed_stand_between_edges():
    assert typed_words("Hello, you 😀 there") == [".", "hello", ".", "you", ".", "there", "."]


def test_two_words_that_are_seen_beside_each_other_are_read_where_the_space_between_them_was_lost():
    known = frozenset({"lang", "geleden", "langer"})
    beside = frozenset({"lang geleden"})
    speller = Speller(known, {}, frozenset(), frozenset(), beside=beside, compounds=True)
    assert speller.resolve("langgeleden") == (("lang", "geleden"), False)
    alone = Speller(known, {}, frozenset(), frozenset(), compounds=True)
    assert alone.resolve("langgeleden") == (("langgeleden",), False)


def test_a_lost_space_is_likelier_than_a_slip_where_the_two_words_fit_what_stands_around():
    known, common = frozenset({"cases", "case", "i"}), {"cases": 0, "case": 1, "i": 2}
    beside = frozenset({"in case", "case i", "i fall", "some cases", "cases fell"})
    speller = Speller(known, {}, frozenset(), frozenset({"i"}), rank=common, beside=beside)
    assert speller.between("in", "casei", "fall") == (("case", "i"), False)
    assert speller.between("some", "casei", "fell")[0] == ("cases",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ik wil dodo", "ik wil dood"),  # the bird is a word too, and nobody wants one
        ("ik ga naar het spor", "ik ga naar het spoor"),  # as near to "sport" by itself: a guess
    ],
)
def test_what_stands_beside_a_slip_in_a_message_says_what_was_meant(typed, meant):
    read = grammar.read(typed, "nl")
    assert (" ".join(read.words), any(read.guessed)) == (meant, False)
