"""What a study may read of somebody: their rows under their own yes, by the name that the study knows them by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from samen.rooms.sensing import turning, zones
from samen.rooms.sensing.computing import Study
from samen.rooms.sensing.reading.receipt import Read


@dataclass(frozen=True)
class Member:
    """Somebody who takes part in a study."""

    code: str  # the name that programs know them by
    key: str  # what their measurements stand under
    bucket: int
    open: Mapping[str, int]  # stream that they say yes to for research -> from when on, ms
    clock: tuple[tuple[str, str, int], ...]  # device, zone, and from when on it holds (ms UTC)


@dataclass(frozen=True)
class Found:
    """Where rows lie: the files of each typed table, and what leads to them where they are in a bucket."""

    files: Mapping[str, list[str]]
    reached_by: Mapping[str, str] | None


def readable(member: Member, typed: Mapping[str, pl.DataFrame]) -> Read:
    """Give what a study may read of somebody's typed rows (their columns and `consent`), under their code."""
    open_for = {stream: rows for stream, rows in typed.items() if turning.consent_for(stream) in member.open}
    kept = {stream: turning.allowed(rows, stream, member.open) for stream, rows in open_for.items()}
    return named(member, {stream: rows for stream, rows in kept.items() if rows.height})


def named(member: Member, tables: Mapping[str, pl.DataFrame]) -> Read:
    """Put somebody's code for the key under which their rows stand."""
    code = pl.lit(member.code).alias("person")
    return Read({stream: rows.with_columns(code) for stream, rows in tables.items()})


def study_of(member: Member, study: Study) -> Study:
    """Give a study with one person's own clock: two people's devices may bear one name."""
    rows = pl.DataFrame(list(member.clock), schema=zones.CHANGES, orient="row")
    return replace(study, changes=rows.sort("device", "begins", maintain_order=True))
