"""Tables of flights and pauses that another program found: person,start,end,from_/to_ latitude and longitude,kind,observed."""

from pathlib import Path

import polars as pl

from samen.rooms.sensing.reading import csv
from samen.rooms.sensing.reading.receipt import Read, settled, together, unreadable

NUMBER, TEXT = pl.Float64, pl.String
PLACES = ("from_latitude", "from_longitude", "to_latitude", "to_longitude")
COLUMNS = {
    "person": TEXT,
    "start": NUMBER,
    "end": NUMBER,
    **dict.fromkeys(PLACES, NUMBER),
    "kind": TEXT,
    "observed": TEXT,
}


def read(root: Path) -> Read:
    """Read one file or a folder of files, CSV or Parquet; times are ms UTC."""
    files = (
        [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.suffix in (".csv", ".parquet"))
    )
    base = root.parent if root.is_file() else root
    return together(_file(base, file) for file in files if file.stat().st_size)


def _file(root: Path, file: Path) -> Read:
    shown = str(file.relative_to(root))
    try:
        rows = csv.table_of(file, COLUMNS)
    except pl.exceptions.PolarsError:
        return unreadable(shown, "file_unreadable", "flights")
    kind = pl.col("kind").str.strip_chars().str.to_lowercase()
    said = pl.col("observed").str.strip_chars().str.to_lowercase()
    rows = rows.with_columns(
        pl.col("person").alias("device"),
        pl.col("start").cast(pl.Int64, strict=False).alias("time"),
        pl.col("end").cast(pl.Int64, strict=False).alias("ends"),
        pl.when(kind.is_in(["flight", "pause"])).then(kind).alias("kind"),
        pl.when(said.is_not_null()).then(said.is_in(["1", "1.0", "true", "yes"])).otherwise(True).alias("observed"),
    )

    def locate(at: list[int]) -> pl.DataFrame:
        return pl.DataFrame({"file": [shown] * len(at), "row": [each + 1 for each in at]})

    return settled("flights", rows, locate)
