"""Fits the network beside the logistic heads: over the same terms, which kind a message is of (`kinds.py`).

In each round it sees each message with another half of its terms left out, so that none is leant on alone (dropout of inputs: Srivastava
et al. 2014, jmlr.org/papers/v15/srivastava14a.html). Weights are rounded to bytes before anything is measured with them. Units, rounds, batch
and rate were chosen by the danger that is heard on families held out: there, beside the heads, it heard two fifths of what they missed.
"""

import warnings
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from samen.rooms.crisis import kinds

UNITS = 32
ROUNDS = 6
LEFT_OUT = 0.5  # of the terms of a message, in each round others
BATCH = 1024
RATE = 6e-3
DECAY = 1e-3
SEED = 20261127
BYTE = 127
DIGITS = 4


@dataclass(frozen=True)
class Network:
    """Rounded as the file holds it."""

    names: tuple[str, ...]
    units: np.ndarray  # columns by units, in whole steps of the scale
    scale: np.ndarray
    bias: np.ndarray  # of the units
    out: np.ndarray  # units by kinds
    out_bias: np.ndarray

    def log_odds(self, matrix: csr_matrix) -> np.ndarray:
        """Give the log odds of risk and of danger of each message."""
        units = np.maximum(matrix @ (self.units * self.scale) + self.bias, 0.0)
        return kinds.log_odds(units @ self.out + self.out_bias, kinds.sides(self.names))


def fitted(matrix: csr_matrix, named: Sequence[str], weights: np.ndarray) -> Network:
    """Fit once, on messages by columns, the kind of each and how much each weighs."""
    names = sorted(set(named))
    place = {name: number for number, name in enumerate(names)}
    truth = np.array([place[name] for name in named])
    chance = np.random.default_rng(SEED)
    shuffled = np.random.RandomState(SEED)  # one for all rounds: a number would begin each anew, in the same order
    network = MLPClassifier(
        (UNITS,), alpha=DECAY, batch_size=min(BATCH, len(truth)), learning_rate_init=RATE, random_state=shuffled
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early by design
        for _ in range(ROUNDS):
            network.partial_fit(_thinned(matrix, chance), truth, sample_weight=weights, classes=range(len(names)))
    (units, out), (bias, out_bias) = network.coefs_, network.intercepts_
    if out.shape[1] < len(names):  # of two kinds only the second is scored
        out, out_bias = np.hstack([np.zeros_like(out), out]), np.hstack([np.zeros_like(out_bias), out_bias])
    step = 10.0 ** -(DIGITS + 2)  # the least, of a unit that fell silent
    scale = np.maximum(np.round(np.abs(units).max(axis=0) / BYTE, DIGITS + 2), step)
    return Network(
        names=tuple(names),
        units=np.clip(np.rint(units / scale), -BYTE, BYTE).astype(np.int8),
        scale=scale,
        bias=np.round(bias, DIGITS),
        out=np.round(out, DIGITS),
        out_bias=np.round(out_bias, DIGITS),
    )


def _thinned(matrix: csr_matrix, chance: np.random.Generator) -> csr_matrix:
    """Give the messages with about half of their terms, which count for so much more."""
    kept = matrix.copy()
    kept.data = np.where(chance.random(len(kept.data)) >= LEFT_OUT, kept.data / (1 - LEFT_OUT), 0.0)
    kept.eliminate_zeros()
    return kept


def in_file(network: Network) -> dict[str, Any]:
    """Give a network as a file holds it; its rows in the order of the columns."""
    return {
        "kinds": network.names,
        "units": b64encode(network.units.tobytes()).decode(),
        "scale": network.scale.tolist(),
        "bias": network.bias.tolist(),
        "out": network.out.tolist(),
        "out_bias": network.out_bias.tolist(),
    }


def made_with() -> dict[str, Any]:
    """Say how it is fitted, for the card."""
    return {"units": UNITS, "rounds": ROUNDS, "left_out": LEFT_OUT, "batch": BATCH, "rate": RATE, "decay": DECAY}
