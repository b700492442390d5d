"""The same message as another keyboard, phone or hurry would have sent it: its meaning stays, so its level must stay.

Each kind changes one message in a way that the seed decides; a message that it cannot change it gives back as it was.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from random import Random
from zlib import crc32

LONG = 5  # letters of a word from which one typo may be expected to be understood
LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")
WORD = re.compile(r"[^\W\d_]{2,}")
GAP = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
ZERO_WIDTH = "\u200b"
LOOK_ALIKES = str.maketrans("aeopcxi", "\u0430\u0435\u043e\u0440\u0441\u0445\u0456")  # Cyrillic
EMOJI = ("\U0001f642", "\u2728", "\U0001f44d", "\U0001f343", "\u2600\ufe0f")  # none of them says anything about danger
# The key to the right, or to the left at the end of a row.
NEAR = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioposdfghjklkxcvbnmn", strict=True))


class Kind(StrEnum):
    """The kinds of change."""

    QUOTES = "quotes"
    CASE = "case"
    ZERO_WIDTH = "zero-width"
    HOMOGLYPH = "homoglyph"
    EMOJI = "emoji"
    TYPO = "typo"
    LOST_SPACE = "lost-space"
    DOUBLED = "doubled"


def perturb(text: str, kind: Kind, *, seed: int) -> str:
    """Give the text changed in one way, the same way for the same text, kind and seed."""
    return _CHANGES[kind](text, Random(f"{seed}/{kind}/{crc32(text.encode())}"))


def _quotes(text: str, chance: Random) -> str:
    """Typographic apostrophes and quotation marks, as phones write them."""
    text = re.sub(r'(?<!\w)"', "\u201c", text).replace('"', "\u201d")
    return re.sub(r"(?<!\w)'(?=\w[\w ,]*')", "\u2018", text).replace("'", "\u2019")


def _case(text: str, chance: Random) -> str:
    """All capitals, or none."""
    upper, lower = text.upper(), text.lower()
    if text in (upper, lower) or chance.random() < 0.5:
        return lower if text == upper else upper
    return lower


def _zero_width(text: str, chance: Random) -> str:
    """An invisible character inside each of up to three words."""
    return _in_words(text, WORD, 3, chance, _split)


def _split(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + ZERO_WIDTH + word[at:]


def _homoglyph(text: str, chance: Random) -> str:
    """Letters that look the same, in each of up to three words."""
    return _in_words(text, WORD, 3, chance, lambda word, _: word.translate(LOOK_ALIKES))


def _emoji(text: str, chance: Random) -> str:
    """A cheerful sign between two words or at the end."""
    sign, gaps = chance.choice(EMOJI), [each.end() for each in GAP.finditer(text)]
    at = chance.choice([*gaps, len(text)])
    return f"{text} {sign}" if at == len(text) else f"{text[:at]}{sign} {text[at:]}"


def _typo(text: str, chance: Random) -> str:
    """One slip in one word of five letters or more: two letters swapped, one lost, or the key beside it."""
    return _in_words(text, LONG_WORD, 1, chance, _slip)


def _slip(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 2)  # the first and the last letter are seldom wrong
    kind = chance.choice(("swap", "lose", "near"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "near" and word[at].lower() in NEAR:
        return word[:at] + NEAR[word[at].lower()] + word[at + 1 :]
    return word[:at] + word[at + 1 :]


def _lost_space(text: str, chance: Random) -> str:
    """One space between two words left out."""
    gaps = list(GAP.finditer(text))
    if not gaps:
        return text
    gap = chance.choice(gaps)
    return text[: gap.start()] + text[gap.end() :]


def _doubled(text: str, chance: Random) -> str:
    """One letter typed twice in one longer word."""
    return _in_words(text, LONG_WORD, 1, chance, _twice)


def _twice(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at] + word[at:]


def _in_words(
    text: str, pattern: re.Pattern[str], most: int, chance: Random, change: Callable[[str, Random], str]
) -> str:
    words = list(pattern.finditer(text))
    for word in sorted(chance.sample(words, min(most, len(words))), key=lambda each: -each.start()):
        text = text[: word.start()] + change(word[0], chance) + text[word.end() :]
    return text


_CHANGES: Mapping[Kind, Callable[[str, Random], str]] = {
    Kind.QUOTES: _quotes,
    Kind.CASE: _case,
    Kind.ZERO_WIDTH: _zero_width,
    Kind.HOMOGLYPH: _homoglyph,
    Kind.EMOJI: _emoji,
    Kind.TYPO: _typo,
    Kind.LOST_SPACE: _lost_space,
    Kind.DOUBLED: _doubled,
}
