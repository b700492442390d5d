"""Fits the model over the course of a talk (`course.py`): on whole talks whose turns were labelled in the light of what came before them.

It hears a talk through the models of messages, which learn from no turn of these talks (of the open ones they do). Two people labelled each turn:
who wrote the talk, and who read it without knowing its label. Its threshold comes from authors who were held out whole.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from samen.rooms.crisis.course import NOTHING, Heard, after, features, score
from samen.rooms.crisis.kinds import CUTS
from samen.rooms.crisis.training.material import CORPUS, LANGUAGES

STRENGTH = 0.05  # C of the logistic regression over features of one deviation
KINDS = 60  # that are looked at: the commonest
# By these shares, on authors held out, an alarm is raised and one of the model of messages becomes a question.
LEFT_ALONE = 0.9  # of harmless talks that are full of deathly words, and hard on purpose
HEARD = 0.96  # of messages that are danger in their talk
HEARD_CERTAIN = 0.99  # the same, where the model of messages is near certain
DISPUTED = 0.2  # weight of a turn that is danger by one of its readers
LATER = 0.05  # weight of what comes after the turn at which an open talk must have been escalated: nobody labelled it
DIGITS = 4

Hear = Callable[[Sequence[str], str], list[Heard]]


@dataclass(frozen=True)
class Talk:
    """What one person typed, turn by turn: whether each turn is danger by what came before it, and how much that label weighs."""

    author: str
    language: str
    harmless: bool
    turns: tuple[str, ...]
    danger: tuple[bool, ...]
    weights: tuple[float, ...]
    exam: bool = True  # its author was held out in choosing the threshold


def files() -> list[Path]:
    """Give the files that are learnt from."""
    return [CORPUS / folder / f"{language}.toml" for folder in ("turns", "talks") for language in LANGUAGES]


def talks() -> list[Talk]:
    """Give all talks."""
    return [talk for language in LANGUAGES for talk in (*_labelled(language), *_open(language))]


def _labelled(language: str) -> Iterator[Talk]:
    for each in tomllib.loads((CORPUS / "turns" / f"{language}.toml").read_text())["talk"]:
        both = [(own >= max(CUTS), other >= max(CUTS)) for own, other in zip(each["now"], each["read"], strict=True)]
        yield Talk(
            f"{language} {each['author']}",
            language,
            each["kind"] == "harmless",
            tuple(each["turns"]),
            tuple(own for own, _ in both),
            tuple(1.0 if own == other else DISPUTED for own, other in both),
        )


def _open(language: str) -> Iterator[Talk]:
    """Give the open talks: danger from the turn at which they must have been escalated. By the last author the rules for talks are tried."""
    for each in tomllib.loads((CORPUS / "talks" / f"{language}.toml").read_text())["dialogue"]:
        author = each["id"].split("-")[3]
        if each["expect"] == "ask" or author == "o4":
            continue
        turns, by = range(1, len(each["turns"]) + 1), each["by"]
        yield Talk(
            f"{language} {author}",
            language,
            each["expect"] == "harmless",
            tuple(each["turns"]),
            tuple(bool(by) and turn >= by for turn in turns),
            tuple(LATER if by and turn > by else 1.0 for turn in turns),
            exam=False,
        )


def fit(hear: Hear) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the model as its file holds it, and what was measured on authors held out. `hear`: what is heard in each turn, by the language."""
    found = talks()
    seen = [_seen(hear(talk.turns, talk.language)) for talk in found]
    kept = _kept(seen)
    held_out: list[np.ndarray | None] = [None] * len(found)
    for author in sorted({talk.author for talk in found if talk.exam}):
        others = [place for place, talk in enumerate(found) if talk.author != author]
        weights, bias = _fitted([found[place] for place in others], [seen[place] for place in others], kept)
        for place, talk in enumerate(found):
            if talk.author == author:
                held_out[place] = _scores(seen[place], weights, bias)
    tried = [(talk, scores) for talk, scores in zip(found, held_out, strict=True) if scores is not None]
    alarm, calm, very_calm = _thresholds(tried)
    weights, bias = _fitted(found, seen, kept)
    made = {"weights": weights, "bias": bias, "alarm": alarm, "calm": calm, "very_calm": very_calm}
    return made, _figures(tried, alarm, calm)


def _seen(heard: Sequence[Heard]) -> list[Mapping[str, float]]:
    """Give the features of each turn of a talk."""
    so_far, found = NOTHING, []
    for each in heard:
        found.append(features(so_far, each))
        so_far = after(so_far, each)
    return found


def _kept(seen: Sequence[Sequence[Mapping[str, float]]]) -> list[str]:
    """Give the features that are looked at, in the order of the alphabet: of kinds the commonest alone."""
    names: set[str] = set()
    kinds: dict[str, float] = {}
    for turns in seen:
        for each in turns:
            for name, value in each.items():
                if name.startswith("is "):
                    kind = name.removeprefix("is ")
                    kinds[kind] = kinds.get(kind, 0.0) + value
                elif not name.startswith("was "):
                    names.add(name)
    commonest = sorted(kinds, key=lambda name: (-round(kinds[name], 6), name))[:KINDS]
    return sorted(names | {f"{when} {name}" for when in ("is", "was") for name in commonest})


def _fitted(
    found: Sequence[Talk], seen: Sequence[Sequence[Mapping[str, float]]], kept: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Fit once; give the weights of features as they come, and the bias, both rounded as the file holds them."""
    rows = np.array([[each.get(name, 0.0) for name in kept] for turns in seen for each in turns])
    truth = np.array([danger for talk in found for danger in talk.danger])
    weight = np.array([each for talk in found for each in talk.weights])
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread == 0] = 1.0
    head = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=2000, tol=1e-6)
    head.fit((rows - mean) / spread, truth, weight)
    weights = head.coef_[0] / spread
    bias = round(float(head.intercept_[0] - weights @ mean), DIGITS)
    return {name: round(float(each), DIGITS) for name, each in zip(kept, weights, strict=True)}, bias


def _scores(turns: Sequence[Mapping[str, float]], weights: Mapping[str, float], bias: float) -> np.ndarray:
    """Score each turn as `inference/course.py` does."""
    return np.array([score(weights, bias, each) for each in turns])


def _thresholds(tried: Sequence[tuple[Talk, np.ndarray]]) -> tuple[float, float, float]:
    """Give the scores from which on, and below which, this model changes what a message says: each from the second message of a talk on.

    The last is that below which it counts against what the model of messages is near certain of.
    """
    harmless = np.sort([max(scores[1:], default=-np.inf) for talk, scores in tried if talk.harmless])
    danger = np.sort(_of_danger(tried))
    alarm = harmless[ceil(LEFT_ALONE * len(harmless)) - 1] + 10.0**-DIGITS
    calm, very_calm = (min(alarm, danger[int((1 - heard) * len(danger))]) for heard in (HEARD, HEARD_CERTAIN))
    return round(float(alarm), DIGITS), round(float(calm), DIGITS), round(float(very_calm), DIGITS)


def _of_danger(tried: Sequence[tuple[Talk, np.ndarray]]) -> list[float]:
    """Give the scores of messages that are danger in their talk."""
    return [
        float(each)
        for talk, scores in tried
        for each, danger in zip(scores[1:], talk.danger[1:], strict=True)
        if danger
    ]


def _figures(tried: Sequence[tuple[Talk, np.ndarray]], alarm: float, calm: float) -> dict[str, Any]:
    """Say what this model alone reaches on authors held out."""

    def share(harmless: bool) -> float:
        heard = [bool((scores[1:] >= alarm).any()) for talk, scores in tried if talk.harmless is harmless]
        return round(sum(heard) / len(heard), 3)

    return {
        "talks": len(tried),
        "harmless_alarmed": share(harmless=True),
        "grave_alarmed": share(harmless=False),
        "danger_called_calm": round(float(np.mean(np.array(_of_danger(tried)) < calm)), 3),
    }


def made_with() -> dict[str, Any]:
    """Say how it is fitted, for the card."""
    return {
        "strength": STRENGTH,
        "kinds": KINDS,
        "disputed": DISPUTED,
        "later": LATER,
        "left_alone": LEFT_ALONE,
        "heard": HEARD,
        "heard_certain": HEARD_CERTAIN,
    }
