"""Runs the validation of `companion.talk` through the gate, in nobody's record, and gives each figure of its manifest."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from samen.rights import door as rights
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.companion import proving, systems
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.proving import Piece, Verdict
from samen.rooms.companion.store import modules

CONTENT = Path(__file__).parent.parent / "content" / "validation"
CHUNK = 200  # pieces in one run of the ring


def pieces() -> list[Piece]:
    """Give all pieces of the validation."""
    phrases = {
        language: tomllib.loads(file.read_text()).get("subject", [])
        for language in LANGUAGES
        if (file := CONTENT / "phrases" / f"{language}.toml").exists()
    }
    kinds = tomllib.loads((CONTENT / "cases.toml").read_text())["kind"]
    return proving.pieces(modules.in_use(), phrases, kinds)


def run(actor: UUID | None, asked: Sequence[Piece] | None = None) -> list[Verdict] | Denied:
    """Run pieces (all when left out) through the gate and judge each answer."""
    chosen = list(asked if asked is not None else pieces())
    library, never = modules.in_use(), modules.never()
    found: list[Verdict] = []
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        ran = gate.trial(systems.TALK, [each.material for each in part], actor=actor)
        if isinstance(ran, Denied):
            return ran
        answers = [finding.value for finding, _ in ran.findings]
        found += [proving.judge(piece, value, library, never) for piece, value in zip(part, answers, strict=True)]
    return found


def validate(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Give each figure of the manifest, as the ring asks for them."""
    found = run(actor)
    if isinstance(found, Denied):
        return found
    return [
        rights.Figure(name, each.value, each.low, each.high, each.n) for name, each in proving.figures(found).items()
    ]
