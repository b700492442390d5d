"""What somebody needs who asks in their own words: needs of the guide, and the wishes that stand beside them. Pure.

Needs: the phrases of `content/guide/like.toml`, by `understand.py`. A whole text may name one need that is sure; each of its clauses may name
another one. What is not sure is asked back. Wishes (town, language, cost, now, age, access) are read by patterns of `asking.toml`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.guide import Town, Wanted
from samen.rooms.companion.inference.understand import CLAUSE, SENTENCE, Index, plain

NEEDS = 3  # that are taken as meant at most
ASKED = 4  # that are asked back at most
CLAUSES = 6
CLAUSE_WORDS = 3
SHORT_SURE = 0.65  # what a shorter clause must score: "it should" and "last year" tell of no need
TOWN_WORDS = 4  # of the longest name of a town
YOUNGEST, OLDEST = 5, 110

Towns = Callable[[str], Town | None]


@dataclass(frozen=True)
class Patterns:
    """What stands in content/guide/asking.toml, ready to be used."""

    wishes: Mapping[str, tuple[re.Pattern[str], ...]]
    access: Mapping[str, tuple[re.Pattern[str], ...]]
    ages: tuple[re.Pattern[str], ...]
    languages: Mapping[str, re.Pattern[str]]
    town: re.Pattern[str]
    before: re.Pattern[str]  # the word of place before a town


@dataclass(frozen=True)
class Likes:
    """The phrases of each need by language, as they are compared with, and what reads wishes."""

    phrases: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]  # language, then need and its phrases
    patterns: Patterns = field(compare=False)

    def index(self, language: str) -> Index:
        """Give the index of one language, made once."""
        return _index(dict(self.phrases)[language])


@dataclass(frozen=True)
class Meant:
    """What a question was taken for. `places` are where in the text town and age stand, so that no word of it need be kept."""

    needs: Mapping[str, float]  # sure, the likeliest first, with how sure (0 to 1)
    maybe: Mapping[str, float] = field(default_factory=dict)  # to be asked back, when none is sure
    town: Town | None = None
    language: str = ""
    free: bool = False
    open: bool = False
    access: tuple[str, ...] = ()
    age: int | None = None
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def wanted(self, country: str) -> Wanted:
        """Give what to look for: what is sure, or else what it may be."""
        return Wanted(
            needs=tuple(self.needs or self.maybe),
            country=self.town.country if self.town else country,
            town=self.town,
            language=self.language,
            free=self.free,
            open=self.open,
            access=self.access,
            age=self.age,
        )


@lru_cache(maxsize=8)
def _index(phrases: tuple[tuple[str, tuple[str, ...]], ...]) -> Index:
    return Index(dict(phrases))


def patterns_of(raw: Mapping[str, Any]) -> Patterns:
    """Read the patterns. Raises: KeyError, re.error."""

    def made(of: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(each, re.IGNORECASE) for each in of)

    said = raw["language"]
    tongues = {}
    for code in (each for each in said if each not in ("before", "after")):
        name = "|".join(said[code])
        shape = rf"\b{said['before']} (?:{name})\b|\b(?:{name})[ -]?{said['after']}"
        tongues[code] = re.compile(shape, re.IGNORECASE)
    before = "|".join(sorted(map(re.escape, raw["before_a_town"]), key=len, reverse=True))
    return Patterns(
        wishes={wish: made(each) for wish, each in raw["wish"].items()},
        access={way: made(each) for way, each in raw["access"].items()},
        ages=made(raw["age"]["patterns"]),
        languages=tongues,
        town=re.compile(rf"\b(?:{before})\s+((?:[\w'’-]+\s?){{1,{TOWN_WORDS}}})", re.IGNORECASE),
        before=re.compile(rf"\b(?:{before})\s+$", re.IGNORECASE),
    )


def meant(text: str, language: str, likes: Likes, towns: Towns) -> Meant:
    """Say what a question asks for."""
    patterns = likes.patterns
    age, at = _age(text, patterns)
    town, spot = _town(text, patterns, towns)
    bare = _without_wishes(text, patterns, spot)
    needs, maybe = _needs(bare, likes.index(language))
    if not needs and not maybe:  # asked in the other language than the page's
        needs, maybe = _needs(bare, likes.index(next(each for each in LANGUAGES if each != language)))
    places = {"age": at, "town": spot}
    return Meant(
        needs=needs,
        maybe=maybe,
        town=town,
        language=next((code for code, each in patterns.languages.items() if each.search(text)), ""),
        free=_any(patterns.wishes["free"], text),
        open=_any(patterns.wishes["open"], text),
        access=tuple(way for way, each in patterns.access.items() if _any(each, text)),
        age=age,
        places={name: place for name, place in places.items() if place is not None},
    )


def _without_wishes(text: str, patterns: Patterns, town: tuple[int, int] | None) -> str:
    """Take out where, in which language, at what cost and when: a clause such as "near Utrecht" tells of no need."""
    spans = [town] if town else []
    for each in (*patterns.languages.values(), *patterns.wishes["free"], *patterns.wishes["open"]):
        spans += [found.span() for found in each.finditer(text)]
    for first, last in sorted(spans, reverse=True):
        before = patterns.before.sub("", text[:first]) if (first, last) == town else text[:first]
        text = f"{before} {text[last:]}"
    return text


def _needs(text: str, index: Index) -> tuple[dict[str, float], dict[str, float]]:
    """Give the needs that are sure with how sure, and those to ask back."""
    sure: dict[str, float] = {}
    maybe: dict[str, float] = {}
    for part in _parts(text):
        found = index.understand(part)
        least = SHORT_SURE if part != text and len(plain(part)) < CLAUSE_WORDS else 0.0
        if found.sure is not None and found.sure.id and found.sure.score >= least:
            sure[found.sure.id] = max(found.sure.score, sure.get(found.sure.id, 0.0))
        for each in (guess for guess in found.maybe if guess.id and not least):
            maybe[each.id] = max(each.score, maybe.get(each.id, 0.0))
    chosen = sorted(sure, key=lambda need: -sure[need])[:NEEDS]
    asked = [] if chosen else sorted(maybe, key=lambda need: -maybe[need])[:ASKED]
    return {need: sure[need] for need in chosen}, {need: maybe[need] for need in asked}


def _parts(text: str) -> list[str]:
    """Give the whole text, then its clauses."""
    clauses = [each.strip() for sentence in SENTENCE.split(text) for each in CLAUSE.split(sentence) if each]
    return list(dict.fromkeys([text, *(each for each in clauses if plain(each))]))[: CLAUSES + 1]


def _any(patterns: Sequence[re.Pattern[str]], text: str) -> bool:
    return any(each.search(text) for each in patterns)


def _age(text: str, patterns: Patterns) -> tuple[int | None, tuple[int, int] | None]:
    for each in patterns.ages:
        for found in each.finditer(text):
            if YOUNGEST <= int(found["n"]) <= OLDEST:
                return int(found["n"]), found.span("n")
    return None, None


def _town(text: str, patterns: Patterns, towns: Towns) -> tuple[Town | None, tuple[int, int] | None]:
    """Give the town that is named after a word of place: the longest name that is one."""
    place = 0
    while (found := patterns.town.search(text, place)) is not None:
        begins = found.start(1)
        words = list(re.finditer(r"[\w'’-]+", found[1]))
        for last in reversed(words):
            town = towns(found[1][: last.end()])
            if town is not None:
                return town, (begins, begins + last.end())
        place = begins
    return None, None
