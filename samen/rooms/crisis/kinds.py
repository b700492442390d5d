"""Kinds of messages: a level up to 3 with its topic, or for harmless ones with what is alarming about their words ("3 means", "0 games", "1 ").

A network that has to tell kinds apart learns more of each than one that is told no more than danger or none.
"""

from collections.abc import Sequence

import numpy as np

CUTS = (2, 3)  # risk: level 2 and up; danger: level 3 and up
MOST = 16.0  # log odds beyond this say no more
LEAST = 1e-12  # so that what has no odds at all has a logarithm


def kind_of(level: int, topic: str, trap: str) -> str:
    """Name the kind of a message."""
    return f"{min(level, max(CUTS))} {topic if level >= min(CUTS) else trap}"


def level_of(kind: str) -> int:
    """Give the level of a kind."""
    return int(kind.partition(" ")[0])


def topic_of(kind: str) -> str:
    """Give the topic of a kind from level 2 on, or the trap of one below."""
    return kind.partition(" ")[2]


def sides(kinds: Sequence[str]) -> np.ndarray:
    """Give for each kind (rows) whether it is risk, is none, is danger, is none."""
    levels = np.array([level_of(kind) for kind in kinds])
    return np.stack([side for cut in CUTS for side in (levels >= cut, levels < cut)], axis=1).astype(float)


def log_odds(scores: np.ndarray, by_side: np.ndarray) -> np.ndarray:
    """Give the log odds of risk and of danger (the last axis) from the scores of kinds (the last axis), as a softmax means them.

    `by_side`: what `sides` says of these kinds.
    """
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True)) @ by_side
    kept = np.log(odds + LEAST)
    return np.clip(kept[..., 0::2] - kept[..., 1::2], -MOST, MOST)
