"""Kinds of messages, the network that tells them apart, and what is said of a message by them."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from samen.rooms.crisis import kinds
from samen.rooms.crisis.inference import linear
from samen.rooms.crisis.inference.network import Network, of_file
from samen.rooms.crisis.training import network

NAMES = ("0 ", "0 games", "1 ", "2 means", "2 passive", "3 abuse", "3 means")


@pytest.mark.parametrize(
    ("level", "topic", "trap", "kind"),
    [(4, "means", "", "3 means"), (3, "means", "", "3 means"), (2, "passive", "", "2 passive"), (0, "", "games", "0 games"), (1, "", "", "1 ")],
)  # fmt: skip
def test_a_kind_is_a_level_up_to_three_with_its_topic_or_its_trap(level, topic, trap, kind):
    assert kinds.kind_of(level, topic, trap) == kind
    assert kinds.level_of(kind) == min(level, 3)
    assert kinds.topic_of(kind) == (topic or trap)


def test_odds_are_those_of_the_kinds_on_either_side_of_a_cut():
    shares = np.array([0.3, 0.1, 0.2, 0.1, 0.1, 0.05, 0.15])
    risk, danger = kinds.log_odds(np.log(shares) + 7.0, kinds.sides(NAMES))
    assert risk == pytest.approx(np.log(0.4 / 0.6))
    assert danger == pytest.approx(np.log(0.2 / 0.8))


def test_odds_stay_finite_however_sure():
    sure = np.array([900.0, 0, 0, 0, 0, 0, 0])
    assert kinds.log_odds(sure, kinds.sides(NAMES)).tolist() == [-kinds.MOST, -kinds.MOST]
    assert kinds.log_odds(-sure, kinds.sides(NAMES))[0] > 0
    assert kinds.log_odds(np.zeros(2), kinds.sides(("0 ", "1 "))).tolist() == [-kinds.MOST, -kinds.MOST]


def named(shares: list[float]) -> str:
    last = Network(NAMES, np.zeros((1, len(NAMES))), np.zeros(len(NAMES)))
    return last.topic(np.log(np.array(shares)))


def test_a_topic_is_named_when_it_is_likelier_than_all_others_together_over_its_levels():
    assert named([0.4, 0.1, 0.1, 0.1, 0.1, 0.08, 0.12]) == "means"  # two of its levels together
    assert named([0.9, 0.02, 0.02, 0.01, 0.04, 0.005, 0.005]) == "passive"  # however little it is in all
    assert named([0.4, 0.1, 0.1, 0.05, 0.1, 0.1, 0.05]) == ""


def some(messages: int = 3000) -> tuple[csr_matrix, list[str]]:
    """Make messages of three terms: one that tells the kind, one that says little, one that says nothing."""
    chance = np.random.default_rng(7)
    which = chance.integers(0, 3, messages)
    rows = np.zeros((messages, 9))
    rows[np.arange(messages), which] = 1.0
    rows[np.arange(messages), 3 + (which + chance.integers(0, 2, messages)) % 3] = 1.0
    rows[np.arange(messages), 6 + chance.integers(0, 3, messages)] = 1.0
    return csr_matrix(rows), [("0 ", "2 passive", "3 means")[each] for each in which]


def test_it_tells_kinds_apart_and_the_same_messages_make_the_same_network():
    matrix, truth = some()
    one, again = (network.fitted(matrix, truth, np.ones(len(truth))) for _ in range(2))
    odds = one.log_odds(matrix)
    for cut, column in zip(kinds.CUTS, odds.T, strict=True):
        there = np.array([kinds.level_of(each) >= cut for each in truth])
        assert column[there].min() > column[~there].max()
    assert network.in_file(one) == network.in_file(again)


def test_a_message_that_weighs_more_pulls_more():
    matrix, truth = some()
    heavy = np.where(np.array(truth) == "3 means", 5.0, 1.0)
    light = network.fitted(matrix, truth, np.ones(len(truth))).log_odds(matrix)[:, 1]
    assert network.fitted(matrix, truth, heavy).log_odds(matrix)[:, 1].mean() > light.mean()


def test_the_file_gives_back_what_was_fitted():
    matrix, truth = some()
    fitted = network.fitted(matrix, truth, np.ones(len(truth)))
    last, rows, bias = of_file(network.in_file(fitted))
    units = matrix.toarray() @ rows + bias
    got = [last.log_odds(last.scores(each)) for each in units[:50]]
    assert np.array(got) == pytest.approx(fitted.log_odds(matrix)[:50], abs=1e-4)
    assert np.abs(fitted.units).max() == network.BYTE


def test_in_each_round_about_half_of_the_terms_are_left_out_and_the_others_count_for_them():
    matrix, _ = some()
    chance = np.random.default_rng(1)
    one, other = (network._thinned(matrix, chance) for _ in range(2))
    assert one.nnz == pytest.approx(matrix.nnz / 2, rel=0.05)
    assert one.sum() == pytest.approx(matrix.sum(), rel=0.05)
    assert (one != other).nnz > matrix.nnz / 4
    assert matrix.data.tolist() == [1.0] * matrix.nnz  # the messages themselves stay whole


def test_the_model_that_came_along_names_what_it_alone_heard():
    model = linear.model("en")
    assert set(model.network.names) >= {"0 ", "1 ", "0 games", "2 passive", "3 third-party", "3 means"}
    assert model.weights.shape == (
        sum(map(len, (model.words, model.parts, model.marks)))
        + sum(len(side) for each in model.pairs.values() for side in each),
        len(linear.HEADS) + network.UNITS,
    )
