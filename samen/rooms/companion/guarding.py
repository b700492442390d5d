"""Whether a text of a language model may be said in place of the scripted one. Pure. Every doubt is a no, with a word for why.

A text passes when it is the same thing in other words: closed vocabulary, the same numbers, questions and negations, enough of
the same content, the same language, short and easy to read, and none of the patterns of content/rules/guard.toml and banned.toml.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samen.rooms.companion.compiler import LEAST_EASE, MOST_IN_SENTENCE, MOST_WORDS, SENTENCE, SHORT, Banned, ease
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.rephrasing import Wish
from samen.rooms.companion.tokens import stem

MOST_TIMES = 1.6  # as many words as the scripted text
LEAST_TIMES = 0.6
KEEPS = 0.4  # share of the scripted text's own words that must still be there
KEEPS_OF_QUESTION = 0.5
OWN = 0.5  # share of each sentence that must be of the scripted text
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèëêïíîóöôúüáàâäçÉËÏÖÜ")
SIGNS = frozenset("0123456789 .,?!:;-–’'“”\"…")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Rules:
    """What stands in content/rules/guard.toml, ready to be used."""

    private: frozenset[str]
    frame: Mapping[str, Mapping[str, str]]
    stays: Mapping[str, re.Pattern[str]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    reflects: Mapping[str, re.Pattern[str]]
    negations: Mapping[str, frozenset[str]]
    numbers: Mapping[str, frozenset[str]]
    small: Mapping[str, frozenset[str]]
    plain: Mapping[str, frozenset[str]]  # stems
    never: tuple[Banned, ...]


def rules(raw: Mapping[str, Any], never: Sequence[Banned]) -> Rules:
    """Read the rules. Raises: KeyError, re.error."""
    return Rules(
        private=frozenset(raw["private"]),
        frame=raw["frame"],
        stays={each: re.compile(raw["stays"][each], re.IGNORECASE) for each in LANGUAGES},
        patterns={
            each["id"]: tuple(re.compile(one, re.IGNORECASE) for one in each["patterns"]) for each in raw["rule"]
        },
        reflects={each: re.compile(raw["reflects"][each], re.IGNORECASE) for each in LANGUAGES},
        negations={each: frozenset(raw["negations"][each]) for each in LANGUAGES},
        numbers={each: frozenset(raw["numbers"][each]) for each in LANGUAGES},
        small={each: frozenset(raw["small"][each].split()) for each in LANGUAGES},
        plain={each: frozenset(stem(word) for word in raw["plain"][each].split()) for each in LANGUAGES},
        never=tuple(never),
    )


def words(text: str) -> list[str]:
    """Give the words of a text in small letters."""
    return [each.casefold().replace("’", "'") for each in WORD.findall(text)]


def refused(wish: Wish, text: str, by: Rules, hears: Callable[[str, str], int]) -> str:
    """Give the word for why a text may not be said, nothing when it may. `hears` is the crisis room's ear: text, language -> level."""
    for check in (_signs, _length, _reading, _patterns, _figures, _questions, _negations, _words, _meaning, _strays):
        if why := check(wish, text, by):
            return why
    return "danger" if any(hears(text, language) for language in LANGUAGES) else ""


def _signs(_: Wish, text: str, __: Rules) -> str:
    """Only letters of the two languages and plain signs: no markup, hidden or look-alike letters, emoji, other scripts."""
    if unicodedata.normalize("NFC", text) != text or any(each not in LETTERS and each not in SIGNS for each in text):
        return "signs"
    return "" if re.search(r"[.?!…”\"]$", text) else "unfinished"


def _length(wish: Wish, text: str, _: Rules) -> str:
    count, was = len(WORD.findall(text)), len(WORD.findall(wish.scripted))
    return "" if was * LEAST_TIMES <= count <= min(MOST_WORDS, was * MOST_TIMES) else "length"


def _reading(wish: Wish, text: str, _: Rules) -> str:
    if max(len(WORD.findall(each)) for each in SENTENCE.split(text)) > MOST_IN_SENTENCE:
        return "long_sentence"
    least = min(LEAST_EASE, ease(wish.scripted, wish.language))
    return "hard_to_read" if len(WORD.findall(text)) >= SHORT and ease(text, wish.language) < least else ""


def _patterns(wish: Wish, text: str, by: Rules) -> str:
    said, was = text.replace("'", "’"), wish.scripted.replace("'", "’").casefold()
    for name, found in _all(by):
        for each in found.finditer(said):
            if each.group(0).casefold() not in was:
                return name
    return ""


def _all(by: Rules) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, patterns in by.patterns.items():
        yield from ((name, each) for each in patterns)
    for kind in by.never:
        for language in LANGUAGES:
            yield from ((f"never_{kind.id}", each) for each in kind.patterns[language])


def _figures(wish: Wish, text: str, by: Rules) -> str:
    if Counter(DIGITS.findall(text)) != Counter(DIGITS.findall(wish.scripted)):
        return "figures"
    named = by.numbers[wish.language]

    def of(said: str) -> Counter[str]:
        return Counter(each for each in words(said) if each in named)

    return "" if of(text) == of(wish.scripted) else "figures"


def _asked(text: str) -> list[str]:
    return [each for each in re.findall(r"[^.?!]*[.?!]+", text) if "?" in each]


def _questions(wish: Wish, text: str, by: Rules) -> str:
    """Each question of the script is still asked, by at least half of its own words, and no other is."""
    was, now = _asked(wish.scripted), _asked(text)
    if len(was) != len(now):
        return "questions"
    for before, after in zip(was, now, strict=True):
        if not _kept(before, after, wish.language, by, KEEPS_OF_QUESTION):
            return "questions"
    return ""


def _content(text: str, language: str, by: Rules) -> set[str]:
    little = by.small[language] | by.negations[language]
    return {stem(each) for each in words(text) if each not in little}


def _kept(before: str, after: str, language: str, by: Rules, share: float) -> bool:
    was = _content(before, language, by)
    return len(was & _content(after, language, by)) >= len(was) * share


def _denied(text: str, language: str, by: Rules) -> Counter[tuple[str, str]]:
    """Give each negation with the next word of content after it: what it denies."""
    found: Counter[tuple[str, str]] = Counter()
    for sentence in SENTENCE.split(text):
        said = words(sentence)
        for place, each in enumerate(said):
            if each in by.negations[language]:
                little = by.small[language] | by.negations[language]
                found[each, next((stem(one) for one in said[place + 1 :] if one not in little), "")] += 1
    return found


def _negations(wish: Wish, text: str, by: Rules) -> str:
    return "" if _denied(text, wish.language, by) == _denied(wish.scripted, wish.language, by) else "negations"


def _words(wish: Wish, text: str, by: Rules) -> str:
    """The closed list: every word stands in the scripted text, or among the plain words of this language."""
    was = set(words(wish.scripted))
    stems = {stem(each) for each in was} | by.plain[wish.language]
    for each in words(text):
        if each not in was and each not in by.small[wish.language] and stem(each) not in stems:
            return "words"
    return ""


def _meaning(wish: Wish, text: str, by: Rules) -> str:
    """Names of places and buttons (a capital within a sentence), what stands in quotes, and enough of the rest are still there."""
    for each in re.findall(r"(?<=[\w,;:] )[A-ZÉËÏÖÜ][\w’'-]+|“[^”]+”", wish.scripted):
        if each not in text:
            return "anchors"
    return "" if _kept(wish.scripted, text, wish.language, by, KEEPS) else "meaning"


def _strays(wish: Wish, text: str, by: Rules) -> str:
    """Each sentence is of the scripted text by at least half; one before it may reflect, and then it orders nothing."""
    was = _content(wish.scripted, wish.language, by)
    for number, sentence in enumerate(each for each in SENTENCE.split(text) if WORD.search(each)):
        said = _content(sentence, wish.language, by)
        if len(said & was) < len(said) * OWN and not (number == 0 and by.reflects[wish.language].match(sentence)):
            return "strays"
    return ""
