"""Which language each word is in: English words must not count in a Dutch clause ("die", "angst"), and people mix both."""

from collections.abc import Sequence
from functools import lru_cache

from samen.rooms.crisis.inference.lexicon import LANGUAGES, lexicon
from samen.rooms.crisis.inference.normalise import BREAK, STOP, Raw

# So many times more words of one language than of the other: the clause is in that one, and holds borrowed words.
CLEAR = 4
SHARED = 2  # the same, when every word of the other exists in that one as well


@lru_cache(maxsize=50_000)
def only_in(word: str) -> str:
    """Give the one language in which this word exists, or nothing when it is in both or in none."""
    there = [language for language in LANGUAGES if word in lexicon(language).plain]
    if not there:
        there = [language for language in LANGUAGES if word in lexicon(language).own]
    if not there:
        there = [language for language in LANGUAGES if lexicon(language).speller.exact(word)]
    if not there:
        there = [language for language in LANGUAGES if _near(word, language)]
    return there[0] if len(there) == 1 else ""


def _near(word: str, language: str) -> bool:
    """Say whether a word that exists in no language could be a slip of one of this language, or some written as one."""
    found, _ = lexicon(language).speller.resolve(word)
    return found != (word.replace("'", ""),) and found != (word,)


def languages(found: Sequence[Raw], hint: str | None = None) -> tuple[list[str], str]:
    """Give the language of each piece ("" when it cannot be told), and of the whole message: en, nl or mixed."""
    own = [only_in(each.text) if each.kind in ("word", "spaced") else "" for each in found]
    english, dutch = own.count("en"), own.count("nl")
    main = hint if hint in LANGUAGES and english == dutch else ""
    main = main or ("en" if english > dutch else "nl" if dutch > english else "")
    filled: list[str] = []
    for start, end in _clauses(found):
        filled += _of_clause(own[start:end], found[start:end], main)
        if end < len(found):
            filled.append("")
    return filled, _whole(english, dutch, main)


def _whole(english: int, dutch: int, main: str) -> str:
    less, more = sorted((english, dutch))
    if less >= 2 and more < CLEAR * less:
        return "mixed"
    return main or "en"


def _clauses(found: Sequence[Raw]) -> list[tuple[int, int]]:
    """Give where each clause, as punctuation has it, starts and ends."""
    ends = [place for place, each in enumerate(found) if each.kind in (STOP, BREAK)] + [len(found)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return list(zip(starts, ends, strict=True))


def _of_clause(own: Sequence[str], found: Sequence[Raw], main: str) -> list[str]:
    """Give each word's language: a clause clearly in one keeps for the other only what that one lacks ("i want to hang myself")."""
    english, dutch = own.count("en"), own.count("nl")
    if not english and not dutch:
        return [main] * len(own)
    clear, less = ("en", dutch) if english > dutch else ("nl", english)
    has = lexicon(clear).own
    foreign = [bool(each) and each != clear and raw.text not in has for each, raw in zip(own, found, strict=True)]
    enough = CLEAR if any(foreign) else SHARED
    if max(english, dutch) >= enough * less:
        return [each if borrowed else clear for each, borrowed in zip(own, foreign, strict=True)]
    return [each or _nearest(own, place) for place, each in enumerate(own)]


def _nearest(own: Sequence[str], place: int) -> str:
    """Give the language of the nearest word that is of one language alone, the one before when two are as near."""
    for far in range(1, len(own)):
        for there in (place - far, place + far):
            if 0 <= there < len(own) and own[there]:
                return own[there]
    return ""
