"""The model over words, parts of words, pairs of meanings and what the rules saw, scored from a file.

Words, pairs of words up to three apart, character 3-5-grams within words, and which meanings stand near each other and near which words
(pairs.py): each block in TF-IDF of length one, sublinear but for parts of words, which are added up word by word so that what a word adds
can be kept. Over them two logistic heads (risk: level 2 and up; danger: level 3 and up) and a small network that hears of which
kind a message is (network.py); the mean of what both say is calibrated by isotonic steps. Fitted in `training/`; nothing is fitted here.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import count
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from samen.rooms.crisis import kinds
from samen.rooms.crisis.course import DIGITS, Heard
from samen.rooms.crisis.inference.meaning import Head, head
from samen.rooms.crisis.inference.network import Network
from samen.rooms.crisis.inference.network import of_file as of_network
from samen.rooms.crisis.inference.normalise import CONTENT
from samen.rooms.crisis.inference.pairs import Beside, Partners, Term, known_pairs, partners
from samen.rooms.crisis.reading import Topic
from samen.rooms.crisis.sight import FORM, Counts

MODELS = CONTENT / "model"
HEADS = ("risk", "danger")
BLOCKS = ("words", "parts", "pairs")
LONGEST_PART = 5
SHORTEST_PART = 3
MOST_KEPT = 50_000


class BadModel(ValueError):
    """A model file is not what its card says: it is not used, and the message says how to make it anew."""


class OldModel(BadModel):
    """A model was fitted by another version of the product, which reads its weights otherwise."""


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


def steps_of(made: Mapping[str, Sequence[float]]) -> Steps:
    """Read the steps of one head from the content of a file."""
    return Steps(tuple(made["at"]), tuple(made["gives"]))


@dataclass(frozen=True)
class Scored:
    """What the model says: the two probabilities, from which sureness on they count, and what it is about (empty where that is open)."""

    risk: float
    danger: float
    ask: float = 1.0
    alarm: float = 1.0
    topic: str = ""
    heard: Heard | None = None  # before calibration, for the course of a talk


@dataclass(frozen=True)
class Model:
    """One language's model. Each term: its row among the weights, and its rarity (idf). A row: for risk, for danger, and for each unit."""

    language: str
    words: Mapping[str, Term]
    parts: Mapping[str, Term]
    pairs: Mapping[str, Partners]  # by the meaning that they are about
    marks: Mapping[str, int]  # their rows
    weights: np.ndarray  # rows by columns
    bias: np.ndarray  # of the same columns
    network: Network  # reads what the units add up to
    steps: tuple[Steps, Steps]
    ask: float  # from this calibrated risk on: a question
    alarm: float  # from this calibrated danger on: an alarm
    everywhere: frozenset[str] = frozenset()  # meanings whose pairs were left away
    sha256: str = ""  # of its file; with a head, of both
    head: Head | None = None  # what a message means beside its words, where that layer runs
    both: tuple[Steps, Steps] | None = None  # with a head, the calibration of both together
    alone: tuple[float, float] | None = None  # with a head, the two thresholds for messages at which it does not look
    kept: dict[str, tuple[float, np.ndarray]] = field(
        default_factory=dict, compare=False, repr=False
    )  # what words seen add by their parts

    def _parts(self, word: str) -> tuple[float, np.ndarray]:
        """Give what the parts of a word add: to the square of the length, and to each column. People use the same words again, so it is kept."""
        found = self.kept.get(word)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            known = [self.parts[part] for part in dict.fromkeys(parts_of(word)) if part in self.parts]
            found = self.kept[word] = (sum(idf * idf for _, idf in known), self._sum(known))
        return found

    def _sum(self, terms: Sequence[Term]) -> np.ndarray:
        """Add up the rows of terms, each by its value."""
        rows = np.array([row for row, _ in terms], dtype=np.intp)
        summed: np.ndarray = np.array([value for _, value in terms], dtype=np.float32) @ self.weights[rows]
        return summed

    def score(
        self, words: Sequence[str], there: Iterable[Beside], marks: Iterable[str], *, meaning: bool = False
    ) -> Scored:
        """Score a message from its normalised words, what stands beside its meanings and what the rules saw; with `meaning`, by the head too."""
        risk, danger, scores = self.heard(words, there, marks)
        heard = Heard(round(risk, DIGITS), round(danger, DIGITS), self.network.kinds(scores))
        steps, (ask, alarm) = self.steps, self.alone or self.cuts()
        if meaning and self.head is not None and self.both is not None:
            steps, (ask, alarm) = self.both, self.cuts()
            more = self.head.adds(words)
            risk, danger = risk + more[0], danger + more[1]
        risk, danger = steps[0](_logistic(risk)), steps[1](_logistic(danger))
        topic = self.network.topic(scores) if risk >= ask or danger >= alarm else ""
        return Scored(risk, danger, ask, alarm, topic, heard)

    def cuts(self) -> tuple[float, float]:
        """Give from which sureness on a message is asked about, and from which it alarms."""
        return self.ask, self.alarm

    def heard(
        self, words: Sequence[str], there: Iterable[Beside], marks: Iterable[str]
    ) -> tuple[float, float, np.ndarray]:
        """Give the log odds of risk and of danger before calibration, halfway between heads and network, and the network's score of each kind."""
        columns = self._columns(words, there, marks)
        scores = self.network.scores(columns[len(HEADS) :])
        risk, danger = self.network.log_odds(scores)
        return (float(columns[0]) + risk) / 2, (float(columns[1]) + danger) / 2, scores

    def _columns(self, words: Sequence[str], there: Iterable[Beside], marks: Iterable[str]) -> np.ndarray:
        """Give what a message adds up to, by column."""
        terms = [
            known if count == 1 else (known[0], known[1] * (1 + log(count)))
            for term, count in word_terms(words).items()
            if (known := self.words.get(term)) is not None
        ]
        found = _of_length_one(terms) + _of_length_one(known_pairs(there, self.pairs))
        found += [(self.marks[mark], 1.0) for mark in marks if mark in self.marks]
        return self.bias + self._sum(found) + self._by_parts(words)

    def _by_parts(self, words: Iterable[str]) -> np.ndarray:
        """Give what the parts of words add, each word once."""
        found = [self._parts(word) for word in dict.fromkeys(words)]
        length = sqrt(sum(square for square, _ in found)) or 1.0
        return np.array(sum(columns for _, columns in found) / length)

    def pull(self, word: str) -> float:
        """Give how much one word by itself pulls towards risk: to show which words decided."""
        known = self.words.get(word)
        square, columns = self._parts(word)
        own = self.weights[known[0], 0] * known[1] if known else 0.0
        return float(own + columns[0] / (sqrt(square) or 1.0))


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def _of_length_one(terms: Sequence[Term]) -> list[Term]:
    """Bring the values of one block to length one over the terms that are known."""
    length = sqrt(sum([value * value for _, value in terms])) or 1.0
    return [(row, value / length) for row, value in terms]


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
    """Count for each part the words that hold it, each word once."""
    counts: dict[str, int] = {}
    for word in dict.fromkeys(words):
        for part in dict.fromkeys(parts_of(word)):
            counts[part] = counts.get(part, 0) + 1
    return counts


@cache
def model(language: str, folder: Path | None = None) -> Model | None:
    """Give the model of a language; None when none was made. Raises: BadModel for a file that its card does not know."""
    folder = folder or MODELS
    found = checked(folder / f"{language}.json", folder / f"{language}.card.json")
    return of_file(*found) if found is not None else None


def checked(file: Path, card: Path) -> tuple[dict[str, Any], str] | None:
    """Give the content of a model's file and its SHA-256; None when there is no file. Raises: BadModel for one that its card does not know."""
    if not file.exists():
        return None
    raw = file.read_bytes()
    sha256 = hashlib.sha256(raw).hexdigest()
    if sha256 != json.loads(card.read_text())["sha256"]:
        raise BadModel(f"{file.name} is not the file of its card. Make both anew: samen crisis train.")
    return json.loads(raw), sha256


def whole(language: str) -> Model | None:
    """Give the model of a language as it runs here: with the head over meaning, where that layer is installed.

    Raises: BadModel; meaning.BadFile when the layer is installed and one of its files is not the one that was tested.
    """
    known, over = model(language), head(language)
    return known if known is None or over is None else joined(language, over.sha256)


@cache
def joined(language: str, sha256: str) -> Model | None:
    """Give the model of a language with its head of this SHA-256, made once."""
    known = model(language)
    return known if known is None else with_head(known, head(language))


def with_head(known: Model, over: Head | None) -> Model:
    """Put a head over a model. One that was calibrated with another model is left away."""
    if over is None or over.beside != known.sha256:
        return known
    sha = hashlib.sha256(f"{known.sha256} {over.sha256}".encode()).hexdigest()
    both = (steps_of(over.steps[HEADS[0]]), steps_of(over.steps[HEADS[1]]))
    return replace(known, head=over, both=both, sha256=sha, ask=over.ask, alarm=over.alarm, alone=known.cuts())


def came_along() -> Mapping[str, str]:
    """Give the SHA-256 of the model of each language that came with this version, as it runs here."""
    found = {path.stem: whole(path.stem) for path in files() if path.stem.isalpha()}
    return {language: each.sha256 for language, each in found.items() if each is not None}


def of_text(text: str, sha256: str) -> Model:
    """Read a model that was fitted at a service. Raises: BadModel when it is not the one that was adopted."""
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise BadModel("A model is not what its digest says. Fit it anew, or go back to the one that came along.")
    return of_file(json.loads(text), sha256)


def of_file(made: Mapping[str, Any], sha256: str = "") -> Model:
    """Read a model from the content of its file. Raises: OldModel for one that another version fitted; BadModel for a topic that there is not."""
    if made.get("form") != FORM:
        raise OldModel("A model was fitted by another version, which reads its weights otherwise. Fit it anew.")
    network, units, bias = of_network(made["network"])
    if not all(
        kinds.topic_of(each) in {"", *Topic} for each in network.names if kinds.level_of(each) >= min(kinds.CUTS)
    ):
        raise BadModel("A model names a topic that there is not. Fit it anew.")
    rows = count()
    terms = {block: {term: (next(rows), made[block][term][0]) for term in sorted(made[block])} for block in BLOCKS}
    marks = {mark: next(rows) for mark in sorted(made["marks"])}
    heads = [made[block][term][1:] for block in BLOCKS for term in terms[block]] + [
        made["marks"][mark] for mark in marks
    ]
    steps = [steps_of(made["steps"][head]) for head in HEADS]
    return Model(
        language=made["language"],
        words=terms["words"],
        parts=terms["parts"],
        pairs=partners(terms["pairs"]),
        marks=marks,
        weights=np.hstack([np.array(heads, dtype=np.float32), units], dtype=np.float32),
        bias=np.array([*made["bias"], *bias]),
        network=network,
        steps=(steps[0], steps[1]),
        ask=made["ask"],
        alarm=made["alarm"],
        everywhere=frozenset(made["everywhere"]),
        sha256=sha256,
    )


def files() -> tuple[Path, ...]:
    """Give the model files and cards that are there."""
    return tuple(sorted(MODELS.glob("*.json")))
