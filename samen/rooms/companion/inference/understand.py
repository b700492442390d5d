"""What somebody means who types: one of the meanings that were written down, some to ask back, or the honest answer "not sure".

A text is taken apart into words, pairs of words and parts of words. Each meaning is scored in two ways that are added up: how much
of the text tells for it (the log of how often its phrases hold a term against how often all do: naive Bayes, Maron 1961,
doi:10.1145/321075.321084), and how near its nearest phrase is (the cosine, with terms weighted by how few meanings hold them,
Spärck Jones 1972, doi:10.1108/eb026526). Everything is counted and nothing is fitted, so a clinician can read why: the phrase
that a text was taken for stands beside every guess, and one more phrase changes what one would expect.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

# Chosen on half of the held-out phrases (validation.py): wrong and sure must stay under one in fifty on the other half.
LEAST = 0.36  # below this score nothing is taken as meant
SURE = 0.6  # from this score on, its lead over the next meaning counted once more, it is taken as meant
MARGIN = 0.05  # the least lead
MAYBE = 0.18  # from here on it is asked back
IN_SO_MANY_WORDS = 0.8  # likeness to a phrase from which on a text may break into an answer
NAMED = 0.35  # likeness to the title of an exercise from which on it is asked back
LONGEST = 30  # words of a sentence that are looked at
SENTENCES = 5  # of a text that are looked at
FAR = 0.5  # a meaning with less than this share of the best score is not asked back: a wrong guess can hurt
OPTIONS = 4  # that are asked back at most
NEAR = 0.3  # the share of the nearest phrase in a score; the rest is what tells for the meaning
WORD = re.compile(r"[^\W_]+")
SENTENCE = re.compile(r"[.!?;\n]+")
SHORT = (
    6  # words: in a longer text the same words are a smaller share, so less is asked of them before it is asked back
)
CLAUSE = re.compile(
    r",|:|\b(?:and|but|because|since|when|en|maar|omdat|dus|als|sinds|toen|zodat|waardoor)\b", re.IGNORECASE
)
CLAUSES = 4  # of a sentence that are looked at; what one of them means is asked back at most
PARTS = (3, 5)  # letters
WEIGHTS = {"w": 1.0, "2": 0.7, "3": 0.4, "p": 0.3}  # words, pairs, pairs with a word between, parts of words
SMOOTH = 0.3  # how much is believed of what was seen once
COMMON = 0.4  # a term that more of the meanings hold says nothing

NUMBERS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "nl": ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"),
}


@dataclass(frozen=True)
class Guess:
    """One meaning: its score (0 to 1), its nearest phrase, and how near that is (0 to 1)."""

    id: str
    score: float
    phrase: str
    near: float = 1.0


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
    return tuple(f"p{marked[at : at + size]}" for size in PARTS for at in range(len(marked) - size + 1))


def terms(text: str) -> Counter[str]:
    """Count the terms of a text, each kind marked by its first sign."""
    words = plain(text)
    found: Counter[str] = Counter()
    for place, word in enumerate(words):
        found[f"w{word}"] += 1
        if place:
            found[f"2{words[place - 1]} {word}"] += 1
        if place > 1:
            found[f"3{words[place - 2]} {word}"] += 1
        found.update(_parts(word))
    return found


class Index:
    """The phrases of all meanings in one language, ready to be compared with."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Take the phrases of each meaning."""
        own = {meaning: list(dict.fromkeys(each)) for meaning, each in phrases.items()}
        self.phrases = [(meaning, phrase) for meaning, each in own.items() for phrase in each]
        counted = [terms(phrase) for _, phrase in self.phrases]
        held: dict[str, Counter[str]] = {meaning: Counter() for meaning in own}
        for (meaning, _), each in zip(self.phrases, counted, strict=True):
            held[meaning].update(each.keys())
        self.most = log(1 + len(own))
        self.rarity = self._rarity(held)
        self.tells = self._tells(held, {meaning: len(each) for meaning, each in own.items()})
        self.lists: dict[str, list[tuple[int, float]]] = {}
        for number, each in enumerate(counted):
            for term, value in self._vector(each).items():
                self.lists.setdefault(term, []).append((number, value))
        self.exact: dict[str, Guess] = {}
        for meaning, phrase in self.phrases:
            self.exact.setdefault(" ".join(plain(phrase)), Guess(meaning, 1.0, phrase))

    def _rarity(self, held: Mapping[str, Counter[str]]) -> dict[str, float]:
        """Give what each term is worth: more, the fewer meanings hold it; what most hold is left out."""
        there = Counter(term for each in held.values() for term in each)
        most = max(3.0, COMMON * len(held))
        return {term: log((1 + len(held)) / (1 + n)) + SMOOTH for term, n in there.items() if n <= most}

    def _tells(self, held: Mapping[str, Counter[str]], sizes: Mapping[str, int]) -> dict[str, dict[str, float]]:
        """Give how much each term tells for each meaning that holds it."""
        total: Counter[str] = Counter()
        for each in held.values():
            total.update(each)
        everything, found = sum(sizes.values()), dict[str, dict[str, float]]()
        for meaning, each in held.items():
            for term, n in each.items():
                if term in self.rarity:
                    usual = (total[term] + SMOOTH) / (everything + 2 * SMOOTH)
                    here = (n + 2 * SMOOTH * usual) / (sizes[meaning] + 2 * SMOOTH)
                    found.setdefault(term, {})[meaning] = WEIGHTS[term[0]] * max(0.0, log(here / usual))
        return found

    def _vector(self, counted: Mapping[str, int]) -> dict[str, float]:
        """Give a vector of length one. A word that no phrase holds counts in the length: it makes a text less alike."""
        unseen = {"w": self.most + SMOOTH}
        values = {term: WEIGHTS[term[0]] * self.rarity.get(term, unseen.get(term[0], 0.0)) for term in counted}
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        return {term: value / length for term, value in values.items() if term in self.rarity}

    def rank(self, text: str) -> list[Guess]:
        """Give the meanings by their scores, the highest first; ties go by the order in which they were given."""
        best: dict[str, Guess] = {}
        for sentence in [each for each in SENTENCE.split(text) if WORD.search(each)][:SENTENCES]:
            for guess in self._ranked(sentence):
                if guess.id not in best or guess.score > best[guess.id].score:
                    best[guess.id] = guess
        return sorted(best.values(), key=lambda each: -each.score)

    def _parts_of(self, text: str) -> list[Guess]:
        """Give what the clauses of long sentences mean, each by its highest guess."""
        clauses = [each for each in CLAUSE.split(text) if len(plain(each)) > 2][:CLAUSES]
        found = [ranked[0] for each in clauses if (ranked := self._ranked(each))] if len(clauses) > 1 else []
        return sorted((each for each in found if each.score >= MAYBE), key=lambda each: -each.score)

    def _ranked(self, sentence: str) -> list[Guess]:
        """Give the meanings of one sentence; a phrase that was written down is taken at its word."""
        if said := self.exact.get(" ".join(plain(sentence))):
            return [said]
        counted = terms(sentence)
        scores: dict[int, float] = {}
        for term, value in self._vector(counted).items():
            for number, other in self.lists[term]:
                scores[number] = scores.get(number, 0.0) + value * other
        near: dict[str, tuple[float, int]] = {}
        for number in sorted(scores):
            meaning = self.phrases[number][0]
            if meaning not in near or scores[number] > near[meaning][0] + 1e-9:
                near[meaning] = (scores[number], number)
        told = self._told(counted)
        found = [
            Guess(
                meaning, round(NEAR * like + (1 - NEAR) * told.get(meaning, 0.0), 4), self.phrases[n][1], round(like, 4)
            )
            for meaning, (like, n) in near.items()
        ]
        return sorted(found, key=lambda each: -each.score)

    def _told(self, counted: Mapping[str, int]) -> dict[str, float]:
        """Give which share of all that the text could tell tells for each meaning."""
        found: dict[str, float] = {}
        whole = 0.0
        for term in counted:
            if term[0] == "w" or term in self.rarity:
                whole += WEIGHTS[term[0]] * self.most
            for meaning, value in self.tells.get(term, {}).items():
                found[meaning] = found.get(meaning, 0.0) + value
        return {meaning: value / whole for meaning, value in found.items()}

    def understand(self, text: str) -> Understood:
        """Say what a text means, what it may mean, or nothing."""
        if said := self.exact.get(" ".join(plain(text))):
            return Understood(sure=said)
        words = len(plain(text))
        ranked = self.rank(text)
        if ranked and words > 1:  # one word alone is no phrase: "blue" may be a mood or a wall
            first, lead = ranked[0], ranked[0].score - (ranked[1].score if len(ranked) > 1 else 0.0)
            if first.score >= LEAST and lead >= MARGIN and first.score + lead >= SURE:
                return Understood(sure=first)
        least = max(MAYBE * sqrt(SHORT / max(SHORT, words)), FAR * ranked[0].score if ranked else 0.0)
        ranked = [each for each in ranked if each.score >= least]
        if words > SHORT:
            # The best of the whole first, then what its clauses say, then the rest.
            ranked = [*ranked[:1], *self._parts_of(text), *ranked[1:]]
        return Understood(maybe=_each_once(ranked))


def _each_once(ranked: Iterable[Guess]) -> tuple[Guess, ...]:
    """Give the first few guesses, each meaning once: what is asked back."""
    found: dict[str, Guess] = {}
    for each in ranked:
        found.setdefault(each.id, each)
    return tuple(found.values())[:OPTIONS]


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
    return _index(tuple((meaning, tuple(phrases)) for meaning, phrases in options.items())).understand(text)


@lru_cache(maxsize=512)
def _index(options: tuple[tuple[str, tuple[str, ...]], ...]) -> Index:
    return Index(dict(options))
