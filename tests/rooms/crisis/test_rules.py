"""Each rule keeps its promise: its examples are heard at its level, its counterexamples are not; what cannot be is refused."""

from pathlib import Path

import pytest

from samen.rooms.crisis.inference import grammar
from samen.rooms.crisis.inference.lexicon import LANGUAGES, BadContent, expanded
from samen.rooms.crisis.inference.lexicon import built as lexicon_of
from samen.rooms.crisis.inference.rules import built, rules

RULES = [rule for language in LANGUAGES for rule in rules(language).rules]
GUARDS = [guard for language in LANGUAGES for guard in rules(language).guards]


def heard(rule, text):
    return any(hit.rule is rule and hit.level == rule.level for hit in grammar.parse(text).hits)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_hears_its_examples_and_not_its_counterexamples(rule):
    assert [text for text in rule.examples if not heard(rule, text)] == []
    assert [text for text in rule.counterexamples if heard(rule, text)] == []


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.id)
def test_a_guard_is_seen_in_its_examples(guard):
    assert [text for text in guard.examples if guard.of not in grammar.parse(text).guards] == []


@pytest.mark.parametrize(
    "text",
    ["die angst is weg", "die wil ik", "de kill is hier diep", "ik heb de pest aan die man", "het was bad om te zien"],
)
def test_english_rules_never_run_on_dutch(text):
    assert not [hit.rule.id for hit in grammar.parse(text).hits if hit.rule.language == "en"]


def test_dutch_rules_never_run_on_english():
    assert not [hit.rule.id for hit in grammar.parse("I want to kill myself tonight").hits if hit.rule.language == "nl"]


@pytest.mark.parametrize(
    "text", ["i cant anymore, ik wil dood", "ik ga mezelf killen tonight", "bro ik wil niet meer leven fr"]
)
def test_mixed_languages_are_heard(text):
    assert max(hit.level for hit in grammar.parse(text).hits) >= 3


@pytest.mark.parametrize(
    ("denied", "not_denied"),
    [
        ("I don't want to die", "there is no day that I don't want to die"),
        ("ik wil niet dood", "er is geen dag dat ik niet dood wil"),
    ],
)
def test_a_second_negation_takes_the_first_one_back(denied, not_denied):
    assert max((hit.level for hit in grammar.parse(denied).hits), default=0) < 3
    assert max(hit.level for hit in grammar.parse(not_denied).hits) >= 3


def test_the_nearest_subject_says_whose_wish_it_is():
    topics = {hit.rule.topic for hit in grammar.parse("I think my brother wants to die").hits if hit.level >= 3}
    assert topics == {"third-party"}


def test_what_stands_between_the_parts_of_a_split_verb_keeps_its_own_meaning():
    assert max(hit.level for hit in grammar.parse("ik maak er vanavond een eind aan").hits) == 4
    assert max((hit.level for hit in grammar.parse("ik maak er vanavond geen eind aan").hits), default=0) < 3


def test_a_typing_error_behind_which_two_words_may_stand_only_asks():
    hits = [hit for hit in grammar.parse("verkrachteng", "nl").hits if hit.level]
    assert hits
    assert all(hit.level == 2 and hit.capped == "guess" for hit in hits if hit.rule.level > 2)


def test_a_typing_error_behind_which_one_word_stands_is_that_word():
    assert max(hit.level for hit in grammar.parse("suicidall agian").hits) == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"id": "x", "level": 3, "topic": "plan", "all": ["NO-SUCH-CONCEPT"]}, "nothing gives"),
        ({"id": "x", "level": 3, "topic": "plan", "all": ["SELF"]}, "counterexamples"),
        ({"id": "x", "level": 3, "topic": "plan"}, "give seq"),
        ({"id": "x", "level": 3, "topic": "plan", "all": ["SELF"], "negatd": "no"}, "not a field"),
        ({"id": "x", "level": 3, "topic": "plan", "all": ["want to die"]}, "Words go in the lexicon"),
    ],
)
def test_a_rule_that_could_never_work_is_refused(row, why):
    row = {"source": "s", "examples": ["a"], **({"counterexamples": ["b"]} if why != "counterexamples" else {}), **row}
    with pytest.raises(BadContent, match=why):
        built("en", [(Path("made.toml"), {"rule": [row]})])


def test_braces_stand_for_all_forms():
    assert list(expanded("kill{,s} {me,us}")) == ["kill me", "kill us", "kills me", "kills us"]


def phrases_of(*entries: str) -> set[tuple[tuple[frozenset[str], ...], tuple[int, ...]]]:
    made = lexicon_of("en", [(Path("made.toml"), {"X": {"words": list(entries)}})])
    seconds = [second for start in made.phrases.values() for second in start.by_second.values()]
    at_once = [each for second in seconds for row in second.by_third.values() for each in row]
    others = [each for second in seconds for each in second.others]
    return {(each.words, each.gaps) for each in (*at_once, *others)}


def test_single_words_of_one_place_are_one_row_and_longer_choices_rows_of_their_own():
    kill, him = frozenset({"kill", "kills"}), frozenset({"him", "her"})
    assert phrases_of("kill{,s} {him,her,the cat}") == {
        ((kill, him), (0, 0)),
        ((kill, frozenset({"the"}), frozenset({"cat"})), (0, 0, 0)),
    }


def test_a_word_that_may_be_left_out_takes_no_place_and_leaves_no_gap_at_an_end():
    a, b = frozenset({"a"}), frozenset({"b"})
    assert phrases_of("{,x ...2} a ...3 b") == {((a, b), (0, 3)), ((frozenset({"x"}), a, b), (0, 2, 3))}


def test_of_words_that_may_stand_at_a_place_each_is_found_where_it_is_nearest():
    made = lexicon_of("en", [(Path("made.toml"), {"X": {"words": ["not ...2 {good,bad} end"]}})])
    assert set(made.phrases["not"].by_second) == {"good", "bad"}
    assert made.phrases["not"].far == 2
