"""A linear model over words, parts of words and what the rules saw, scored in plain Python from a file.

Words, pairs of words up to three apart, and character 3-5-grams within words over the normalised text, sublinear TF-IDF, two logistic heads (risk:
level 2 and up; danger: level 3 and up), each calibrated by isotonic steps. Fitted in `training/`; nothing is fitted here.
"""

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

from samen.rooms.crisis.inference.normalise import CONTENT

MODELS = CONTENT / "model"
HEADS = ("risk", "danger")
BLOCKS = ("words", "parts")
LONGEST_PART = 5
SHORTEST_PART = 3
MOST_KEPT = 50_000

Counts = Mapping[str, int]


class BadModel(ValueError):
    """A model file is not what its card says: it is not used, and the message says how to make it anew."""


@dataclass(frozen=True)
class Steps:
    """Isotonic calibration: the probability at knots, straight in between, clipped at both ends."""

    at: tuple[float, ...]
    gives: tuple[float, ...]

    def __call__(self, score: float) -> float:
        """Give the calibrated probability of a score."""
        if score <= self.at[0]:
            return self.gives[0]
        if score >= self.at[-1]:
            return self.gives[-1]
        place = bisect_right(self.at, score)
        low, high = self.at[place - 1], self.at[place]
        part = (score - low) / (high - low) if high > low else 0.0
        return self.gives[place - 1] + part * (self.gives[place] - self.gives[place - 1])


@dataclass(frozen=True)
class Scored:
    """What the model says: the two probabilities, and how much each word gave to the danger."""

    risk: float
    danger: float


@dataclass(frozen=True)
class Model:
    """One language's model. Each term: its rarity (idf), its weight for risk, its weight for danger."""

    language: str
    words: Mapping[str, tuple[float, float, float]]
    parts: Mapping[str, tuple[float, float, float]]
    marks: Mapping[str, tuple[float, float]]
    bias: tuple[float, float]
    steps: tuple[Steps, Steps]
    ask: float  # from this calibrated risk on: a question
    alarm: float  # from this calibrated danger on: an alarm
    sha256: str = ""  # of its file
    kept: dict[str, tuple[str, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )  # the known parts of words seen

    def _parts(self, word: str) -> tuple[str, ...]:
        """Give the parts of a word that this model knows. People use the same words again and again, so they are kept."""
        found = self.kept.get(word)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[word] = tuple(part for part in parts_of(word) if part in self.parts)
        return found

    def score(self, words: Sequence[str], marks: Iterable[str]) -> Scored:
        """Score a message from its normalised words and what the rules saw."""
        risk, danger = self.bias
        parts = Counter(part for word in words for part in self._parts(word))
        for counts, known in ((word_terms(words), self.words), (parts, self.parts)):
            one, other = _block(counts, known)
            risk += one
            danger += other
        for mark in marks:
            weight = self.marks.get(mark)
            if weight is not None:
                risk += weight[0]
                danger += weight[1]
        return Scored(self.steps[0](_logistic(risk)), self.steps[1](_logistic(danger)))

    def pull(self, word: str) -> float:
        """Give how much one word by itself pulls towards risk: to show which words decided."""
        known = self.words.get(word)
        parts = [self.parts[part] for part in parts_of(word) if part in self.parts]
        length = sqrt(sum(part[0] ** 2 for part in parts)) or 1.0
        own = known[1] * known[0] if known else 0.0
        return own + sum(part[0] * part[1] for part in parts) / length


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def _block(counts: Counts, known: Mapping[str, tuple[float, float, float]]) -> tuple[float, float]:
    """Give what one block of terms adds to both heads: sublinear TF-IDF, brought to length one over the terms that are known."""
    risk = danger = length = 0.0
    for term, count in counts.items():
        found = known.get(term)
        if found is not None:
            value = found[0] * (1 + log(count)) if count > 1 else found[0]
            length += value * value
            risk += value * found[1]
            danger += value * found[2]
    if not length:
        return 0.0, 0.0
    length = sqrt(length)
    return risk / length, danger / length


def word_terms(words: Sequence[str]) -> Counts:
    """Count words, pairs of neighbours, and pairs with one or two words in between ("boot _ tonight")."""
    counts: dict[str, int] = {}
    before = last = first = ""
    for word in words:
        counts[word] = counts.get(word, 0) + 1
        if before:
            pair = f"{before} {word}"
            counts[pair] = counts.get(pair, 0) + 1
        if last:
            apart = f"{last} _ {word}"
            counts[apart] = counts.get(apart, 0) + 1
        if first:
            apart = f"{first} _ {word}"
            counts[apart] = counts.get(apart, 0) + 1
        first, last, before = last, before, word
    return counts


@lru_cache(maxsize=50_000)
def parts_of(word: str) -> tuple[str, ...]:
    """Give the parts of a word, its beginning and end marked."""
    marked = f"<{word}>"
    return tuple(
        marked[start : start + size]
        for size in range(SHORTEST_PART, LONGEST_PART + 1)
        for start in range(len(marked) - size + 1)
    )


def part_terms(words: Sequence[str]) -> Counts:
    """Count the parts of all words."""
    counts: dict[str, int] = {}
    for word in words:
        for part in parts_of(word):
            counts[part] = counts.get(part, 0) + 1
    return counts


@cache
def model(language: str) -> Model | None:
    """Give the model of a language; None when none was made. Raises: BadModel for a file that its card does not know."""
    file = MODELS / f"{language}.json"
    if not file.exists():
        return None
    raw = file.read_bytes()
    card = json.loads((MODELS / f"{language}.card.json").read_text())
    if hashlib.sha256(raw).hexdigest() != card["sha256"]:
        raise BadModel(f"{file.name} is not the file of its card. Make both anew: samen crisis train.")
    return of_file(json.loads(raw), card["sha256"])


def came_along() -> Mapping[str, str]:
    """Give the SHA-256 of the model of each language that came with this version."""
    found = {path.stem: model(path.stem) for path in files() if path.stem.isalpha()}
    return {language: each.sha256 for language, each in found.items() if each is not None}


def of_text(text: str, sha256: str) -> Model:
    """Read a model that was fitted at a service. Raises: BadModel when it is not the one that was adopted."""
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise BadModel("A model is not what its digest says. Fit it anew, or go back to the one that came along.")
    return of_file(json.loads(text), sha256)


def of_file(made: Mapping[str, Any], sha256: str = "") -> Model:
    """Read a model from the content of its file."""
    terms = {
        block: {term: (idf, risk, danger) for term, (idf, risk, danger) in made[block].items()} for block in BLOCKS
    }
    steps = [Steps(tuple(made["steps"][head]["at"]), tuple(made["steps"][head]["gives"])) for head in HEADS]
    return Model(
        language=made["language"],
        words=terms["words"],
        parts=terms["parts"],
        marks={mark: (risk, danger) for mark, (risk, danger) in made["marks"].items()},
        bias=(made["bias"][0], made["bias"][1]),
        steps=(steps[0], steps[1]),
        ask=made["ask"],
        alarm=made["alarm"],
        sha256=sha256,
    )


def files() -> tuple[Path, ...]:
    """Give the model files and cards that are there."""
    return tuple(sorted(MODELS.glob("*.json")))
