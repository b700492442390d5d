"""`samen crisis score`: messages of a file to pieces of material and back, in order and in chunks, with conversations kept whole.

A line is `{"id", "text", "language"?, "conversation"?, "asked"?}`; what is written is told in the room's README.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samen.rooms.crisis.reading import Question

CHUNK = 500  # lines that one validation run takes: its findings are held in memory, a file's are not
LANGUAGES = ("en", "nl")
QUESTIONS = tuple(str(each) for each in Question)


class BadLine(ValueError):
    """A line of the file is not what it should be: the message says what it needs, never what it says."""


@dataclass(frozen=True)
class Asked:
    """One line of the file."""

    id: Any
    text: str
    language: str | None = None
    conversation: str | None = None
    asked: str | None = None  # what somebody had asked just before


@dataclass
class Talks:
    """Where each conversation stands, from one chunk to the next."""

    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def asked(lines: Iterable[str], wrong: list[str]) -> Iterator[Asked]:
    """Read lines one by one. What cannot be read is left out and told in `wrong`, by the number of its line."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _read(line)
            except BadLine as why:
                wrong.append(f"Line {number} {why}")


def _read(line: str) -> Asked:
    """Read one line. Raises: BadLine."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as why:
        raise BadLine(f"is not JSON: {why.msg}. Each line is one object.") from why
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
        raise BadLine('needs "id" and "text", with text in it.')
    language = row.get("language")
    if language is not None and language not in LANGUAGES:
        raise BadLine('has a language that is not "en", "nl" or left out.')
    asked = row.get("asked")
    if asked is not None and asked not in QUESTIONS:
        raise BadLine('has "asked" that is not "thoughts", "plan" or left out.')
    conversation = row.get("conversation")
    return Asked(row["id"], row["text"], language, str(conversation) if conversation is not None else None, asked)


def chunks(found: Iterable[Asked], size: int = CHUNK) -> Iterator[list[Asked]]:
    """Give lines by the chunk."""
    chunk: list[Asked] = []
    for each in found:
        chunk.append(each)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def material(
    chunk: Sequence[Asked], talks: Talks, layers: Sequence[str]
) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """Give the pieces of a chunk, one for each talk in it, and which lines of the chunk each piece holds.

    A line without a conversation is a talk of its own. Where the lines of a talk name different languages, the
    language is told from the words.
    """
    groups: dict[str, list[int]] = {}
    for place, each in enumerate(chunk):
        name = f"talk {each.conversation}" if each.conversation is not None else f"line {place}"
        groups.setdefault(name, []).append(place)
    pieces, places = [], []
    for where in groups.values():
        first = chunk[where[0]]
        state = talks.states.get(first.conversation) if first.conversation is not None else None
        languages = {chunk[place].language for place in where}
        pieces.append(
            {
                "turns": [chunk[place].text for place in where],
                "asked": [chunk[place].asked for place in where],
                "language": languages.pop() if len(languages) == 1 else None,
                "state": state,
                "layers": list(layers),
            }
        )
        places.append(where)
    return pieces, places


def answers(
    chunk: Sequence[Asked], places: Sequence[Sequence[int]], values: Sequence[Mapping[str, Any]], talks: Talks
) -> list[dict[str, Any]]:
    """Give what is written for each line of a chunk, in its order, and keep where the conversations stand."""
    found: list[dict[str, Any]] = [{} for _ in chunk]
    for where, value in zip(places, values, strict=True):
        for place, reading, talk in zip(where, value["readings"], value["talk"], strict=True):
            found[place] = {
                "id": chunk[place].id,
                "level": reading["level"],
                "action": reading["action"],
                "probability": reading["probability"],
                "categories": reading["topics"],
                "spans": reading["spans"],
                "conversation_level": talk["level"],
                "conversation_action": talk["action"],
            }
        name = chunk[where[0]].conversation
        if name is not None:
            talks.states[name] = value["state"]
    return found
