"""A linear model over the course of a talk: whether a message is danger in the light of what came before it. Fitted in `training/course.py`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from samen.rooms.crisis.course import Course, Heard, features
from samen.rooms.crisis.inference.linear import BadModel
from samen.rooms.crisis.inference.normalise import CONTENT

FOLDER = CONTENT / "course"


@dataclass(frozen=True)
class Model:
    """Weights by the name of a feature (`course.features`); from one score on a message is danger in its talk, below another it is none."""

    weights: Mapping[str, float]
    bias: float
    alarm: float
    calm: float

    def score(self, so_far: Course, heard: Heard) -> float:
        """Give the log odds that a message is danger after what came before it."""
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features(so_far, heard).items())


@cache
def model() -> Model | None:
    """Give the model that came along; None when none was made. Raises: BadModel for a file that its card does not know."""
    file = FOLDER / "model.json"
    if not file.exists():
        return None
    raw = file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != json.loads((FOLDER / "card.json").read_text())["sha256"]:
        raise BadModel(f"{file.name} is not the file of its card. Make both anew: samen crisis train.")
    made = json.loads(raw)
    return Model(made["weights"], made["bias"], made["alarm"], made["calm"])
