"""What the companion knows to answer: the modules, and the subjects that people bring up in their own words."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from samen.rooms.companion.dialogue import LANGUAGES, Module, Words, digest_of, read

DOES = frozenset({"talk", "lead", "care", "later", "stop", "hall", "resume", "what", "human", "skip"})
ANSWERS = frozenset({"talk", "lead", "care"})  # these are answered in words of their own
LEADS = frozenset({"", "human", "guide", "help", "record"})


@dataclass(frozen=True)
class Intent:
    """A subject that somebody may bring up: what it is called when asked back, phrases, answers, and what fits."""

    id: str
    label: Words
    like: Mapping[str, tuple[str, ...]]
    say: tuple[Words, ...] = ()
    does: str = "talk"
    modules: tuple[str, ...] = ()
    leads: str = ""
    interrupts: bool = False  # it breaks into an answer: "stop", "I want a human"


@dataclass(frozen=True)
class Library:
    """All that is written: exercises (modules) in the order of the hall, and subjects."""

    exercises: Mapping[str, Module]
    intents: Mapping[str, Intent]


def library(modules: Iterable[Module], intents: Iterable[Intent]) -> Library:
    """Join modules and subjects."""
    return Library({each.id: each for each in modules}, {each.id: each for each in intents})


def module_of(content: bytes) -> Module:
    """Read a module's file. Raises: BadModule."""
    return read(tomllib.loads(content.decode()), digest_of(content))


def intents_of(raw: Mapping[str, Any]) -> list[Intent]:
    """Read subjects from the content of a file. Raises: ValueError that names the subject."""
    made = []
    for each in raw["intent"]:
        intent = Intent(
            id=each["id"],
            label=each["label"],
            like={language: tuple(each["like"][language]) for language in LANGUAGES},
            say=tuple(each.get("say", ())),
            does=each.get("does", "talk"),
            modules=tuple(each.get("modules", ())),
            leads=each.get("leads", ""),
            interrupts=bool(each.get("interrupts", False)),
        )
        if intent.does not in DOES or intent.leads not in LEADS:
            raise ValueError(f"{intent.id}: does must be one of {sorted(DOES)}, leads one of {sorted(LEADS)}.")
        if intent.does in ANSWERS and not intent.say:
            raise ValueError(f"{intent.id}: nothing to say.")
        made.append(intent)
    return made
