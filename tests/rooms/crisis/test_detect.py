"""One message: rules alarm, a model may only raise, nothing breaks; a talk: one alarm is enough, and nothing is forgotten at once."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.crisis.inference import detect, grammar, linear, rules, talk
from samen.rooms.crisis.inference.talk import Say
from samen.rooms.crisis.reading import Action, Level, Reading, Topic
from samen.rooms.crisis.training import material

CORPUS = Path(material.CORPUS)
EVERY = 3  # of the messages of the corpus, each third is read here
TEXTS = [row.text for language in ("en", "nl") for row in material.rows(language)][::EVERY]
SAMPLED = 50
TENSE = Reading(Level.DANGER, Action.ALARM, 0.9, (Topic.EXPLICIT,), (), "en", "rules")
ASK = Reading(Level.UNCLEAR, Action.ASK, 0.3, (Topic.PASSIVE,), (), "en", "rules")
CALM = Reading(Level.NONE, Action.NONE, 0.02, (), (), "en", "")
BACK = Reading(Level.NONE, Action.NONE, 0.02, (), (), "en", "", taken_back=True)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_text_whatever_breaks_the_detector(text):
    reading = detect.read(text)
    assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)


@pytest.mark.slow
def test_no_text_of_the_corpus_breaks_it_and_a_model_only_raises():
    for place, text in enumerate(
        TEXTS
    ):  # a sentence vector takes ten times as long as all else: a sample of messages gets one
        layers = detect.LAYERS if place % SAMPLED == 0 else ("rules", "model")
        assert detect.read(text, layers=layers).level >= detect.read(text, layers=("rules",)).level


def test_a_rule_that_was_wrong_too_often_asks_by_itself_and_alarms_where_the_model_hears_danger_too(monkeypatch):
    text = "my flatmate has locked herself in the bathroom with pills"
    seen = max(grammar.parse(text).hits, key=lambda hit: hit.level)
    monkeypatch.setattr(detect, "sure", lambda: frozenset({seen.rule.id}))
    assert detect.read(text, layers=("rules",)).level == seen.level
    monkeypatch.setattr(detect, "sure", frozenset)
    assert detect.read(text, layers=("rules",)).action is Action.ASK
    assert detect.read(text, layers=("rules", "model")).level == seen.level


def test_what_training_counted_says_which_rules_alarm_by_themselves():
    assert rules.is_sure(18, 0)
    assert not rules.is_sure(17, 0)
    assert not rules.is_sure(30, 2)
    assert rules.sure() < {rule.id for language in ("en", "nl") for rule in rules.rules(language).rules}


class Named:
    """Stands in for a model: sure of risk, as sure of danger as it is told, and naming a topic."""

    everywhere = frozenset()

    def __init__(self, topic: str, danger: float = 0.9) -> None:
        self.said = linear.Scored(0.9, danger, 0.5, 0.5, topic)

    def score(self, *_seen, **_also):
        return self.said

    def pull(self, _word):
        return 0.0


@pytest.mark.parametrize(("named", "topic"), [("abuse", Topic.ABUSE), ("", Topic.OBLIQUE)])
def test_a_message_is_about_what_the_model_names_and_without_any_topic_oblique(named, topic):
    reading = detect.read("the blue chair", "en", using=lambda _language: Named(named))
    assert (reading.action, reading.raised_by, reading.topics) == (Action.ALARM, "model", (topic,))


def test_what_the_model_names_leads_but_before_what_a_rule_saw_was_swallowed_or_who_hits():
    def topics(text: str, named: Named) -> tuple[Topic, ...]:
        return detect.read(text, "en", using=lambda _language: named).topics

    swallowed = topics("I took too many pills", Named("explicit"))
    assert swallowed[0] is Topic.OVERDOSE
    assert Topic.EXPLICIT in swallowed
    assert topics("I want to die", Named("third-party"))[:2] == (Topic.THIRD_PARTY, Topic.EXPLICIT)
    assert topics("I want to die", Named("third-party", danger=0.1))[0] is Topic.EXPLICIT  # it would only ask


def test_of_a_message_in_two_languages_the_model_counts_that_raises_more_and_not_the_one_that_is_surer():
    mixed = grammar.parse("ik wil naar huis toe and i want to go home with you")
    assert mixed.said.whole == "mixed"
    models = {"en": Named("means", danger=0.5), "nl": Named("abuse", danger=0.49)}
    models["en"].said = replace(models["en"].said, alarm=0.55)
    models["nl"].said = replace(models["nl"].said, alarm=0.4)
    assert detect.scores(mixed, using=models.get)[1].topic == "abuse"


def test_spans_point_into_the_text_as_typed():
    text = "h\u00e9 ... I want to k\u0456ll my\u200bself"
    span = detect.read(text).spans[0]
    assert text[span.start : span.end].endswith("my\u200bself")


def test_a_plain_wish_alarms_and_a_calm_message_does_not():
    assert detect.read("ik wil dood").action is Action.ALARM
    assert detect.read("I want to die").action is Action.ALARM
    assert detect.read("we gaan morgen naar het strand").action is Action.NONE


def test_a_model_file_that_its_card_does_not_know_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "en.json").write_bytes((linear.MODELS / "en.json").read_bytes() + b" ")
    (tmp_path / "en.card.json").write_bytes((linear.MODELS / "en.card.json").read_bytes())
    monkeypatch.setattr(linear, "MODELS", tmp_path)
    linear.model.cache_clear()
    with pytest.raises(linear.BadModel, match="samen crisis train"):
        linear.model("en")
    linear.model.cache_clear()


def test_calibration_is_clipped_at_both_ends_and_straight_in_between():
    steps = linear.Steps((0.2, 0.6), (0.1, 0.5))
    assert (steps(0.0), steps(1.0)) == (0.1, 0.5)
    assert steps(0.4) == pytest.approx(0.3)


def test_longer_distance_than_the_limit_is_not_read_twice_as_slow():
    assert grammar.read("a " * 50_000).ends[-1] <= 8000


# --- talks ---


def states(*readings):
    state, found = talk.State(), []
    for reading in readings:
        state = talk.fold(state, reading)
        found.append(state)
    return found


def test_one_escalation_gives_one_block_and_then_other_words():
    assert [each.say for each in states(TENSE, TENSE, CALM, TENSE)] == [Say.BLOCK, Say.STAY, Say.STAY, Say.STAY]


def test_worse_news_gives_a_new_block():
    worse = Reading(Level.IMMINENT, Action.ALARM, 0.97, (Topic.INTENT,), (), "en", "rules")
    assert states(TENSE, worse)[-1].say is Say.BLOCK


def test_what_was_said_stays_said_when_it_is_taken_back():
    after = states(TENSE, BACK)[-1]
    assert after.contradiction
    assert after.action is Action.ALARM


def test_what_was_taken_back_fades_more_slowly_than_what_was_followed_by_calm():
    taken, calm = states(TENSE, BACK, *[CALM] * 10)[-1], states(TENSE, *[CALM] * 11)[-1]
    assert taken.weight > calm.weight


def test_new_danger_after_a_long_calm_gives_a_block_again():
    assert states(TENSE, *[CALM] * 9, TENSE)[-1].say is Say.BLOCK


def test_questions_add_up_to_an_alarm_by_how_likely_danger_was_in_each():
    likely = replace(ASK, probability=0.55)
    assert states(likely)[-1].action is Action.ASK
    assert states(likely, CALM, likely)[-1].action is Action.ALARM
    assert states(ASK, ASK, ASK)[-1].action is Action.ASK
    assert states(likely, *[CALM] * 6, likely)[-1].action is Action.ASK  # the first weighs less by now


def test_questions_about_a_story_do_not_add_up():
    begun = replace(CALM, settings=("en.set.story",))
    assert states(begun, *[replace(ASK, probability=0.7)] * 4)[-1].action is Action.ASK


def test_a_calm_talk_stays_calm_however_long_it_is():
    assert {each.action for each in states(*[CALM] * 60)} == {Action.NONE}


def test_time_lets_danger_fade():
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    soon = talk.replay([(TENSE, start), (CALM, start + timedelta(hours=1))])
    late = talk.replay([(TENSE, start), (CALM, start + timedelta(days=6))])
    assert soon.action is Action.ALARM
    assert late.action is Action.NONE


def test_every_state_can_be_made_anew_and_kept():
    readings = [TENSE, BACK, ASK, CALM]
    state = talk.replay((each, None) for each in readings)
    assert state == states(*readings)[-1]
    assert talk.of_plain(talk.to_plain(state)) == state


def test_training_learns_from_no_sealed_file():
    learnt = [file for language in ("en", "nl") for file in material.files(language)]
    assert learnt
    assert not [file for file in learnt if {"sealed", "dialogues", "ordinary"} & set(file.relative_to(CORPUS).parts)]
    assert all("family" in tomllib.loads(file.read_text()) for file in learnt)
