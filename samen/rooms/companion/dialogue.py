"""What a module of the companion is made of: screens with words in two languages, questions, choices, and what comes next.

A module is one TOML file (content/modules/README.md shows the form). Reading it gives a `Module`, or the list of what is
wrong with its shape; whether it is good is for compiler.py to say.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LANGUAGES = ("en", "nl")
HALL = "hall"  # where modules are offered: the way on from every end

Words = Mapping[str, str]  # language to text
Value = str | int  # a choice's id, a number of a scale, KEPT, or @ with the turn in which it was typed
KEPT = "kept"  # the person keeps the answer to themselves


class Kind(StrEnum):
    """What a screen does; the motivational modules are measured by it (MITI 4 counts reflections against questions)."""

    INFORM = "inform"
    OPEN = "open"  # an open question
    CLOSED = "closed"  # a question that a word answers
    REFLECT = "reflect"  # gives back what was said
    AFFIRM = "affirm"
    SUMMARY = "summary"
    DO = "do"  # an exercise, done now


class Type(StrEnum):
    """What an answer can be."""

    TEXT = "text"
    LIST = "list"  # several short texts, one a line
    SCALE = "scale"  # a whole number from low to high
    CHOICE = "choice"  # one of the choices' values


@dataclass(frozen=True)
class Problem:
    """What is wrong with a module, and where: a key of companion.problem with its blanks."""

    key: str
    where: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Test:
    """One condition on what is known: `mood >= 7`, `kind is work`, `thought known`."""

    variable: str
    how: str
    value: str | int = ""

    def holds(self, known: Mapping[str, Value]) -> bool:
        """Say whether it holds; what was never answered fulfils only `unknown` and `is not`."""
        found = known.get(self.variable)
        match self.how:
            case "known":
                return found is not None
            case "unknown":
                return found is None
            case "is":
                return found == self.value
            case "is not":
                return found != self.value
            case ">=":
                return isinstance(found, int) and isinstance(self.value, int) and found >= self.value
            case _:
                return isinstance(found, int) and isinstance(self.value, int) and found <= self.value


@dataclass(frozen=True)
class Way:
    """Where it goes on, if all tests hold."""

    to: str
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A button, and what somebody may type who means it."""

    id: str
    label: Words
    to: str = ""  # empty: by the screen's ways
    like: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Variable:
    """Something that the person answers: kept, shown in the summary, never asked twice."""

    name: str
    type: Type
    label: Words
    low: int = 0
    high: int = 10


@dataclass(frozen=True)
class Screen:
    """One turn of the companion."""

    id: str
    kind: Kind
    say: tuple[Words, ...]  # ways to say it: where a screen can come back, it is said in another way
    step: str = ""  # of the method
    ask: str = ""  # the variable that the answer fills
    choices: tuple[Choice, ...] = ()
    ways: tuple[Way, ...] = ()
    end: bool = False


@dataclass(frozen=True)
class Module:
    """One exercise or talk, whole, in both languages."""

    id: str
    version: int
    theme: str
    minutes: int
    title: Words
    about: Words
    sources: tuple[str, ...]
    steps: tuple[str, ...]  # of the method, in order: each has a screen
    screens: Mapping[str, Screen]
    variables: Mapping[str, Variable]
    cautions: tuple[Words, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)  # screens of earlier versions: what they are called now
    motivational: bool = False
    digest: str = ""
    reviewed_by: str = ""  # a clinician, as the file says; empty: nobody has read it yet
    reviewed_on: str = ""

    @property
    def start(self) -> str:
        """Give the first screen."""
        return next(iter(self.screens))


class BadModule(ValueError):
    """A module's file has not the form of one: `problems` says what and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems."""
        super().__init__("; ".join(f"{each.where}: {each.key}" for each in problems))
        self.problems = tuple(problems)


KEYS = {
    "module": {
        "id", "version", "theme", "minutes", "title", "about", "sources", "steps", "caution", "renamed", "motivational",
        "variable", "screen", "reviewed_by", "reviewed_on",
    },
    "screen": {"id", "kind", "step", "say", "ask", "choice", "ways", "end"},
    "choice": {"id", "en", "nl", "to", "like"},
    "way": {"when", "to"},
    "variable": {"type", "en", "nl", "low", "high"},
}  # fmt: skip
TEST = re.compile(r"^(\w+) (?:(known|unknown)|(>=|<=|is not|is) (.+))$")


def read(raw: Mapping[str, Any], digest: str = "") -> Module:
    """Read a module from the content of its file. Raises: BadModule with everything that has not the form of a module."""
    problems = list(_unknown_keys(raw))
    try:
        made = Module(
            id=str(raw["id"]),
            version=int(raw["version"]),
            theme=str(raw["theme"]),
            minutes=int(raw["minutes"]),
            title=_words(raw["title"]),
            about=_words(raw["about"]),
            sources=tuple(raw["sources"]),
            steps=tuple(raw["steps"]),
            screens={str(each["id"]): _screen(each, problems) for each in raw["screen"]},
            variables={name: _variable(name, each) for name, each in raw.get("variable", {}).items()},
            cautions=tuple(_words(each) for each in raw.get("caution", ())),
            renamed=dict(raw.get("renamed", {})),
            motivational=bool(raw.get("motivational", False)),
            digest=digest,
            reviewed_by=str(raw.get("reviewed_by", "")),
            reviewed_on=str(raw.get("reviewed_on", "")),
        )
    except KeyError as missing:
        raise BadModule([*problems, Problem("missing", str(raw.get("id", "?")), {"what": str(missing)})]) from missing
    except (TypeError, ValueError, AttributeError) as wrong:
        raise BadModule([*problems, Problem("shape", str(raw.get("id", "?")), {"what": str(wrong)})]) from wrong
    names = [str(each["id"]) for each in raw["screen"]]
    problems += [Problem("twice", name) for name in sorted({each for each in names if names.count(each) > 1})]
    if problems:
        raise BadModule(problems)
    return made


def digest_of(content: bytes) -> str:
    """Give the digest of a module's file."""
    return hashlib.sha256(content).hexdigest()


def _unknown_keys(raw: Mapping[str, Any]) -> Iterator[Problem]:
    def of(found: Mapping[str, Any], kind: str, where: str) -> Iterator[Problem]:
        yield from (Problem("unknown_key", where, {"what": key}) for key in sorted(set(found) - KEYS[kind]))

    yield from of(raw, "module", str(raw.get("id", "?")))
    for screen in raw.get("screen", ()):
        where = str(screen.get("id", "?"))
        yield from of(screen, "screen", where)
        for choice in screen.get("choice", ()):
            yield from of(choice, "choice", f"{where}/{choice.get('id', '?')}")
        for way in screen.get("ways", ()):
            yield from of(way, "way", where)
    for name, variable in raw.get("variable", {}).items():
        yield from of(variable, "variable", name)


def _words(raw: Mapping[str, Any]) -> Words:
    return {language: str(raw[language]).strip() for language in LANGUAGES if language in raw}


def _screen(raw: Mapping[str, Any], problems: list[Problem]) -> Screen:
    where = str(raw["id"])
    return Screen(
        id=where,
        kind=Kind(raw["kind"]),
        say=tuple(_words(each) for each in raw["say"]),
        step=str(raw.get("step", "")),
        ask=str(raw.get("ask", "")),
        choices=tuple(_choice(each) for each in raw.get("choice", ())),
        ways=tuple(Way(str(each["to"]), _tests(each.get("when", ""), where, problems)) for each in raw.get("ways", ())),
        end=bool(raw.get("end", False)),
    )


def _choice(raw: Mapping[str, Any]) -> Choice:
    like = {language: tuple(raw.get("like", {}).get(language, ())) for language in LANGUAGES}
    return Choice(str(raw["id"]), _words(raw), str(raw.get("to", "")), like)


def _variable(name: str, raw: Mapping[str, Any]) -> Variable:
    return Variable(name, Type(raw["type"]), _words(raw), int(raw.get("low", 0)), int(raw.get("high", 10)))


def _tests(text: str, where: str, problems: list[Problem]) -> tuple[Test, ...]:
    made = []
    for part in filter(None, text.split(" and ")):
        found = TEST.match(part.strip())
        if found is None:
            problems.append(Problem("condition", where, {"what": part}))
            continue
        variable, bare, how, value = found.groups()
        made.append(Test(variable, bare or how, int(value) if value and value.lstrip("-").isdigit() else value or ""))
    return tuple(made)
