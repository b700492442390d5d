"""What somebody means who types: the nearest of the phrases that were written for each meaning, or the honest answer "not sure".

Each phrase is a vector of words, pairs of words and parts of words, weighted by how rare they are among all phrases (TF-IDF,
Spärck Jones 1972, doi:10.1108/eb026526); the text goes to the meaning with the nearest phrase by the cosine. Nothing is fitted,
so a clinician can read why: the phrase that it was taken for stands beside every guess.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

SURE = 0.62  # from this likeness on, with the margin, it is taken as meant: chosen on phrases that were held out
MAYBE = 0.38  # from here on it is asked back
MARGIN = 0.08  # that much nearer than the next meaning
LONGEST = 40  # words looked at: nobody means a button by a letter
OPTIONS = 3  # that are asked back at most
WORD = re.compile(r"[^\W_]+")
PART = 4
WORD_WEIGHT, PAIR_WEIGHT, PART_WEIGHT = 1.0, 0.7, 0.35

NUMBERS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "nl": ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"),
}


@dataclass(frozen=True)
class Guess:
    """One meaning: how near its nearest phrase is (0 to 1), and that phrase."""

    id: str
    score: float
    phrase: str


@dataclass(frozen=True)
class Understood:
    """What a text was taken for: one sure meaning, some to ask back, or nothing."""

    sure: Guess | None = None
    maybe: tuple[Guess, ...] = ()


def plain(text: str) -> list[str]:
    """Give the words of a text in small letters, without accents and apostrophes."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in bare if not unicodedata.combining(each) and each not in "'’‘`")
    return WORD.findall(bare)[:LONGEST]


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    marked = f"<{word}>"
    return tuple(marked[at : at + PART] for at in range(max(1, len(marked) - PART + 1)))


def terms(text: str) -> Counter[str]:
    """Count the terms of a text, each kind marked by its first sign."""
    words = plain(text)
    found: Counter[str] = Counter()
    for place, word in enumerate(words):
        found[f"w{word}"] += 1
        if place:
            found[f"2{words[place - 1]} {word}"] += 1
        for part in _parts(word):
            found[f"p{part}"] += 1
    return found


def _weight(term: str) -> float:
    return PART_WEIGHT if term[0] == "p" else PAIR_WEIGHT if term[0] == "2" else WORD_WEIGHT


class Index:
    """The phrases of all meanings in one language, ready to be compared with."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Take the phrases of each meaning."""
        self.phrases = [(meaning, phrase) for meaning, each in phrases.items() for phrase in dict.fromkeys(each)]
        counted = [terms(phrase) for _, phrase in self.phrases]
        there = Counter(term for each in counted for term in each)
        self.rarity = {term: log((1 + len(counted)) / (1 + n)) + 1 for term, n in there.items()}
        self.unseen = log(1 + len(counted)) + 1
        self.lists: dict[str, list[tuple[int, float]]] = {}
        for number, each in enumerate(counted):
            for term, value in self._vector(each).items():
                self.lists.setdefault(term, []).append((number, value))

    def _vector(self, counted: Mapping[str, int]) -> dict[str, float]:
        """Give a vector of length one. A word that no phrase holds counts in the length: it makes a text less alike."""
        values = {
            term: _weight(term) * self.rarity.get(term, self.unseen if term[0] == "w" else 0.0) * (1 + log(n))
            for term, n in counted.items()
        }
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        return {term: value / length for term, value in values.items()}

    def rank(self, text: str) -> list[Guess]:
        """Give the meanings by how near they are, the nearest first; ties go by the order in which they were given."""
        scores: dict[int, float] = {}
        for term, value in self._vector(terms(text)).items():
            for number, other in self.lists.get(term, ()):
                scores[number] = scores.get(number, 0.0) + value * other
        best: dict[str, tuple[float, int]] = {}
        for number in sorted(scores):
            meaning = self.phrases[number][0]
            if meaning not in best or scores[number] > best[meaning][0] + 1e-9:
                best[meaning] = (scores[number], number)
        ordered = sorted(best.items(), key=lambda each: (-round(each[1][0], 9), each[1][1]))
        return [Guess(meaning, round(score, 4), self.phrases[number][1]) for meaning, (score, number) in ordered]

    def understand(self, text: str) -> Understood:
        """Say what a text means, what it may mean, or nothing."""
        ranked = [each for each in self.rank(text) if each.score >= MAYBE]
        if not ranked:
            return Understood()
        first, second = ranked[0], ranked[1].score if len(ranked) > 1 else 0.0
        if first.score >= SURE and first.score - second >= MARGIN:
            return Understood(sure=first)
        return Understood(maybe=tuple(ranked[:OPTIONS]))


def number(text: str, language: str, low: int, high: int) -> int | None:
    """Give the one whole number that a text names between two bounds, in digits or words; None when it is not clear."""
    words = plain(text)
    found = {int(each) for each in words if each.isdigit() and len(each) < 4}
    if not found:
        found = {place for place, name in enumerate(NUMBERS[language]) if name in words}
        if language == "nl" and len(found) > 1:
            found -= {1}  # "een" is an article as well: "een zeven" is 7
    inside = {each for each in found if low <= each <= high}
    return inside.pop() if len(inside) == 1 and inside == found else None


def nearest(options: Mapping[str, Sequence[str]], text: str) -> Understood:
    """Say which of a few buttons a text means: its label, or what else was written for it."""
    said = " ".join(plain(text))
    for meaning, phrases in options.items():
        for phrase in phrases:
            if said and said == " ".join(plain(phrase)):
                return Understood(sure=Guess(meaning, 1.0, phrase))
    return Index(options).understand(text)
