"""Small made-up streams for tests: rows of a stream from a few words, ready for features."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from samen.rooms.sensing import computing, segments, streams, zones
from samen.rooms.sensing.reading.receipt import Read

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def stream(name: str, *rows: tuple, columns: str, person: str = "noor", device: str = "") -> pl.DataFrame:
    """Give a stream's table; `columns` names what each row holds, the first of them time (a text or ms)."""
    names = columns.split()
    made = [dict(zip(names, row, strict=True)) for row in rows]
    for each in made:
        each["time"] = ms(each["time"]) if isinstance(each["time"], str) else each["time"]
        each.setdefault("person", person)
        each.setdefault("device", device or each["person"])
    table = pl.DataFrame(made, infer_schema_length=None) if made else pl.DataFrame(schema=streams.schema_of(name))
    return streams.shaped(table, name)


def ready(zone: str = "UTC", **tables: pl.DataFrame) -> computing.Ready:
    return computing.made_ready(Read(tables), roster=None, changes=pl.DataFrame(schema=zones.CHANGES), zone=zone)


def features(
    profile: str,
    zone: str = "UTC",
    plan: segments.Plan = segments.DAILY,
    given: Mapping[str, Any] | None = None,
    **tables: pl.DataFrame,
) -> list[dict[str, Any]]:
    """Give each segment's features by name."""
    made = ready(zone, **tables)
    laid = segments.laid_out(plan, made.seen, made.spans)
    return computing.compute(made.tables, laid, profile, given or {}).to_dicts()
