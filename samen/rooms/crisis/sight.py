"""What training learns from a message: its terms, and what the rules saw. Made by `inference/detect.py`, taken by `training/`."""

from collections.abc import Mapping
from dataclasses import dataclass

FORM = 3  # of a model's file: how its weights are meant
BY = "rule "  # begins the mark of a rule that sees danger
MEANING = "concept "  # begins the mark of a meaning

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Sight:
    """What a model is fitted on, of one message."""

    words: tuple[str, ...]  # as the rules read them
    blocks: tuple[Counts, ...]  # the terms of each block of the model, in their order
    marks: tuple[str, ...]
    level: int  # that rules alone reach
