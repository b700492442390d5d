"""Text as people type it, to words that can be compared, each knowing where it stood in the text as it came.

What is undone: typographic signs, diacritics, invisible characters, letters of another script that look Latin, stretched
words, letters replaced by digits, letters set apart, words written together or apart, and one typing error per longer word.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

CONTENT = Path(__file__).parents[1] / "content"
LONGEST = 8000  # characters read of one message; what comes after is not read, so that no message can stall a queue

# A break ends a clause; a stop ends a sentence as well.
STOP, BREAK = "stop", "break"
EDGE = "."  # stands for whatever is no word beside a word: a stop, a break, a picture, the beginning or the end


class Raw(NamedTuple):
    """One word or picture of a message, or a break between them, before its spelling is looked at."""

    text: str
    start: int
    end: int
    kind: str = "word"  # word, picture, stop, break
    quoted: bool = False


_PIECES = re.compile(
    r"(?P<clock>\d{1,2}[:.]\d{2}(?!\d))"
    r"|(?P<spaced>(?<![a-z0-9'])[a-z](?:[ ._*-][a-z]){2,}(?![a-z0-9']))"
    r"|(?P<short>(?<![a-z0-9])'(?:k|t|n|s|m)(?![a-z0-9']))"
    r"|(?P<word>[a-z0-9@$]+(?:[!|*+][a-z0-9@$]+)*(?:'[a-z]+)*(?:-tje|-en)?)"
    r"|(?P<picture>[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2190-\u21FF])"
    r"|(?P<stop>[.!?\n]+)"
    r"|(?P<break>[,;:()\[\]/]|(?<=\s)-+(?=\s))"
)
_QUOTES = re.compile(r'"([^"\n]{2,300})"|(?<![\w])\'(?=[^\W\d_]{2}|i[\' ])([^\n]{2,300}?)(?<=[\w.!?,])\'(?![\w])')


@cache
def characters() -> Mapping[str, Mapping[str, str]]:
    """Give the tables of characters that stand for another."""
    return tomllib.loads((CONTENT / "lexicon" / "characters.toml").read_text())


@lru_cache(maxsize=4096)
def _fold_one(char: str) -> str:
    """Give what one character counts as: nothing, one or more plain lower-case characters."""
    tables = characters()
    char = tables["signs"].get(char, char)
    if unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Co") and char not in "\n\t":
        return ""
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones of pictures
        return ""
    plain = "".join(tables["signs"].get(each, each) for each in unicodedata.normalize("NFKC", char))
    bare = (each for each in unicodedata.normalize("NFD", plain) if unicodedata.category(each) != "Mn")
    return "".join(tables["homoglyphs"].get(each, each) for each in "".join(bare).lower())


def fold(text: str) -> tuple[str, list[int] | None]:
    """Give the text in plain lower-case characters, and for each where it stood (None: where it stands now)."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower().replace("`", "'").replace("\t", " "), None
    folded, offsets = [], []
    for place, char in enumerate(text):
        for each in _fold_one(char):
            folded.append(" " if each.isspace() and each != "\n" else each)
            offsets.append(place)
    return "".join(folded), offsets


def pieces(text: str) -> list[Raw]:
    """Cut a message into words, pictures, breaks and stops, in their order."""
    folded, offsets = fold(text)
    quotes = [match.span() for match in _QUOTES.finditer(folded)] if '"' in folded or "'" in folded else []
    found = []
    for match in _PIECES.finditer(folded):
        kind, (start, end) = match.lastgroup or "word", match.span()
        quoted = bool(quotes) and any(low < start and end < high for low, high in quotes)
        kind = kind if kind in ("picture", STOP, BREAK, "spaced") else "word"
        first, last = (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)
        found.append(Raw(match.group(), first, last, kind, quoted))
    return found


def words(text: str) -> list[str]:
    """Give the words of a message as they were typed, with an edge for whatever else stands between them, and at both ends."""
    return [EDGE, *map(neighbour, pieces(text)), EDGE]


def neighbour(piece: Raw) -> str:
    """Give a piece as what stands beside another: the word as it was typed, or an edge."""
    return piece.text if piece.kind == "word" else EDGE


def deletes(word: str) -> set[str]:
    """Give the word and what is left of it with any one letter gone."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def swaps(word: str) -> set[str]:
    """Give what the word becomes when two neighbouring letters change places."""
    return {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)} - {word}


def is_one_slip(typed: str, meant: str) -> bool:
    """Say whether one letter added, left out, replaced or swapped with its neighbour makes the one of the other (OSA distance 1)."""
    if len(typed) == len(meant):
        wrong = [place for place, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return typed[wrong[0]] == meant[wrong[1]] and typed[wrong[1]] == meant[wrong[0]]
        return len(wrong) == 1
    short, long = sorted((typed, meant), key=len)
    return len(long) - len(short) == 1 and short in deletes(long)


_STRETCHED = re.compile(r"([a-z])\1{2,}")
_TWICE = re.compile(r"([a-z])\1+")
_ODD = re.compile(r"[0-9@$!|+*]")
Words = tuple[str, ...]
BOTH = 2  # sides of a word
TWO = 2  # words that a lost space makes one of
PLAIN = 1000  # words of a language are so common that a letter left out is likelier than a space


class Speller:
    """What one language knows about spelling: which words exist, what chat forms stand for, and which words to look for behind a slip."""

    def __init__(
        self,
        known: frozenset[str],
        variants: Mapping[str, Words],
        wanted: frozenset[str],
        function: frozenset[str],
        *,
        real: frozenset[str] = frozenset(),
        rank: Mapping[str, int] | None = None,
        single: Mapping[str, Words] | None = None,
        beside: frozenset[str] = frozenset(),
        compounds: bool = False,
    ) -> None:
        """Take the words that exist, the variants with what they stand for, the words of the lexicon, and the function words.

        `real` are words too rare to be looked for behind a slip, which are no slip themselves; `rank` says how common a word is
        (0: the commonest); `single` what it means; `beside` holds which two words follow each other, "zou liever".
        """
        self.known, self.variants, self.wanted, self.function = known | real, variants, wanted, function
        self.common = known  # without the rare ones
        self.single = single or {}
        self.rank = rank or {}
        self.beside = beside
        self.compounds = compounds  # its words grow together: an unknown one is more likely new than short of a space
        self.joined = frozenset(word for word in wanted if len(word) >= 7)
        self.slips: dict[str, list[str]] = {}
        self.swapped: dict[str, list[str]] = {}  # of words too short to look behind any other slip
        for word in sorted(known | set(variants)):
            if not word.isalpha() or len(word) < 3:
                continue
            if len(word) >= 5:
                for part in deletes(word):
                    self.slips.setdefault(part, []).append(word)
            else:
                for part in swaps(word):
                    self.swapped.setdefault(part, []).append(word)
        # Of a cache's size: a help line's vocabulary fits, an attacker's does not fill the memory.
        self.resolve = lru_cache(maxsize=50_000)(self._resolve)
        self.rivals = lru_cache(maxsize=50_000)(self._rivals)
        # Both of these ask for what is near an unknown word, one after the other.
        self.near = lru_cache(maxsize=5_000)(self._near)
        self.split = lru_cache(maxsize=5_000)(self._split)

    def knows(self, word: str) -> bool:
        """Say whether the word exists as it stands."""
        return word in self.known or word in self.variants

    def between(self, before: str, typed: str, after: str) -> tuple[Words, bool]:
        """Give the words that were meant by one typed between two others, and whether that is a guess behind a typing error.

        Of the words near a slip, the one that both neighbours are seen beside is the one that was meant.
        """
        found, guessed = self.resolve(typed)
        fits = self._fits(before, found, after)
        best = max(self.rivals(typed), default=found, key=lambda words: self._fits(before, words, after))
        fits_best = self._fits(before, best, after)
        if fits_best > fits and (fits_best == BOTH or guessed):
            return best, fits_best < BOTH
        return found, guessed and fits < BOTH

    def _fits(self, before: str, words: Words, after: str) -> int:
        """Say on how many sides the words stand beside what they are seen beside."""
        return (f"{before} {words[0]}" in self.beside) + (f"{words[-1]} {after}" in self.beside)

    def _rivals(self, typed: str) -> tuple[Words, ...]:
        """Give what may have been meant instead of what `resolve` gives, the commonest first: a rare word too may be a slip."""
        if typed in self.common or typed in self.variants or len(typed) < 4:
            return ()
        near = [(word,) for word in self.near(typed) if word in self.rank and word not in self.variants]
        split = self.split(typed) if typed.isalpha() else None
        return (*near, *([split] if split is not None and self._follow(split) else []))

    def _follow(self, words: Words) -> bool:
        """Say whether these are two words that are seen beside each other."""
        return len(words) == TWO and " ".join(words) in self.beside

    def _resolve(self, typed: str) -> tuple[Words, bool]:
        """Give the words that were meant, and whether that is a guess behind a typing error, by the one word alone."""
        exact = self.exact(typed)
        if exact is not None:
            return exact, False
        head, _, tail = typed.partition("'")
        if len(head) >= 4 and f"'{tail}" in self.variants:  # "frind's"
            found, guessed = self.resolve(head)
            if found != (head,):
                return (*found, *self.variants[f"'{tail}"]), guessed
        plain = typed.replace("'", "")
        once = self._undoubled(plain)
        if once is not None:
            return self.variants.get(once, (once,)), False
        near = self.near(plain) if len(plain) >= 3 else []
        swapped = len(near) == 1 and sorted(near[0]) == sorted(plain)
        # A letter too many is seldom typed, but twice; a lost space is likelier: "husbandis" is no "husbands".
        long = len(plain) >= 6 or (len(plain) == 5 and bool(near) and self._is_plain(near[0]) and len(near[0]) == 6)
        sure = bool(near) and near[0] in self.common and (long or swapped) and len(near[0]) >= len(plain)
        if not sure and len(plain) >= 4 and plain.isalpha():
            split = self.split(plain)
            if split is not None:
                return split, False
        if not near:
            return (plain or typed,), False
        return self.variants.get(near[0], (near[0],)), not self._alike(near)

    def _is_plain(self, word: str) -> bool:
        """Say whether a word is among the commonest: "hbben" lacks a letter, and is no "heb ben"."""
        return self.rank.get(word, PLAIN) < PLAIN

    def exact(self, typed: str) -> Words | None:
        """Give what a word stands for without guessing: as it is, a variant, stretched, or with digits for letters."""
        found = self._as_it_is(typed)
        if found is None and _STRETCHED.search(typed):
            found = self._stretched(typed)
        if found is None and _ODD.search(typed) and any(each.isalpha() for each in typed):
            found = self._leet(typed)
        return found

    def _as_it_is(self, typed: str) -> Words | None:
        if typed in self.variants:
            return self.variants[typed]
        if typed in self.known:
            return (typed,)
        if "'" in typed:
            head, _, tail = typed.partition("'")
            if f"'{tail}" in self.variants and (head in self.known or head in self.variants):
                return (*self.variants.get(head, (head,)), *self.variants[f"'{tail}"])
            plain = typed.replace("'", "")
            return self.variants.get(plain) or ((plain,) if plain in self.known else None)
        return None

    def _stretched(self, typed: str) -> Words | None:
        for letters in (r"\1\1", r"\1"):
            found = self._as_it_is(_STRETCHED.sub(letters, typed))
            if found is not None:
                return found
        return self._as_it_is(_TWICE.sub(r"\1", typed))

    def _leet(self, typed: str) -> Words | None:
        table = characters()["leet"]
        for one in ("i", "l"):
            word = "".join(one if each in "1!|" else table.get(each, each) for each in typed)
            found = self._as_it_is(word)
            if found is None and word.isalpha() and len(word) >= 6:
                found = self.split(word)
            if found is not None:
                return found
        word = "".join(table.get(each, each) for each in typed)
        if word.count("*") == 1 and len(word) >= 3:
            before, after = word.split("*")
            fits = [
                each for each in self.slips.get(before + after, ()) if len(each) == len(word) and each in self.wanted
            ]
            fits = [each for each in fits if each.startswith(before) and each.endswith(after)]
            return (fits[0],) if len(fits) == 1 else None
        return None

    def _undoubled(self, typed: str) -> str | None:
        """Give the one word that a letter typed twice stands for."""
        found = {
            typed[:place] + typed[place + 1 :] for place in range(1, len(typed)) if typed[place] == typed[place - 1]
        }
        known = [word for word in found if len(word) >= 4 and self.knows(word)]
        return known[0] if len(known) == 1 else None

    def _split(self, typed: str) -> Words | None:
        """Give the words that were written without spaces: the fewest and plainest that exist, one of them a function word or all in the lexicon."""
        best: list[tuple[int, Words] | None] = [(0, ())] + [None] * len(typed)
        for end in range(1, len(typed) + 1):
            for start in range(max(0, end - 14), end):
                before, part = best[start], typed[start:end]
                if before is None or not self._may_stand_alone(part):
                    continue
                cost = before[0] + self._cost(part)
                if best[end] is None or cost < best[end][0]:  # type: ignore[index]  # mypy does not narrow an element
                    best[end] = (cost, (*before[1], part))
        found = best[-1]
        if found is None or len(found[1]) < 2:
            return None
        parts = found[1]
        return (
            tuple(word for each in parts for word in self.variants.get(each, (each,))) if self._likely(parts) else None
        )

    def _likely(self, parts: Words) -> bool:
        """Say whether these are words that somebody wrote without spaces, and not an unknown word that falls apart into some."""
        plain = [each in self.function or each in self.variants for each in parts]
        length = sum(map(len, parts))
        if all(plain) or self._follow(parts):
            return True
        if length < 6:  # "todie", "itook": one function word, and one that is looked for
            others = [each for each, known in zip(parts, plain, strict=True) if not known]
            return length == 5 and len(parts) == 2 and any(plain) and all(each in self.wanted for each in others)
        if any(plain) or all(each in self.wanted and len(each) > 3 for each in parts):
            return True
        if self.compounds:  # of a new word that holds one that is looked for, that one counts too
            two = len(parts) == 2 and length >= 11 and all(len(each) > 3 and each in self.common for each in parts)
            return two and any(len(each) >= 5 and each in self.wanted for each in parts)
        return all(len(each) > 3 or each in self.common for each in parts)

    def _cost(self, part: str) -> int:
        """Give how unlikely it is that this is one of the words that were meant."""
        if part in self.function:
            return 6
        if part in self.wanted or part in self.variants:
            return 6 if len(part) > 4 else 7
        return 7 if part in self.common else 10

    def _may_stand_alone(self, part: str) -> bool:
        if len(part) <= 2:
            return part in self.function or (len(part) == 2 and part in self.variants)
        return part in self.known or part in self.variants

    def _alike(self, near: list[str]) -> bool:
        """Say whether it matters little which of these was meant: one word, or words of one meaning."""
        return len(near) == 1 or bool(frozenset.intersection(*(frozenset(self.single.get(word, ())) for word in near)))

    def _near(self, typed: str) -> list[str]:
        """Give the words that a slip away from exist, the likeliest first. With one alone it is what was meant: a word that exists is no slip."""
        if not typed.isalpha() and "*" not in typed:
            return []
        if len(typed) < 5 and typed in self.swapped:
            return self.swapped[typed]
        if len(typed) < 4:
            return []
        near = {word for part in deletes(typed) for word in self.slips.get(part, ()) if is_one_slip(typed, word)}
        near = {word for word in near if self.variants.get(word, (word,)) == (word,)} or near
        # The first letter is seldom another one: "mailing" is no "railing". It may be lost, doubled or swapped.
        near = {
            word for word in near if word[0] == typed[0] or len(word) != len(typed) or sorted(word) == sorted(typed)
        }
        if len(near) > 1:
            # The first letter is seldom wrong; then the same length, for a swap or a wrong key, is likeliest.
            near = {word for word in near if word[0] == typed[0]} or near
            near = {word for word in near if sorted(word) == sorted(typed)} or near
        # The commonest is the likeliest. Where another of other meaning is as near it is a guess, and a guess alone only asks.
        return sorted(near, key=lambda word: (self.rank.get(word, len(self.rank)), word))
