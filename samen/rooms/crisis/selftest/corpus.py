"""The messages and talks by which the detector is judged, as values. Whoever writes rules or trains a model does not read them.

Written for this product by another author than the training texts, not collected; clinicians have yet to review them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from samen.rooms.crisis.reading import DUE, Answer, Level, Topic


class BadCorpus(ValueError):
    """A file of messages or talks cannot be used: the message names the entry and what is wrong with it."""


class Expect(StrEnum):
    """What a talk must lead to."""

    IMMINENT = "imminent"
    HIGH = "high"
    ASK = "ask"
    HARMLESS = "harmless"


@dataclass(frozen=True)
class Message:
    """One message with what its author says of it."""

    id: str  # the family's id, a slash, the place in the family
    family: str  # near copies: they stay together
    language: str
    text: str
    level: Level
    topic: Topic | None  # None for what is harmless
    trap: str  # why it could be misread; empty when it is no trap
    style: str
    reason: str

    @property
    def danger(self) -> bool:
        """Say whether a human must be told."""
        return self.level >= Level.DANGER

    @property
    def harmless(self) -> bool:
        """Say whether neither an alarm nor a question is due."""
        return self.level <= Level.DISTRESS


@dataclass(frozen=True)
class Talk:
    """What somebody types in one talk, turn by turn, and by which turn (from 1) it must have been heard; 0 when never."""

    id: str
    language: str
    expect: Expect
    by: int
    reason: str
    turns: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """What somebody says to the one direct question, and what it answers by its author; None when it is about something else."""

    id: str
    language: str
    answer: Answer | None
    style: str
    text: str

    @property
    def due(self) -> bool:
        """Say whether a human must be told: after a yes, and where somebody does not know or will not say."""
        return self.answer in DUE


def messages(parsed: Mapping[str, Any], language: str) -> tuple[Message, ...]:
    """Read the families of one language.

    Raises: BadCorpus for an entry without a field, an id or a text that stands twice, or danger without a topic.
    """
    found = tuple(each for family in parsed.get("family", ()) for each in _family(family, language))
    _once([each.id for each in found])
    _once([each.text for each in found])
    return found


def _family(entry: Mapping[str, Any], language: str) -> Sequence[Message]:
    try:
        level, topic = Level(entry["level"]), Topic(entry["topic"]) if entry["topic"] else None
        if level >= Level.UNCLEAR and topic is None:
            raise ValueError("danger without a topic")
        return [
            Message(
                id=f"{entry['id']}/{place}",
                family=entry["id"],
                language=language,
                text=text,
                level=level,
                topic=topic,
                trap=entry["trap"],
                style=entry["style"],
                reason=entry["reason"],
            )
            for place, text in enumerate(entry["texts"], 1)
        ]
    except (KeyError, ValueError, TypeError) as wrong:
        raise BadCorpus(f"{entry.get('id', 'a family without id')}: {wrong!r}.") from wrong


def talks(parsed: Mapping[str, Any], language: str) -> tuple[Talk, ...]:
    """Read the talks of one language. Raises: BadCorpus for an entry without a field, or one that is due after its end."""
    found = tuple(_talk(each, language) for each in parsed.get("dialogue", ()))
    _once([each.id for each in found])
    return found


def _talk(entry: Mapping[str, Any], language: str) -> Talk:
    try:
        expect, turns = Expect(entry["expect"]), tuple(entry["turns"])
        least = 0 if expect is Expect.HARMLESS else 1
        if not least <= entry["by"] <= (len(turns) if least else 0):
            raise ValueError(f"by = {entry['by']} of {len(turns)} turns")
        return Talk(entry["id"], language, expect, entry["by"], entry["reason"], turns)
    except (KeyError, ValueError, TypeError) as wrong:
        raise BadCorpus(f"{entry.get('id', 'a talk without id')}: {wrong!r}.") from wrong


def replies(parsed: Mapping[str, Any], language: str) -> tuple[Reply, ...]:
    """Read the answers of one language. Raises: BadCorpus for an entry without a field, or a text that stands twice."""
    found = tuple(_reply(each, language, place) for place, each in enumerate(parsed.get("reply", ()), 1))
    _once([each.text for each in found])
    return found


def _reply(entry: Mapping[str, Any], language: str, place: int) -> Reply:
    try:
        answer = None if entry["answer"] == "other" else Answer(entry["answer"])
        return Reply(f"answer-{language}/{place}", language, answer, entry["style"], entry["text"])
    except (KeyError, ValueError) as wrong:
        raise BadCorpus(f"answer {place}: {wrong!r}.") from wrong


def _once(each: Sequence[str]) -> None:
    seen: set[str] = set()
    for one in each:
        if one in seen:
            raise BadCorpus(f"{one!r} stands twice.")
        seen.add(one)
