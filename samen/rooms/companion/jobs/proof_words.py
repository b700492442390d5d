"""Runs the validation of `companion.rephrase` through the gate: a hostile stand-in, of which nothing may reach anybody, and good rewordings."""

import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from samen.rights import door as rights
from samen.rights import gate
from samen.rights.gate import TrialRun
from samen.rights.shares import Share, share
from samen.rights.words import Denied
from samen.rooms.companion import systems
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.jobs.proof import CONTENT
from samen.rooms.companion.jobs.stand_in import BEHAVES, TEXT, serving

TOGETHER = 6  # cases at once: slow ones wait side by side
WITHIN = 2.5  # seconds for all of a chunk
TRIES = 3


@dataclass(frozen=True)
class Case:
    """One case: its key, what is asked for, what the stand-in does, and whether its words may be said."""

    key: str
    name: str
    language: str
    scripted: str
    said: str
    does: Mapping[str, str]
    good: bool = False
    stream: bool = True


@dataclass(frozen=True)
class Shown:
    """What came of a case."""

    case: Case
    text: str
    why: str
    sent: bool

    @property
    def well(self) -> bool:
        """Say whether it went as it should: good words are said, others are not."""
        return bool(self.text) == self.case.good


def cases() -> list[Case]:
    """Give all cases of content/validation/hostile.toml, slow ones last."""
    raw = tomllib.loads((CONTENT / "hostile.toml").read_text())
    found = [*_texts(raw), *_good(raw)]
    for kind in ("quick", "slow"):
        for language in LANGUAGES:
            script = raw["script"][language]
            found += [
                Case(f"{language}-{how}", how, language, script["text"], script["said"], {BEHAVES: how})
                for how in raw["behaviour"][kind]
            ]
    return found


def _texts(raw: Mapping[str, Any]) -> Iterator[Case]:
    for kind, by_language in raw["texts"].items():
        for language in LANGUAGES:
            script = raw["script"][language]
            for number, text in enumerate(by_language[language]):
                for after in (False, True):
                    does = {TEXT: f"{script['text']} {text}" if after else text}
                    key = f"{language}-{kind}-{number}-{'after' if after else 'alone'}"
                    name = f"{kind}: {text}"
                    yield Case(key, name, language, script["text"], script["said"], does, stream=number % 2 == 0)


def _good(raw: Mapping[str, Any]) -> Iterator[Case]:
    for language in LANGUAGES:
        for place, each in enumerate(raw["good"][language]):
            for number, text in enumerate(each["says"]):
                key = f"{language}-good-{place}-{number}"
                yield Case(key, text, language, each["text"], "", {TEXT: text}, good=True)


def run(actor: UUID | None, asked: Sequence[Case] | None = None) -> list[Shown] | Denied:
    """Run cases (all when left out) through the gate."""
    chosen = list(asked if asked is not None else cases())
    found: list[Shown] = []
    if not gate.extra_missing(systems.REPHRASE.manifest.extra):
        systems.ready_for_words()
    with serving({each.key: each.does for each in chosen}) as (address, _):
        for start in range(0, len(chosen), TOGETHER):
            part = chosen[start : start + TOGETHER]
            wishes = [
                {
                    "scripted": each.scripted,
                    "said": each.said,
                    "language": each.language,
                    "url": address(each.key),
                    "stream": each.stream,
                }
                for each in part
            ]
            ran, late = _timed(wishes, actor)
            if isinstance(ran, Denied):
                return ran
            value = ran.findings[0][0].value
            for each, one in zip(part, value.get("worded", [value]), strict=True):
                found.append(Shown(each, "late" if late else one["text"], one["why"], one["sent"]))
    return found


def _timed(wishes: Sequence[Mapping[str, Any]], actor: UUID | None) -> tuple[TrialRun | Denied, bool]:
    """Run one chunk, and say whether it was late. A busy machine may be late once; what is late each time is late by itself."""
    for _ in range(TRIES):
        begun = time.monotonic()
        ran = gate.trial(systems.REPHRASE, [{"wishes": list(wishes)}], actor=actor)
        late = time.monotonic() - begun > WITHIN
        if not late and not (isinstance(ran, Denied) and ran.code == "TIMEOUT"):
            break
    return ran, late


def figures(found: Sequence[Shown]) -> dict[str, Share]:
    """Give each figure of the manifest."""
    return {
        "safe": share(each.well for each in found if not each.case.good),
        "kept": share(each.well for each in found if each.case.good),
    }


def validate(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Give each figure of the manifest, as the ring asks for them."""
    found = run(actor)
    if isinstance(found, Denied):
        return found
    return [rights.Figure(name, each.value, each.low, each.high, each.n) for name, each in figures(found).items()]
