"""Any CSV or Parquet files: by a mapping file that names their columns, or named after a stream with its own columns.

A mapping (TOML) has one `[[table]]` for each kind of file: `file` (a pattern such as "gps/*.csv"), `stream`, `columns`
(our column = theirs), `units` (time = "s" or "ms"; x, y, z = "g") and `codes` (their code = our word, by our column).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from samen.rooms.sensing import codes, streams
from samen.rooms.sensing.reading import csv
from samen.rooms.sensing.reading.receipt import Read, settled, together, unreadable
from samen.rooms.sensing.reading.reducing import hashed

ENDINGS = (".csv", ".parquet")
TIMES = {"ms": 1.0, "s": 1000.0}
FACTORS = {"g": streams.GRAVITY, "m/s2": 1.0, "fraction": 100.0, "percent": 1.0, "min": 60.0, "km/h": 1 / 3.6}
IDENTIFIERS = ("contact", "address")


class BadMapping(ValueError):
    """A mapping cannot be used; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Mapped:
    """How one kind of file becomes one stream."""

    file: str
    stream: str
    columns: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def mapping_of(text: str) -> tuple[Mapped, ...]:
    """Read a mapping. Raises: BadMapping."""
    try:
        found = tomllib.loads(text).get("table", [])
        return tuple(_mapped(each) for each in found)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as wrong:
        raise BadMapping("mapping_unreadable", why=str(wrong)) from wrong


def _mapped(each: Mapping[str, Any]) -> Mapped:
    mapped = Mapped(each["file"], each["stream"], each.get("columns", {}), each.get("units", {}), each.get("codes", {}))
    if mapped.stream not in streams.STREAMS:
        raise BadMapping("mapping_stream", stream=mapped.stream)
    unknown = sorted(set(mapped.columns) - set(streams.schema_of(mapped.stream)))
    if unknown:
        raise BadMapping("mapping_column", stream=mapped.stream, column=unknown[0])
    wrong = [unit for name, unit in mapped.units.items() if unit not in (TIMES if name == "time" else FACTORS)]
    if wrong:
        raise BadMapping("mapping_unit", unit=wrong[0])
    return mapped


def read(root: Path, *, salt: bytes, mapping: tuple[Mapped, ...] = ()) -> Read:
    """Read one file or a folder of files."""
    base = root.parent if root.is_file() else root
    files = [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.suffix in ENDINGS)
    pairs = [(file, _fitting(file.relative_to(base), mapping)) for file in files if file.stat().st_size]
    return together(_file(base, file, mapped, salt) for file, mapped in pairs if mapped or not mapping)


def _fitting(file: Path, mapping: tuple[Mapped, ...]) -> Mapped | None:
    if mapping:
        return next((each for each in mapping if file.match(each.file)), None)
    stream = next((name for name in (file.stem, file.parent.name) if name in streams.STREAMS), "")
    return Mapped(str(file), stream, {}) if stream else None


def _file(root: Path, file: Path, mapped: Mapped | None, salt: bytes) -> Read:
    shown = str(file.relative_to(root))
    if mapped is None:
        return unreadable(shown, "table_unknown", file.stem)
    schema = streams.schema_of(mapped.stream)
    theirs = {ours: mapped.columns.get(ours, ours) for ours in schema}
    try:
        rows = csv.table_of(file, {theirs[ours]: _kind(mapped, ours, kind) for ours, kind in schema.items()})
    except pl.exceptions.PolarsError:
        return unreadable(shown, "file_unreadable", mapped.stream)
    rows = rows.select("position", *(_turned(mapped, ours, theirs[ours], kind) for ours, kind in schema.items()))
    rows = rows.with_columns(
        pl.coalesce("person", "device").alias("person"), pl.coalesce("device", "person").alias("device")
    )
    for name in IDENTIFIERS:
        if name in schema:
            rows = hashed(rows, name, salt)

    def locate(at: list[int]) -> pl.DataFrame:
        return pl.DataFrame({"file": [shown] * len(at), "row": [each + 1 for each in at]})

    return settled(mapped.stream, rows, locate)


def _kind(mapped: Mapped, ours: str, kind: Any) -> Any:
    """Give the type in which a column is read: a code as text, a number wide enough for its unit."""
    if ours in mapped.codes or kind in (pl.String, pl.Boolean):
        return pl.String
    return pl.Float64


def _turned(mapped: Mapped, ours: str, theirs: str, kind: Any) -> pl.Expr:
    value = pl.col(theirs)
    if ours in mapped.codes:
        return codes.worded(value, mapped.codes[ours]).alias(ours)
    if ours in mapped.units:
        value = value * (TIMES if ours == "time" else FACTORS)[mapped.units[ours]]
    if kind == pl.Boolean:
        text = value.str.strip_chars().str.to_lowercase()
        return pl.when(text != "").then(text.is_in(["1", "1.0", "true", "yes"])).alias(ours)
    return value.round().cast(kind, strict=False).alias(ours) if kind == pl.Int64 else value.cast(kind).alias(ours)
