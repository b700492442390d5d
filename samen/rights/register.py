"""What a system must declare before it exists for the gate, and the digest that ties approvals to exact bytes."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from samen.rights import oversight, prohibited
from samen.rights.words import Category, Oversight, Purpose, Recipient, Stream, System

# Sentences that each system must have in English and Dutch, under the prefix that it declares.
SENTENCES = (
    "name",
    "short",
    "does",
    "does_not",
    "reads",
    "gives",
    "who_decides",
    "how_sure",
    "say_no",
    "alternative",
    "disclosure",
    "need",
    "objecting",
    "fallback",
    "risks",
    "method",
)
TEACH_BACK = ("teach_back.question", "teach_back.right", "teach_back.wrong")

# Checks that come with the accountability issue. The register says so for each system; no stub stands in for them.
NOT_THERE_YET = ("G03", "G09", "G10", "G14", "G16")


class Refused(ValueError):
    """A system may not be registered; the message lists every reason."""


@dataclass(frozen=True)
class Registered:
    """The handle that rooms hold: what was declared, without the functions. Those stay with the gate."""

    id: str
    manifest: System  # its functions are closed: calling one raises NotPermitted
    built: str  # digest of what this version came with
    words: str  # digest of its sentences: what a person read before saying yes

    @property
    def digest(self) -> str:
        """Give the digest of what runs now: of what this version came with, and of what humans here adopted in its place."""
        adopted = self.manifest.adopted() if self.manifest.adopted is not None else ""
        return hashlib.sha256(f"{self.built} {adopted}".encode()).hexdigest() if adopted else self.built


@dataclass(frozen=True)
class RegisteredStream:
    """The handle of a stream: what was declared, and the digest of the words that a person reads before saying yes."""

    id: str
    manifest: Stream
    words: str


STREAM_SENTENCES = ("name", "short", "says")


def files_of(room: Path, *patterns: str) -> tuple[str, ...]:
    """Give files of a room, seen from `samen/`, in a fixed order: what a system's digest is over."""
    found = {path for pattern in patterns for path in room.glob(pattern) if path.name != "__init__.py"}
    return tuple(sorted(str(path.relative_to(room.parents[1])) for path in found if path.is_file()))


def stream_problems(stream: Stream, *, written: Callable[[str], bool]) -> list[str]:
    """Give every reason not to register a stream."""
    found = [
        f"no sentence {stream.words}.{key} in every language"
        for key in STREAM_SENTENCES
        if not written(f"{stream.words}.{key}")
    ]
    if not stream.id.startswith("stream."):
        found.append("the id of a stream begins with stream.")
    if not stream.uses:
        found.append("it names no use: which category, for which purpose, to whom")
    found += [f"{use.recipient} may never receive it" for use in stream.uses if use.recipient in prohibited.RECIPIENTS]
    return found


def stream_digest(stream: Stream, sentences: Mapping[str, Mapping[str, str]]) -> str:
    """Give the SHA-256 over a stream's sentences alone."""
    prefix = stream.words + "."
    told = [f"{key}={sorted(forms.items())!r}" for key, forms in sorted(sentences.items()) if key.startswith(prefix)]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def problems(system: System, *, written: Callable[[str], bool], there: Callable[[str], bool]) -> list[str]:
    """Give every reason not to register a system.

    Takes: the manifest; `written(key)`: is the sentence there in every language; `there(path)`: is the file there.
    """
    found = [f"PROHIBITED: {reason}" for reason in prohibited.reasons(system)]
    wanted = [*SENTENCES, *(TEACH_BACK if system.heavy else ()), *_keys_of(system)]
    found += [
        f"no sentence {system.words}.{key} in every language" for key in wanted if not written(f"{system.words}.{key}")
    ]
    found += [f"no file samen/{path}" for path in (*system.sources, *system.models) if not there(path)]
    if not system.uses:
        found.append("it names no use: which category, for which purpose, to whom")
    if system.oversight is not Oversight.INFORM and system.reviewer is None:
        found.append(f"mode {system.oversight} needs a reviewer: the role that decides")
    if alert := oversight.alert_problem(system):
        found.append(alert)
    if not system.evidence:
        found.append("it names no evidence that it must show")
    if not system.sources:
        found.append("it names no source files for its digest")
    if not system.languages:
        found.append("it names no language")
    if not (system.alternative and system.version and system.owner):
        found.append("owner, version and the way without AI must be named")
    return found


def _keys_of(system: System) -> list[str]:
    return [*system.validated_for, *system.not_validated_for]


def digest(system: System, read: Callable[[str], bytes], sentences: Mapping[str, Mapping[str, str]]) -> str:
    """Give the SHA-256 over the declaration, its words, its code and its models: any change gives another digest."""
    sha = hashlib.sha256()
    for part in [*_declared(system), *_words(system, sentences)]:
        sha.update(part.encode() + b"\0")
    for path in sorted({*system.sources, *system.models}):
        sha.update(path.encode() + b"\0" + hashlib.sha256(read(path)).digest())
    return sha.hexdigest()


def words_digest(system: System, sentences: Mapping[str, Mapping[str, str]]) -> str:
    """Give the SHA-256 over the system's sentences alone."""
    return hashlib.sha256("\0".join(_words(system, sentences)).encode()).hexdigest()


def _declared(system: System) -> list[str]:
    plain = [each.name for each in fields(System) if not callable(getattr(system, each.name))]
    return [f"{name}={_plain(getattr(system, name))!r}" for name in sorted(plain)]


def _words(system: System, sentences: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    prefix = system.words + "."
    return [f"{key}={sorted(forms.items())!r}" for key, forms in sorted(sentences.items()) if key.startswith(prefix)]


def _plain(value: Any) -> object:
    """Give a value in a form that prints alike in every process."""
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, Mapping):
        return sorted((str(key), value[key]) for key in value)
    return str(value) if isinstance(value, StrEnum | date) else repr(value)


def sheet(system: System) -> dict[str, Any]:
    """Give the declaration as plain values, as the register shows and exports it."""
    return {
        "id": system.id,
        "version": system.version,
        "owner": system.owner,
        "accountable": str(system.accountable),
        "context": str(system.context),
        "risk_class": str(system.risk_class),
        "aim": str(system.aim),
        "gives": str(system.gives),
        "oversight": str(system.oversight),
        "reviewer": str(system.reviewer) if system.reviewer else None,
        "alert_minutes": round(within.total_seconds() / 60) if (within := oversight.alert_term(system)) else None,
        "languages": list(system.languages),
        "uses": [
            {"category": str(use.category), "purpose": str(use.purpose), "recipient": str(use.recipient)}
            for use in system.uses
        ],
        "needed_until": system.needed_until.isoformat(),
        "evidence": [
            {"measure": each.measure, "bound": each.bound, "at_least": each.at_least} for each in system.evidence
        ],
        "fairness": dict(system.fairness),
        "extra": system.extra,
        "checks_not_there_yet": list(NOT_THERE_YET),
    }


def vocabulary() -> list[str]:
    """Give the sentence keys that name every category, purpose and recipient on pages."""
    kinds = (("category", Category), ("purpose", Purpose), ("recipient", Recipient))
    return [f"rights.{kind}.{each}" for kind, enum in kinds for each in enum]
