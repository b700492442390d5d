"""Runs the validation of `companion.guide` through the gate, in nobody's record, and gives each figure of its manifest."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from samen.rights import door as rights
from samen.rights import gate
from samen.rights.shares import Share
from samen.rights.words import Denied
from samen.rooms.companion import guide_proving, systems
from samen.rooms.companion.guide import Town
from samen.rooms.companion.guide_proving import COUNTRY, Piece, Verdict
from samen.rooms.companion.jobs.proof import CONTENT
from samen.rooms.companion.store import places

CHUNK = 100  # pieces in one run of the ring
NEAR, FAR = "Utrecht", "Groningen"


@dataclass(frozen=True)
class Proof:
    """What a validation came to: a verdict for each piece, and the figures."""

    verdicts: tuple[Verdict, ...]
    figures: Mapping[str, Share]


@cache
def raw() -> Mapping[str, Any]:
    """Give the questions that were held out."""
    return tomllib.loads((CONTENT / "needs.toml").read_text())


def _towns() -> dict[str, Town]:
    found = {"near": places.town(NEAR, COUNTRY), "far": places.town(FAR, COUNTRY)}
    return {name: town for name, town in found.items() if town is not None}


def pieces() -> list[Piece]:
    """Give all pieces of the validation."""
    return guide_proving.pieces(raw(), places.needs(), _towns())


def run(actor: UUID | None, asked: Sequence[Piece] | None = None) -> Proof | Denied:
    """Run pieces (all when left out) through the gate and judge each answer."""
    chosen = list(asked if asked is not None else pieces())
    verdicts: list[Verdict] = []
    claims: list[Mapping[str, Any]] = []
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        ran = gate.trial(systems.GUIDE, [each.material for each in part], actor=actor)
        if isinstance(ran, Denied):
            return ran
        values = [finding.value for finding, _ in ran.findings]
        verdicts += [guide_proving.judge(piece, value) for piece, value in zip(part, values, strict=True)]
        claims += [value for piece, value in zip(part, values, strict=True) if piece.proves == "claim"]
    orders = guide_proving.unpaid(zip(claims[::2], claims[1::2], strict=True))
    return Proof(tuple(verdicts), guide_proving.figures(verdicts, orders))


def validate(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Give each figure of the manifest, as the ring asks for them."""
    found = run(actor)
    if isinstance(found, Denied):
        return found
    return [rights.Figure(name, each.value, each.low, each.high, each.n) for name, each in found.figures.items()]
