"""How hard a text is to read: words in a sentence, syllables in a word, and the reading ease that follows from them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyphen

BLANK = re.compile(r"\{[^}]*\}")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
STOP = re.compile(r"[.?!…]+[”’\")]*(?:\s+|$)")
# Flesch counts units of thought: a colon or a semicolon between two whole thoughts ends one as well.
THOUGHT = re.compile(r"[.?!…:;]+[”’\")]*(?:\s+|$)")
VOWELS = {"en": re.compile(r"[aeiouyà-ÿ]+"), "nl": re.compile(r"ij|[aeiouyà-ÿ]+")}
TYPICAL = {"en": "Monday", "nl": "maandag"}  # stands for a blank: two syllables


@dataclass(frozen=True)
class Counts:
    """What a text is made of."""

    thoughts: int
    words: int
    syllables: int

    def ease(self, language: str) -> float:
        """Give the reading ease, 0 (very hard) to 100 (very easy).

        English: Flesch 1948, doi:10.1037/h0057532. Dutch: Douma 1960, De leesbaarheid van landbouwbladen, Wageningen.
        """
        length, weight = self.words / self.thoughts, self.syllables / self.words
        if language == "nl":
            return 206.835 - 0.93 * length - 77 * weight
        return 206.835 - 1.015 * length - 84.6 * weight


def plain(text: str, language: str) -> str:
    """Give the text with an ordinary word in each of its blanks."""
    return BLANK.sub(TYPICAL[language], text)


def words(text: str) -> list[str]:
    """Give the words of a text."""
    return WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Give the sentences of a text."""
    return [each for each in STOP.split(text) if words(each)]


def count(texts: Iterable[str], language: str) -> Counts:
    """Count thoughts, words and syllables over some texts."""
    thoughts = spoken = syllables_ = 0
    for text in texts:
        found = words(plain(text, language))
        thoughts += sum(1 for each in THOUGHT.split(plain(text, language)) if words(each))
        spoken += len(found)
        syllables_ += sum(syllables(word.lower(), language) for word in found)
    return Counts(max(thoughts, 1), max(spoken, 1), syllables_)


@cache
def syllables(word: str, language: str) -> int:
    """Count syllables on the strict side: the higher of where the word may be broken and how often a vowel sounds."""
    broken = len(_breaker(language).positions(word)) + 1
    sounded = word
    if language == "en":  # a mute e is written and not heard
        sounded = re.sub(r"(?<=[^aeiouyl])(?:e|es)$|(?<=[^aeioutd])ed$", "", word)
        sounded = re.sub(r"(?<=[aeiouy]l)e$", "", sounded)
    return max(broken, len(VOWELS[language].findall(sounded)), 1)


@cache
def _breaker(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang={"en": "en_GB", "nl": "nl_NL"}[language], left=1, right=1)
