"""Which meanings stand near each other, and what training counts of rules: each as small as it can be."""

from samen.rooms.crisis.inference import grammar
from samen.rooms.crisis.inference.pairs import beside, known_pairs, pairs, partners
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


def test_a_pair_that_a_model_knows_is_given_once():
    said = grammar.read("I put tablets aside, I put tablets aside", "en")
    known = {
        "put<PILLS": (3, 1.0),
        "aside>PILLS": (4, 1.0),
        "SELF>PILLS": (5, 1.0),
        "never<SEEN": (6, 1.0),
    }
    assert set(known) & set(pairs(said)) == {"put<PILLS", "aside>PILLS", "SELF>PILLS"}
    assert sorted(known_pairs(beside(said), partners(known))) == [(3, 1.0), (4, 1.0), (5, 1.0)]


def test_the_pairs_a_model_knows_are_those_that_training_counted():
    said = grammar.read("My gran wants me out. I put tablets aside and wrote a letter, rope is in the shed", "en")
    known = {pair: (number, 1.0) for number, pair in enumerate(pairs(said))}
    assert len(known) > 20
    assert sorted(known_pairs(beside(said), partners(known))) == sorted(known.values())


def seen_by_rule(level: int, *, blind: bool = True) -> Row:
    return Row(f"{level} {blind}", f"f{level}{blind}", "en", level, "", "", blind=blind, exam=blind)


def test_a_rule_is_counted_right_and_wrong_on_blind_messages_alone_and_what_is_unclear_counts_as_neither():
    rows = [seen_by_rule(3), seen_by_rule(4), seen_by_rule(2), seen_by_rule(0), seen_by_rule(4, blind=False)]
    found = fit.examples(rows, lambda text: Sight((), ({}, {}, {}), (f"{BY}{RULE}",), 3))
    assert fit.counted_rules(found) == {RULE: [2, 1]}
