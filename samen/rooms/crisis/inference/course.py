"""A linear model over the course of a talk: whether a message is danger in the light of what came before it. Fitted in `training/course.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from samen.rooms.crisis.course import Course, Heard, features, score
from samen.rooms.crisis.inference.linear import checked
from samen.rooms.crisis.inference.normalise import CONTENT

FOLDER = CONTENT / "course"


@dataclass(frozen=True)
class Model:
    """Weights by the name of a feature (`course.features`); from one score on a message is danger in its talk, below two others it is none."""

    weights: Mapping[str, float]
    bias: float
    alarm: float
    calm: float
    very_calm: float  # so low that this counts against what the model of messages is near certain of

    def score(self, so_far: Course, heard: Heard) -> float:
        """Give the log odds that a message is danger after what came before it."""
        return score(self.weights, self.bias, features(so_far, heard))


@cache
def model() -> Model | None:
    """Give the model that came along; None when none was made. Raises: BadModel for a file that its card does not know."""
    found = checked(FOLDER / "model.json", FOLDER / "card.json")
    if found is None:
        return None
    made, _ = found
    return Model(made["weights"], made["bias"], made["alarm"], made["calm"], made["very_calm"])
