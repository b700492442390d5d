"""What is fitted is what is scored: the same message gives the same odds in training and from the file."""

from dataclasses import replace
from math import hypot, log

import numpy as np
import pytest

from samen.rooms.crisis.inference import detect, grammar, linear
from samen.rooms.crisis.inference.pairs import beside
from samen.rooms.crisis.sight import FORM, Sight
from samen.rooms.crisis.training import fit, network
from samen.rooms.crisis.training.material import Row

GRAVE = ("I want to die tonight", "I put rope in the garage", "I took all my pills", "he killed, kills and is killing")
CALM = ("I want to dance tonight", "I put tea in the kitchen", "I took all my books", "he called, calls and is calling")
EVER = {"risk": {"at": [0.0, 1.0], "gives": [0.0, 1.0]}, "danger": {"at": [0.0, 1.0], "gives": [0.0, 1.0]}}


def row(text: str, level: int, number: int) -> Row:
    return Row(text, f"f{number}", "en", level, "", "", blind=True, exam=True)


@pytest.fixture(scope="module")
def found() -> list[fit.Example]:
    texts = [
        (f"{text} {more}", level)
        for more in ("now", "again, and again")
        for level, kind in ((4, GRAVE), (0, CALM))
        for text in kind
    ]
    return fit.examples([row(text, level, number) for number, (text, level) in enumerate(texts)], detect.sight)


def of_fit(found: list[fit.Example]) -> tuple[fit.Fitted, linear.Model]:
    fitted = fit._fitted(found)
    bias = [float(each) for each in fitted.bias]
    made = {
        "form": FORM,
        "language": "en",
        "bias": bias,
        "ask": 0.5,
        "alarm": 0.5,
        "steps": EVER,
        "everywhere": sorted(fit.everywhere(found)),
        "network": network.in_file(fitted.network),
    }
    return fitted, linear.of_file({**made, **fit._blocks(fitted)})


def test_a_message_scores_from_the_file_as_it_did_in_training(found):
    fitted, model = of_fit(found)
    wanted = fit.log_odds(fitted, found)
    for example, both in zip(found, wanted, strict=True):
        parsed = grammar.parse(example.row.text)
        got = model.heard(parsed.said.words, beside(parsed.said, model.everywhere), detect.marks(parsed))[:2]
        assert got == pytest.approx(both, abs=0.02)  # weights of a file are rounded to three digits
    assert np.ptp(wanted[:, 1]) > 1


def test_a_word_written_twice_adds_its_parts_once(found):
    _, model = of_fit(found)
    assert model.heard(["rope"], (), ())[1] != model.heard(["tea"], (), ())[1]
    once, twice = (model._by_parts(words) for words in (["rope"], ["rope", "rope"]))
    assert (once == twice).all()
    assert once.any()


def test_a_word_written_twice_weighs_more_beside_one_that_stands_once(found):
    _, model = of_fit(found)
    words = ["rope", "tea", "rope"]
    assert not [term for term in linear.word_terms(words) if " " in term and term in model.words]
    (rope, rare), (tea, other) = model.words["rope"], model.words["tea"]
    twice = rare * (1 + log(2))  # sublinear, as in training
    wanted = (twice * model.weights[rope] + other * model.weights[tea]) / hypot(twice, other)
    assert model._columns(words, (), ()) - model.bias - model._by_parts(words) == pytest.approx(wanted, abs=1e-5)


def test_a_word_pulls_towards_risk_by_itself_and_by_its_parts(found):
    _, fitted = of_fit(found)  # on these messages risk and danger are the same
    model = replace(fitted, weights=fitted.weights * np.where(np.arange(fitted.weights.shape[1]) == 0, 2, 1), kept={})
    for word in ("rope", "ropes"):  # one that is known, and one of which the parts alone are
        row, rare = model.words.get(word, (0, 0.0))
        pulls = rare * model.weights[row, 0] + model._by_parts([word])[0]
        assert pulls
        assert model.pull(word) == pytest.approx(pulls, abs=1e-5)
    assert "ropes" not in model.words


def test_meanings_that_stand_in_many_messages_are_in_no_pair_but_negation_and_the_self():
    def seen(text: str) -> Sight:
        marks = ("concept OFTEN", "concept NEG", *(("concept SELDOM",) if text == "1" else ()))
        return Sight((), ({}, {}, {"OFTEN>NEG": 1, "word<OFTEN": 1, "SELDOM>NEG": 1, "word>NEG": 1}), marks, 0)

    made = fit.examples([row(str(number), 0, number) for number in range(10)], seen)
    assert fit.everywhere(made) == {"OFTEN"}
    assert all(set(each.blocks[2]) == {"SELDOM>NEG", "word>NEG"} for each in made)


def test_a_model_of_another_form_is_refused():
    with pytest.raises(linear.BadModel, match="Fit it anew"):
        linear.of_file({"form": FORM - 1})
    with pytest.raises(linear.BadModel, match="Fit it anew"):
        linear.of_file({})


def test_what_is_only_unclear_weighs_less_than_what_is_harmless_in_fitting_danger(found, monkeypatch):
    half = [each for each in found if each.row.level == 0][::2]
    unclear = [fit.replace(each, row=fit.replace(each.row, level=2)) if each in half else each for each in found]
    vocabulary = fit._vocabulary(unclear)
    light = fit._heads(unclear, vocabulary)
    monkeypatch.setattr(fit, "UNCLEAR_WEIGHT", 1.0)
    full = fit._heads(unclear, vocabulary)
    calm_ones = [place for place, each in enumerate(unclear) if each.row.level == 2]
    score = {name: fit._scores(each, unclear)[calm_ones] for name, each in (("light", light), ("full", full))}
    assert (score["light"][:, 1] > score["full"][:, 1]).all()
    assert score["light"][:, 0] == pytest.approx(score["full"][:, 0])


def test_a_block_that_weighs_twice_as_much_is_held_back_a_quarter_as_strongly_and_scores_as_it_was_fitted(
    found, monkeypatch
):
    vocabulary = fit._vocabulary(found)

    def scores(scale: float, strength: float) -> np.ndarray:
        monkeypatch.setattr(fit, "SCALES", dict.fromkeys(fit.SCALES, scale))
        monkeypatch.setattr(fit, "STRENGTH", strength)
        return fit._scores(fit._heads(found, vocabulary), found)

    assert scores(2.0, 1.0) == pytest.approx(scores(1.0, 4.0), abs=0.01)
    assert scores(2.0, 1.0) != pytest.approx(scores(1.0, 1.0), abs=0.01)


def calm(number: int, *, ordinary: bool) -> fit.Example:
    trap = "idiom" if number % 2 else ""
    made = Row("tea", f"f{number}", "en", 0, "", trap, blind=True, exam=not ordinary, ordinary=ordinary)
    return fit.Example(made, ({}, {}, {}), frozenset(), 0, as_came=not ordinary)


def test_the_thresholds_leave_nearly_all_ordinary_talk_alone_where_harder_talk_would_let_them_be_lower():
    hard = [calm(number, ordinary=False) for number in range(200)]
    found = [*hard, *(calm(number, ordinary=True) for number in range(1000))]
    came = np.array([each.as_came for each in found])
    # Hard talk alone lets the alarm begin above .35; of ordinary talk two messages in a hundred would then alarm.
    score = np.array([0.1] * 190 + [0.35] * 10 + [0.05] * 880 + [0.3] * 100 + [0.7] * 20)
    alone = np.zeros(len(found), bool)
    ask, alarm = fit._thresholds(found, came, (score, score), alone)
    assert alarm == pytest.approx(0.7005)
    assert ask == pytest.approx(0.3005)
    ask, without = fit._thresholds(hard, came[:200], (score[:200], score[:200]), alone[:200])
    assert without < 0.4
    assert ask < 0.3
