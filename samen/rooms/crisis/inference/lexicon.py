"""The words of one language in classes of meaning: which concepts a word, a word's part, or words in a row stand for.

Loaded from content/lexicon/<language>/*.toml; the format is told in content/rules/README.md.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from samen.rooms.crisis.inference.normalise import CONTENT, Speller, Words

LANGUAGES = ("en", "nl")
GAP = 4  # "..." in a phrase: at most so many words between


class BadContent(ValueError):
    """A lexicon or rule file says something that cannot be: the message names the file, the entry and the way out."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """Words in a row that stand for a concept: at each place one of several. `gaps[i]` words at most may stand before place i."""

    words: tuple[frozenset[str], ...]
    gaps: tuple[int, ...]
    concept: str


class Second(NamedTuple):
    """The phrases that begin with the same two words: those whose third follows at once, by that word; and the others."""

    by_third: Mapping[str, tuple[Phrase, ...]]
    others: tuple[Phrase, ...]


class Start(NamedTuple):
    """The phrases that begin with one word: how far their second may be, and which they are, by the second."""

    far: int
    by_second: Mapping[str, Second]


@dataclass(frozen=True)
class Lexicon:
    """The words of one language."""

    language: str
    concepts: frozenset[str]
    subjects: Mapping[str, str]  # concept -> self or other, for those that can be a subject
    consuming: frozenset[str]  # concepts whose words count as nothing else
    transparent: frozenset[
        str
    ]  # concepts of which a negation inside still denies what it reaches: "do not want to die"
    single: Mapping[str, tuple[str, ...]]  # word -> concepts
    starts: tuple[tuple[str, str], ...]  # beginning of a word -> concept
    ends: tuple[tuple[str, str], ...]
    phrases: Mapping[str, Start]  # by their first word
    plain: frozenset[
        str
    ]  # its common and function words: what tells the language, since a lexicon may hold borrowed words
    own: frozenset[str]  # all words that exist in this language
    function: frozenset[str]
    speller: Speller


_BRACES = re.compile(r"\{([^{}]*)\}")
# What stands between spaces, but for those inside braces.
_OUTSIDE = re.compile(r"(?:[^\s{}]|\{(?:[^{}]|\{[^{}]*\})*\})+")


def expanded(entry: str) -> Iterator[str]:
    """Give the forms that an entry with braces stands for: "kill{,s,ing}" is kill, kills, killing."""
    found = _BRACES.search(entry)
    if found is None:
        yield " ".join(entry.split())
        return
    for choice in found.group(1).split(","):
        yield from expanded(entry[: found.start()] + choice.strip() + entry[found.end() :])


def tables(folder: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Give every TOML file of a folder, in the order of names. Raises: BadContent for a file that cannot be read."""
    for file in sorted(folder.glob("*.toml")):
        try:
            yield file, tomllib.loads(file.read_text())
        except tomllib.TOMLDecodeError as wrong:
            raise BadContent(f"{file.name} is not TOML: {wrong}. Look at that line.") from wrong


@cache
def lexicon(language: str) -> Lexicon:
    """Give the lexicon of a language. Raises: BadContent."""
    return built(language, tables(CONTENT / "lexicon" / language))


def built(language: str, files: Iterable[tuple[Path, Mapping[str, object]]]) -> Lexicon:
    """Make a lexicon from the tables of its files. A concept may be spread over files. Raises: BadContent."""
    entries: list[tuple[str, str]] = []  # as written, and the concept
    subjects, consuming, transparent = {}, set(), set()
    variants: dict[str, Words] = {}
    common: dict[str, None] = {}  # in the order of the files: the commonest first
    function, real = set(), set()
    beside: set[str] = set()
    for file, content in files:
        for name, table in content.items():
            if not isinstance(table, dict):
                raise BadContent(f'{file.name}: "{name}" is not a table. Write [{name}] with words = [...].')
            if name == "spelling":
                variants |= {typed: tuple(meant.split()) for typed, meant in table.items()}
            elif name == "common":
                common |= dict.fromkeys(table.get("words", "").split())
                function |= set(table.get("function", "").split())
                real |= set(table.get("real", "").split())
            elif name == "beside":
                beside |= set(_pairs(table.get("after", "")))
            else:
                entries += [(entry, name) for entry in _entries(file, name, table)]
                if "subject" in table:
                    subjects[name] = table["subject"]
                if table.get("consumes"):
                    consuming.add(name)
                if table.get("transparent"):
                    transparent.add(name)
    return _sorted_out(
        language, entries, (subjects, consuming, transparent), variants, (common, function, real), beside
    )


def _pairs(lines: str) -> Iterator[str]:
    """Give each two words that follow each other: "zou: liever dood" is "zou liever" and "zou dood"."""
    for line in lines.splitlines():
        first, _, others = line.partition(": ")
        yield from (f"{first} {other}" for other in others.split())


def _entries(file: Path, name: str, table: Mapping[str, object]) -> list[str]:
    if not re.fullmatch(r"[A-Z][A-Z0-9-]*", name):
        raise BadContent(f'{file.name}: the concept "{name}" must be in capitals, such as GIVE-AWAY.')
    words = table.get("words")
    if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
        raise BadContent(f"{file.name}: [{name}] needs words = [...] with text in it.")
    unknown = set(table) - {"about", "words", "subject", "consumes", "transparent"}
    if unknown:
        raise BadContent(f"{file.name}: [{name}] has {sorted(unknown)}, which nothing reads.")
    return [entry.lower().replace("’", "'") for entry in words]


def _sorted_out(
    language: str,
    entries: Sequence[tuple[str, str]],
    marks: tuple[Mapping[str, str], set[str], set[str]],
    variants: Mapping[str, Words],
    plain: tuple[Mapping[str, None], set[str], set[str]],
    beside: set[str],
) -> Lexicon:
    """Sort entries into single words, parts of words and phrases."""
    single: dict[str, dict[str, None]] = {}
    starts, ends = [], []
    phrases: list[Phrase] = []
    for entry, concept in dict.fromkeys(entries):
        for places in _rows(entry, variants):
            if len(places) > 1:
                phrases.append(_phrase(places, concept))
                continue
            for form in sorted(*places):
                if form.endswith("*"):
                    starts.append((form[:-1], concept))
                elif form.startswith("*"):
                    ends.append((form[1:], concept))
                else:
                    single.setdefault(form, {})[concept] = None
    meant_by = {word: tuple(found) for word, found in single.items()}
    wanted = set(single) | {word for phrase in phrases for place in phrase.words for word in place}
    common, function, real = plain
    meant = {word for words in variants.values() for word in words}
    # A word too plain to be looked for behind a slip is one of the common words and not in a class by itself.
    closed = {word for word in wanted if word in single or word not in common}
    known = frozenset(wanted | set(common) | function | meant)
    return Lexicon(
        language=language,
        concepts=frozenset(concept for _, concept in entries),
        subjects=marks[0],
        consuming=frozenset(marks[1]),
        transparent=frozenset(marks[2]),
        single=meant_by,
        starts=tuple(starts),
        ends=tuple(ends),
        phrases=_by_start(phrases),
        plain=frozenset(set(common) | function | real),
        own=known | frozenset(variants) | real,
        function=frozenset(function),
        speller=Speller(
            known,
            variants,
            frozenset(closed),
            frozenset(function),
            real=frozenset(real),
            rank={word: place for place, word in enumerate(dict.fromkeys((*sorted(function), *common)))},
            single=meant_by,
            beside=frozenset(beside),
            compounds=language == "nl",
        ),
    )


def _by_start(phrases: Sequence[Phrase]) -> Mapping[str, Start]:
    """Sort phrases by their first words, which are looked up where they stand, so that few are tried in a long message."""
    found: dict[str, dict[str, tuple[dict[str, list[Phrase]], list[Phrase]]]] = {}
    far: Counter[str] = Counter()
    for phrase in phrases:
        at_once = phrase.gaps[2:3] == (0,)
        for first, second in product(sorted(phrase.words[0]), sorted(phrase.words[1])):
            far[first] = max(far[first], phrase.gaps[1])
            by_third, others = found.setdefault(first, {}).setdefault(second, ({}, []))
            if at_once:
                for third in sorted(phrase.words[2]):
                    by_third.setdefault(third, []).append(phrase)
            else:
                others.append(phrase)
    return {
        first: Start(
            far[first],
            {
                second: Second({third: tuple(each) for third, each in by_third.items()}, tuple(others))
                for second, (by_third, others) in rows.items()
            },
        )
        for first, rows in found.items()
    }


def _rows(entry: str, variants: Mapping[str, Words]) -> Iterator[tuple[frozenset[str], ...]]:
    """Give the rows that an entry stands for, place by place: "kill{,s} {him,her,the cat}" is two rows, of two places and of three.

    Single words that may stand at a place stay together, so that braces cost no more than what is written.
    """
    choices: list[list[tuple[frozenset[str], ...]]] = []
    for token in _OUTSIDE.findall(entry):
        alone: set[str] = set()
        longer: dict[tuple[frozenset[str], ...], None] = {}
        for form in expanded(token):
            words = tuple(word for typed in form.split() for word in _spelled(typed, variants))
            if len(words) == 1 and not words[0].startswith("..."):
                alone.add(words[0])
            else:
                longer[tuple(frozenset((word,)) for word in words)] = None
        choices.append([*([(frozenset(alone),)] if alone else []), *longer])
    for row in product(*choices):
        places = [place for part in row for place in part]
        while places and _is_gap(places[0]):  # a word left out may leave its gap behind
            places.pop(0)
        while places and _is_gap(places[-1]):
            places.pop()
        if places:
            yield tuple(places)


def _is_gap(place: frozenset[str]) -> bool:
    return any(word.startswith("...") for word in place)


def _spelled(typed: str, variants: Mapping[str, Words]) -> Words:
    """Give an entry's word as messages will have it after normalisation."""
    if typed.startswith("...") or typed.strip("*") != typed:
        return (typed,)
    if typed in variants:
        return variants[typed]
    if "'" in typed:
        head, _, tail = typed.partition("'")
        if f"'{tail}" in variants:
            return (*variants.get(head, (head,)), *variants[f"'{tail}"])
    return (typed.replace("'", ""),)


def _phrase(places: Sequence[frozenset[str]], concept: str) -> Phrase:
    kept, gaps, gap = [], [], 0
    for place in places:
        if _is_gap(place):
            gap = int(next(iter(place))[3:] or GAP)
        else:
            kept.append(place)
            gaps.append(gap)
            gap = 0
    return Phrase(tuple(kept), tuple(gaps), concept)


@lru_cache(maxsize=50_000)
def concepts_of(word: str, language: str) -> tuple[str, ...]:
    """Give the concepts that one word stands for, in one language."""
    known = lexicon(language)
    found = known.single.get(word)
    if found is not None:
        return found
    parts = [concept for start, concept in known.starts if word.startswith(start)]
    parts += [concept for end, concept in known.ends if word.endswith(end) and word != end]
    if word.isdigit():
        parts.append("YEAR" if len(word) == 4 and word[:2] in ("19", "20") else "NUMBER")
    elif word[:1].isdigit() and (":" in word or "." in word):
        parts.append("CLOCK")
    return tuple(dict.fromkeys(parts))
