"""Of which kind a message is: the last step of a small network over what its terms add up to (`kinds.py`). Fitted in `training/network.py`."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from samen.rooms.crisis import kinds
from samen.rooms.crisis.course import DIGITS, LEAST, Shares

SURE_OF_TOPIC = 0.5  # of what speaks for any topic: one that is less than half of it is not named


@dataclass(frozen=True)
class Network:
    """From units to kinds."""

    names: tuple[str, ...]
    out: np.ndarray  # units by kinds
    bias: np.ndarray  # of the kinds

    def scores(self, units: np.ndarray) -> np.ndarray:
        """Score each kind from what the terms of a message add up to, by unit."""
        scored: np.ndarray = np.maximum(units, 0.0) @ self.out + self.bias
        return scored

    def log_odds(self, scores: np.ndarray) -> tuple[float, float]:
        """Give the log odds of risk and of danger."""
        risk, danger = kinds.log_odds(scores, self._sides)
        return float(risk), float(danger)

    def topic(self, scores: np.ndarray) -> str:
        """Give what a message would be about if it is in danger; empty where no topic is likelier than all others together."""
        risky, topics, names = self._topics
        odds = np.exp(scores[risky] - scores[risky].max())
        by_topic = np.bincount(topics, weights=odds)
        likeliest = int(by_topic.argmax())
        if by_topic[likeliest] <= SURE_OF_TOPIC * by_topic.sum():
            return ""
        return names[likeliest]

    def kinds(self, scores: np.ndarray) -> Shares:
        """Give how likely each kind is, heavy and light harmless ones as one; those too unlikely to tell are left out."""
        odds = np.exp(scores - scores.max())
        whole, places = self._whole
        likely = np.bincount(places, weights=odds / odds.sum())
        return tuple((whole[place], round(float(likely[place]), DIGITS)) for place in np.flatnonzero(likely >= LEAST))

    @cached_property
    def _whole(self) -> tuple[list[str], np.ndarray]:
        """Give the names of kinds, those of level 0 and 1 as one, and for each kind the place of its own."""
        names = [
            f"{0 if kinds.level_of(name) < min(kinds.CUTS) else kinds.level_of(name)} {kinds.topic_of(name)}"
            for name in self.names
        ]
        whole = sorted(set(names))
        return whole, np.array([whole.index(name) for name in names])

    @cached_property
    def _sides(self) -> np.ndarray:
        return kinds.sides(self.names)

    @cached_property
    def _topics(self) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Give the places of kinds from level 2 on, by number the topic of each, and the names of topics."""
        risky = [place for place, name in enumerate(self.names) if kinds.level_of(name) >= min(kinds.CUTS)]
        names = sorted({kinds.topic_of(self.names[place]) for place in risky})
        return np.array(risky), np.array([names.index(kinds.topic_of(self.names[place])) for place in risky]), names


def of_file(made: Mapping[str, Any]) -> tuple[Network, np.ndarray, np.ndarray]:
    """Read a network from its part of a model's file: its last step, what each term adds to each unit, and the units' bias."""
    scale = np.array(made["scale"], dtype=np.float32)
    rows = np.frombuffer(b64decode(made["units"]), dtype=np.int8).reshape(-1, len(scale))
    last = Network(tuple(made["kinds"]), np.array(made["out"]), np.array(made["out_bias"]))
    return last, rows * scale, np.array(made["bias"])
