"""Which meanings stand near each other, and what training counts of rules: each as small as it can be."""

from samen.rooms.crisis.inference import grammar
from samen.rooms.crisis.inference.pairs import pairs
from samen.rooms.crisis.sight import BY, Sight
from samen.rooms.crisis.training import fit
from samen.rooms.crisis.training.material import Row

RULE = "en.explicit.wish"


def test_two_meanings_of_one_sentence_are_a_pair_in_their_order_and_those_of_two_sentences_are_none():
    one = pairs(grammar.read("I put tablets in the garage", "en"))
    assert "SELF>PILLS" in one
    assert "PILLS>SELF" not in one
    assert "SELF>PILLS" not in pairs(grammar.read("I slept. tablets are on the shelf", "en"))


def test_words_beside_a_meaning_are_pairs_with_it():
    found = pairs(grammar.read("I put tablets aside", "en"))
    assert "put<PILLS" in found
    assert "aside>PILLS" in found


def test_only_pairs_that_a_model_knows_are_given_when_it_is_named():
    said = grammar.read("I put tablets aside", "en")
    assert pairs(said, {"put<PILLS": 0, "never<SEEN": 0}) == {"put<PILLS": 1}


def seen_by_rule(level: int, *, blind: bool = True) -> Row:
    return Row(f"{level} {blind}", f"f{level}{blind}", "en", level, "", "", blind=blind, exam=blind)


def test_a_rule_is_counted_right_and_wrong_on_blind_messages_alone_and_what_is_unclear_counts_as_neither():
    rows = [seen_by_rule(3), seen_by_rule(4), seen_by_rule(2), seen_by_rule(0), seen_by_rule(4, blind=False)]
    found = fit.examples(rows, lambda text: Sight((), ({}, {}, {}), (f"{BY}{RULE}",), 3))
    assert fit.counted_rules(found) == {RULE: [2, 1]}
