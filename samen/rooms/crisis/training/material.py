"""What the model learns from: families of messages, and copies of them with the noise of real typing."""

import hashlib
import re
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from samen.rooms.crisis.reading import DUE

CORPUS = Path(__file__).resolve().parent.parent / "content" / "corpus"
LANGUAGES = ("en", "nl")
WIDTH = 118  # of a line
NOT_PLAIN = frozenset({"mixed", "learner", "typo"})
# Authors who had seen neither rules nor lexicon. Whoever writes rules looks at errors in the messages of `a` and `b`, which are hard
# on purpose, and at no message of `c`, which are such as an examiner would ask: on these the rules look as good as they are. Nor at those
# of `e`, whose authors were asked for what is seldom said or easily taken for something else: no fair examination, so thresholds leave them out.
# `p` is what people write on ordinary days and answer in exercises: what of it is harmless is to be left alone.
BLIND = re.compile(r"^[abcep]\d+_\d+$")
EXAM = re.compile(r"^c\d+_\d+$")
PLAIN = re.compile(r"^[cdep]\d+_\d+$")  # said as most people say it
ORDINARY = re.compile(r"^p\d+_\d+$")
PLAIN_WEIGHT = 4.0  # against one that is hard on purpose
ELSE_FROM = 3  # words: shorter ones could be an answer to anything
ELSE_EVERY = 3  # of the messages of ordinary days, one in so many stands among the answers
REPLIES_READ = frozenset({"a1"})  # authors of answers by whose errors the words of content/answers were mended
# Authors of answers who were asked for what is seldom said, or easily taken for something else: learnt from, and no measure.
REPLIES_SIDEWAYS = frozenset({f"a{number}" for number in range(12, 18)})
LEAST_FAMILIES = 6  # a word that fewer families hold may be a slip or one author's own
LEAST_BESIDE = 3  # the same of two words that follow each other


@dataclass(frozen=True)
class Row:
    """One message to learn from."""

    text: str
    family: str
    language: str
    level: int
    topic: str
    trap: str
    style: str = ""
    blind: bool = False  # by an author who had not seen the rules
    exam: bool = False  # and whom no author of rules has read
    ordinary: bool = False  # of an ordinary day, and harmless: thresholds leave nearly all of it alone
    weight: float = 1.0


def files(language: str) -> list[Path]:
    """Give the files of a language that may be learnt from: never the sealed part, the talks or ordinary talk."""
    return [*sorted((CORPUS / "train" / language).glob("*.toml")), CORPUS / "probe" / f"{language}.toml"]


def rows(language: str) -> list[Row]:
    """Give all messages of a language."""
    return [row for file in files(language) for row in _of_file(file, language)]


def _of_file(file: Path, language: str) -> Iterator[Row]:
    for family in tomllib.loads(file.read_text())["family"]:
        for text in family["texts"]:
            yield Row(
                text,
                family["id"],
                language,
                family["level"],
                family["topic"],
                family["trap"],
                family["style"],
                blind=bool(BLIND.match(file.stem)),
                exam=bool(EXAM.match(file.stem)),
                ordinary=bool(ORDINARY.match(file.stem)) and family["level"] == 0,
                weight=PLAIN_WEIGHT if PLAIN.match(file.stem) else 1.0,
            )


def reply_files(language: str) -> list[Path]:
    """Give the files of answers to the one direct question that may be learnt from, one for each author: never the sealed ones."""
    return sorted((CORPUS / "replies" / language).glob("*.toml"))


def replies(language: str) -> list[Row]:
    """Give these answers. What a human must hear (a yes, a doubt, a refusal) is level 3; an author is a family, so none crosses a split."""
    made = []
    for file in reply_files(language):
        for each in tomllib.loads(file.read_text())["reply"]:
            due = each["answer"] in DUE
            was_read = file.stem in REPLIES_READ
            made.append(
                Row(
                    each["text"],
                    f"{language}-replies-{file.stem}",
                    language,
                    3 if due else 0,
                    "explicit" if due else "",
                    each["answer"] if each["answer"] in ("past", "other") else "",
                    each["style"],
                    blind=not was_read,
                    exam=not was_read and file.stem not in REPLIES_SIDEWAYS,
                )
            )
    return made + _about_else(language)


def _about_else(language: str) -> list[Row]:
    """Give messages of ordinary days as answers that are none: who was asked may go on about something else."""
    found = [
        row
        for file in ordinary_files(language)
        for row in _of_file(file, language)
        if row.ordinary and len(row.text.split()) >= ELSE_FROM
    ]
    return [replace(row, trap="other", exam=False, ordinary=False, weight=1.0) for row in found[::ELSE_EVERY]]


def ordinary_files(language: str) -> list[Path]:
    """Give the files of ordinary days."""
    return [file for file in files(language) if ORDINARY.match(file.stem)]


def learnt_from(read: Iterable[Path], found: Sequence[Row]) -> dict[str, Any]:
    """Say what a model learnt from, for its card: each file by its hash, and how many messages of which kind."""
    return {"files": hashes(read), **counted(found)}


def hashes(found: Iterable[Path]) -> dict[str, str]:
    """Give the SHA-256 of each file that is learnt from."""
    return {str(file.relative_to(CORPUS)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def common_words(language: str, words: Callable[[str], Iterable[str]]) -> list[str]:
    """Give the words that several families hold, the commonest first: they exist, so none is a slip of another.

    Messages of who mixes, learns or mistypes a language do not say what its words are, and a word that twice as many
    families of the other language hold is that one's.
    """
    held = {each: _families(rows(each), words) for each in LANGUAGES}
    other = held[next(each for each in LANGUAGES if each != language)]
    kept = {
        word: count for word, count in held[language].items() if count >= LEAST_FAMILIES and 2 * count >= other[word]
    }
    return sorted(kept, key=lambda word: (-kept[word], word))


def _clean(found: Iterable[Row]) -> Iterator[Row]:
    """Give the messages that say what the words of a language are."""
    return (row for row in found if row.style not in NOT_PLAIN)


def _families(found: Iterable[Row], words: Callable[[str], Iterable[str]]) -> Counter[str]:
    """Count the families that hold each word."""
    pairs = {(word, row.family) for row in _clean(found) for word in words(row.text) if word.isalpha()}
    return Counter(word for word, _ in pairs)


def words_beside(language: str, words: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    """Give for each word those that follow it in several families, in the order of the alphabet."""
    held = {(*two, row.family) for row in _clean(rows(language)) for two in pairwise(words(row.text))}
    counted = Counter((first, second) for first, second, _ in held)
    found: dict[str, list[str]] = {}
    for first, second in sorted(two for two, count in counted.items() if count >= LEAST_BESIDE):
        found.setdefault(first, []).append(second)
    return found


def common_file(words: Sequence[str]) -> str:
    """Write the file of common words."""
    body = "\n".join(textwrap.wrap(" ".join(words), WIDTH, break_on_hyphens=False))
    return (
        f"# Words that {LEAST_FAMILIES} or more families of the training messages hold, the commonest first. Made by `samen crisis train`; "
        f'do not edit.\n[common]\nwords = """\n{body}\n"""\n'
    )


def beside_file(found: Mapping[str, Sequence[str]]) -> str:
    """Write the file of words that follow each other."""
    lines = [
        f"{first}: {line}"
        for first, others in found.items()
        for line in textwrap.wrap(" ".join(others), WIDTH - len(first), break_on_hyphens=False)
    ]
    body = "\n".join(lines)
    return (
        f"# Which words follow each other in {LEAST_BESIDE} or more families of the training messages (a dot: no word). "
        f'Made by `samen crisis train`; do not edit.\n[beside]\nafter = """\n{body}\n"""\n'
    )


HOMOGLYPHS = str.maketrans({"a": "а", "e": "е", "o": "о", "i": "і"})


def noisy(found: Sequence[Row], seed: int) -> list[Row]:
    """Give one copy of each message, typed worse: the same copies for the same seed."""
    return [replace(row, text=_typed(row.text, Random(f"{seed} {row.family} {row.text}"))) for row in found]


def _typed(text: str, chance: Random) -> str:
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    match chance.choice(("case", "slip", "slip", "space", "homoglyph", "quotes", "plain")):
        case "case":
            return text.upper() if chance.random() < 0.3 else text.lower()
        case "slip" if long:
            place = chance.choice(long)
            words[place] = _slip(words[place], chance)
            return " ".join(words)
        case "space" if len(words) > 3:
            place = chance.randrange(len(words) - 1)
            return " ".join([*words[:place], words[place] + words[place + 1], *words[place + 2 :]])
        case "homoglyph" if long:
            place = chance.choice(long)
            words[place] = words[place].translate(HOMOGLYPHS)
            return " ".join(words)
        case "quotes":
            return text.replace("'", "’")
        case _:
            return text.lower().translate(str.maketrans("", "", ".,!?;:"))


def _slip(word: str, chance: Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    match chance.choice(("swap", "drop", "double")):
        case "swap":
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case "drop":
            return word[:place] + word[place + 1 :]
        case _:
            return word[:place] + word[place] + word[place:]


def counted(found: Sequence[Row]) -> dict[str, object]:
    """Count what is learnt from, for the card."""
    return {
        "messages": len(found),
        "families": len({row.family for row in found}),
        "by_level": {str(level): count for level, count in sorted(Counter(row.level for row in found).items())},
        "traps": sum(1 for row in found if row.trap and row.level < 2),
    }
