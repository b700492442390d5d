"""A person's talks, answers and plans as a PDF that screen readers can read (PDF/UA-1).

Run as a program it reads a paper as JSON and writes the PDF: a long history takes several hundred MB for a few seconds,
which the service gets back when that program ends (jobs/printing.py). Before the PDF stands a line with the signs that it
could not draw, as JSON.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typst

LOOK = Path(__file__).parent / "content" / "paper.typ"
STANDARD: Literal["ua-1"] = "ua-1"  # ISO 14289-1: headings, lists, language and title are there for who listens
UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
BOX = "□"  # every font that comes with Typst has it
UNSEEN = [*map(chr, set(range(32)) - {10}), "\u200d", "\ufe0e", "\ufe0f"]  # they steer a terminal, or another sign
TRIES = 30  # kinds of signs that no font here has, before all but plain letters are left out
PLAIN = 0x024F  # the last letter of Latin Extended-B: what is written in the languages of this product lies before it
MARKS = frozenset("‘’“”„–—…•€·→")
KINDS = {  # the first word of a sign's name in Unicode, and how it is called on paper
    "CJK": "han", "HIRAGANA": "han", "KATAKANA": "han", "KATAKANA-HIRAGANA": "han", "IDEOGRAPHIC": "han", "HANGUL": "hangul",
    "THAI": "thai", "ETHIOPIC": "ethiopic", "ARABIC": "arabic", "CYRILLIC": "cyrillic", "DEVANAGARI": "devanagari",
}  # fmt: skip
PICTURES = ("So", "Sk", "Cn")  # general categories of emoji, with those that this Python does not know yet
NAMED = 24  # signs of a kind that are named one by one


@dataclass(frozen=True)
class Part:
    """One part of a paper: a heading, answers by their labels, and what was said by whom."""

    title: str
    level: int = 2
    rows: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paper:
    """What goes on paper, in the words of its reader.

    `unshown` is the note for signs that no font here has, with a blank {signs} for which these are; `signs` says how each kind
    of them is called.
    """

    title: str
    language: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    unshown: str
    keywords: tuple[str, ...] = ()
    signs: tuple[tuple[str, str], ...] = ()


def pdf(paper: Paper, at: datetime) -> tuple[bytes, str]:
    """Make the PDF, and give the signs that no font here has: each becomes a box, and the paper says at its start which these are.

    Fonts that are installed on the machine are used besides those that come with Typst.
    """
    gone: set[str] = set()
    for _ in range(TRIES):
        try:
            return _made(without(paper, gone), at), "".join(sorted(gone))
        except typst.TypstError as wrong:
            found = UNSHOWN.search(str(wrong))
            if found is None:
                raise
            gone |= set(CODE.sub(lambda each: chr(int(each[1], 16)), found[1]))
    everything = json.dumps([asdict(each) for each in paper.parts], ensure_ascii=False)
    gone = {each for each in everything if ord(each) > PLAIN and each not in (*MARKS, *UNSEEN)}
    return _made(without(paper, gone), at), "".join(sorted(gone))


def named(paper: Paper, gone: Iterable[str]) -> str:
    """Say which signs are left out: by kind, each with its number in Unicode, by which a program finds it."""
    kinds: dict[str, list[str]] = {}
    for each in sorted(gone):
        kinds.setdefault(_kind(each), []).append(f"U+{ord(each):04X}")
    called = dict(paper.signs)
    more = {kind: " …" if len(codes) > NAMED else "" for kind, codes in kinds.items()}
    return "; ".join(
        f"{called.get(kind, kind)} ({' '.join(codes[:NAMED])}{more[kind]})" for kind, codes in kinds.items()
    )


def _kind(sign: str) -> str:
    known = KINDS.get(unicodedata.name(sign, "").partition(" ")[0])
    return known or ("pictures" if unicodedata.category(sign) in PICTURES else "other")


def text_of(paper: Paper) -> str:
    """Give the same paper as plain text, with every sign."""
    lines = [paper.title, "=" * len(paper.title), "", *paper.lead]
    for part in paper.parts:
        lines += ["", part.title, "-" * len(part.title)] if part.title else [""]
        lines += [f"{name}: {words}" for name, words in (*part.rows, *part.said)]
    return "\n".join(lines) + "\n"


def _made(paper: Paper, at: datetime) -> bytes:
    given = {"paper": json.dumps(asdict(paper), ensure_ascii=False)}
    made = typst.compile(
        LOOK.read_bytes(), format="pdf", pdf_standards=STANDARD, sys_inputs=given, timestamp=at.replace(microsecond=0)
    )
    assert isinstance(made, bytes)
    return made


def without(paper: Paper, gone: Iterable[str]) -> Paper:
    """Put a box in place of each sign that cannot be shown, and nothing in place of what steers a terminal."""
    boxes = str.maketrans(dict.fromkeys(gone, BOX) | dict.fromkeys(UNSEEN))
    lead = (*paper.lead, paper.unshown.format(signs=named(paper, gone))) if gone else paper.lead

    def shown(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((first.translate(boxes), second.translate(boxes)) for first, second in pairs)

    parts = tuple(
        replace(each, title=each.title.translate(boxes), rows=shown(each.rows), said=shown(each.said))
        for each in paper.parts
    )
    return replace(paper, lead=lead, parts=parts)


def paper_of(raw: Mapping[str, Any]) -> Paper:
    """Read a paper from what `asdict` made of it."""
    parts = [Part(each["title"], each["level"], _pairs(each["rows"]), _pairs(each["said"])) for each in raw["parts"]]
    return Paper(
        title=raw["title"],
        language=raw["language"],
        lead=tuple(raw["lead"]),
        parts=tuple(parts),
        unshown=raw["unshown"],
        keywords=tuple(raw["keywords"]),
        signs=_pairs(raw["signs"]),
    )


def _pairs(raw: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in raw)


def parts_of(talks: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> tuple[Part, ...]:
    """Give the parts for talks: of each its day, the answers of its exercises, then what was said. `words` by: you, program, said."""
    made: list[Part] = []
    for each in talks:
        made.append(Part(each["title"]))
        made += [Part(done.title, 3, done.rows) for done in each["summaries"]]
        said: list[tuple[str, str]] = []
        for turn in each["turns"]:
            said += [(words["you"], turn["given"])] if turn["given"] else []
            said += [(words["program"], text) for text in turn["texts"]]
        made.append(Part(words["said"], 3, said=tuple(said)))
    return tuple(made)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    made, unshown = pdf(paper_of(asked["paper"]), datetime.fromtimestamp(asked["at"], UTC))
    sys.stdout.buffer.write(json.dumps(unshown).encode() + b"\n" + made)
