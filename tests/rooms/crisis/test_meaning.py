"""The layer that looks at what an English sentence means: it may raise, never lower; never Dutch; never another file than was tested."""

import json

import numpy as np
import pytest
from django.conf import settings

from samen.rooms.crisis import systems
from samen.rooms.crisis.inference import detect, linear, meaning
from samen.rooms.crisis.reading import Action, Level
from samen.rooms.crisis.store.candidates import Chosen

CALM = "we are going to the beach tomorrow with the kids"
UNITS = 2


@pytest.fixture(autouse=True)
def wanted(monkeypatch):
    """Let the service choose this layer."""
    monkeypatch.setattr(meaning, "wanted", True)


def flat(words):
    return np.full(meaning.SIZE, meaning.SIZE**-0.5)


def over(adds: float, *, beside: str | None = None, vector=flat) -> meaning.Head:
    """Give a head that adds the same to both scores of every message."""
    made = {
        "beside": linear.model("en").sha256 if beside is None else beside,
        "steps": {name: {"at": [0.0, 1.0], "gives": [0.0, 1.0]} for name in linear.HEADS},
        "ask": 0.5,
        "alarm": 0.6,
        "hidden": np.zeros((meaning.SIZE, UNITS)).tolist(),
        "hidden_bias": [0.0] * UNITS,
        "out": np.zeros((UNITS, 2)).tolist(),
        "out_bias": [adds, adds],
    }
    return meaning.of_file(made, vector, "f" * 64)


def using(head: meaning.Head):
    return {language: linear.with_head(linear.model(language), head) for language in ("en", "nl")}.get


def test_it_may_raise_a_message_that_rules_and_words_leave_alone():
    assert detect.read(CALM, using=linear.model).action is Action.NONE
    assert detect.read(CALM, using=using(over(30.0))).action is Action.ALARM
    assert detect.read(CALM, layers=("rules", "model"), using=using(over(30.0))).action is Action.NONE


@pytest.mark.parametrize(
    "text", ["I want to kill myself", "I've taken all my tablets, twenty minutes ago", "I cut again"]
)
def test_it_never_lowers_what_rules_say(text):
    rules = detect.read(text, layers=("rules",)).level
    assert rules >= Level.UNCLEAR
    assert detect.read(text, using=using(over(-60.0))).level >= rules


def test_it_never_looks_at_dutch_or_at_a_mixture():
    def refuses(words):
        raise AssertionError("A Dutch message was given to an English model.")

    head = using(over(30.0, vector=refuses))
    for text in (
        "ik ga morgen met de kinderen naar het strand",
        "ik ga morgen naar het strand with my kids and the dog too",
    ):
        assert detect.read(text, using=head).language in ("nl", "mixed")
    assert meaning.head("nl") is None


def test_it_stands_beside_no_other_model_than_that_it_was_calibrated_with():
    assert linear.with_head(linear.model("en"), over(30.0, beside="a" * 64)) is linear.model("en")
    assert linear.with_head(linear.model("nl"), over(30.0)) is linear.model("nl")


def test_a_sentence_model_that_was_not_tested_is_not_run(tmp_path):
    other = tmp_path / "model.onnx"
    other.write_bytes(b"something else")
    with pytest.raises(meaning.BadFile, match="not the file that was tested"):
        meaning.encoder(other)


def test_a_head_that_its_card_does_not_know_is_not_used(tmp_path, monkeypatch):
    for name in ("en.json", "en.card.json"):
        (tmp_path / name).write_bytes((meaning.FILES / name).read_bytes() + b" ")
    monkeypatch.setattr(meaning, "FILES", tmp_path)
    with pytest.raises(meaning.BadFile, match="samen crisis train"):
        meaning.head("en")


def test_without_the_extra_the_detector_is_what_it_was(monkeypatch):
    monkeypatch.setattr(meaning, "NEEDS", (*meaning.NEEDS, "a_package_that_nobody_has"))
    assert meaning.head("en") is None
    assert meaning.digest() == ""
    assert linear.whole("en") is linear.model("en")


def test_a_service_that_did_not_choose_it_hears_by_rules_and_words_alone(monkeypatch):
    monkeypatch.setattr(meaning, "wanted", settings.SAMEN.crisis_meaning)
    assert meaning.installed() is not None
    assert (meaning.head("en"), meaning.digest()) == (None, "")
    assert linear.whole("en") is linear.model("en")


def test_head_card_model_and_sentence_model_name_each_other():
    card = json.loads((meaning.FILES / "en.card.json").read_text())
    assert card["beside"] == linear.model("en").sha256
    assert card["sentence_model"]["sha256"] == meaning.SHA256


def test_calibration_with_the_head_never_falls_as_the_score_rises():
    made = json.loads((meaning.FILES / "en.json").read_text())
    for steps in made["steps"].values():
        assert steps["at"] == sorted(steps["at"])
        assert steps["gives"] == sorted(steps["gives"])
    assert made["steps"].keys() == set(linear.HEADS)


def test_the_file_that_runs_gives_vectors_of_length_one_and_hears_an_english_message():
    known = linear.whole("en")
    assert known.head is not None
    assert np.linalg.norm(known.head.vector(["nobody", "would", "notice"])) == pytest.approx(1.0, abs=0.01)
    reading = detect.read("the drawer by my bed has what i need for later", using=lambda _: known)
    by_words = detect.read("the drawer by my bed has what i need for later", layers=("rules", "model"))
    assert reading.probability != by_words.probability


def test_a_letter_costs_no_more_than_its_beginning_and_end():
    long = ["word"] * 30 + ["middle"] * 400 + ["end"] * 20
    vector = linear.whole("en").head.vector
    assert np.array_equal(vector(long), vector([each if each != "middle" else "other" for each in long]))


@pytest.mark.django_db
def test_what_runs_is_part_of_what_was_approved_and_is_said(monkeypatch):
    with_it = systems.adopted()
    assert systems.layers() == {"en": ["rules", "model", "meaning"], "nl": ["rules", "model"]}
    monkeypatch.setattr(meaning, "NEEDS", (*meaning.NEEDS, "a_package_that_nobody_has"))
    assert systems.adopted() == ""
    assert systems.adopted() != with_it
    assert systems.layers()["en"] == ["rules", "model"]


def test_thresholds_that_a_human_chose_hold_for_every_message():
    known = using(over(0.0))("en")
    assert systems._at(known, Chosen()).alone == linear.model("en").cuts()
    moved = systems._at(known, Chosen(ask=0.2, alarm=0.3))
    assert moved.score([], {}, []).alarm == moved.score([], {}, [], meaning=True).alarm == 0.3
