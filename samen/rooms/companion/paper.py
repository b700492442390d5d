"""A person's talks, answers and plans as a PDF that screen readers can read (PDF/UA-1).

Run as a program it reads a paper as JSON and writes the PDF: a long history takes several hundred MB for a few seconds,
which the service gets back when that program ends (jobs/printing.py).
"""

import json
import re
import sys
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


@dataclass(frozen=True)
class Part:
    """One part of a paper: a heading, answers by their labels, and what was said by whom."""

    title: str
    level: int = 2
    rows: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paper:
    """What goes on paper, in the words of its reader. `unshown` is the note for signs that no font here has."""

    title: str
    language: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    unshown: str
    keywords: tuple[str, ...] = ()


def pdf(paper: Paper, at: datetime) -> bytes:
    """Make the PDF. A sign that no font here has (an emoji, another script) becomes a box, and the paper says so at its start."""
    gone: set[str] = set()
    for _ in range(TRIES):
        try:
            return _made(without(paper, gone), at)
        except typst.TypstError as wrong:
            found = UNSHOWN.search(str(wrong))
            if found is None:
                raise
            gone |= set(CODE.sub(lambda each: chr(int(each[1], 16)), found[1]))
    everything = json.dumps(asdict(paper), ensure_ascii=False)
    return _made(without(paper, {each for each in everything if ord(each) > PLAIN and each not in MARKS}), at)


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
    lead = (*paper.lead, paper.unshown) if gone else paper.lead

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
        raw["title"], raw["language"], tuple(raw["lead"]), tuple(parts), raw["unshown"], tuple(raw["keywords"])
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
    sys.stdout.buffer.write(pdf(paper_of(asked["paper"]), datetime.fromtimestamp(asked["at"], UTC)))
