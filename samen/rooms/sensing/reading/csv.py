"""Many CSV files of one kind at once: the columns that are wanted, as numbers and texts, whatever else stands beside them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

NUMBER = pl.Float64


def columns_of(file: Path) -> tuple[str, ...]:
    """Give the names in the first line of a file; none when it is empty."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return tuple(name.strip() for name in next(csv.reader(lines), []))


def alike(files: Sequence[Path]) -> Iterator[tuple[tuple[str, ...], list[Path]]]:
    """Give files that have the same columns together; files without rows are left out."""
    found: dict[tuple[str, ...], list[Path]] = {}
    for file in files:
        if names := columns_of(file):
            found.setdefault(names, []).append(file)
    yield from found.items()


def rows_of(
    files: Sequence[Path], names: tuple[str, ...], wanted: Mapping[str, type[pl.DataType]], *, path: bool = False
) -> pl.DataFrame:
    """Read the wanted columns of files that have the same columns; what is no number where one should be is null.

    Takes: wanted: column -> type.
    Gives: them, null when no file has them; `position`, the number of the row; and with path=True `file`.
    Raises: a PolarsError when a file is no CSV, or has none of the columns.
    """
    taken = [name for name in dict.fromkeys(names) if name in wanted]
    if wanted and not taken:  # else its rows would be lost without a word
        raise pl.exceptions.ColumnNotFoundError("none of the wanted columns is there")
    scan = pl.scan_csv(
        list(files),
        schema={_unique(names, number): wanted.get(name, pl.String) for number, name in enumerate(names)},
        ignore_errors=True,
        truncate_ragged_lines=True,
        include_file_paths="file" if path else None,
        glob=False,
    )
    rows = scan.select(*taken, *(["file"] if path else [])).collect()
    lacking = (pl.lit(None, dtype=kind).alias(name) for name, kind in wanted.items() if name not in taken)
    return rows.with_columns(*lacking).with_row_index("position")


def _unique(names: tuple[str, ...], number: int) -> str:
    """Give the name of a column as Polars has it; the second of the same name gets a number, for a table cannot hold both."""
    name, before = names[number], names[:number].count(names[number])
    return f"{name}_duplicated_{before - 1}" if before else name


def places(files: pl.Series, root: Path, at: list[int]) -> pl.DataFrame:
    """Give file (seen from root) and row (1 = the first under the header) of rows at these positions."""
    found = files.to_frame("file").with_columns((pl.int_range(pl.len()).over("file") + 1).alias("row"))[at]
    return found.with_columns(pl.col("file").str.strip_prefix(f"{root}/"))


def table_of(file: Path, wanted: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Read the wanted columns of one file, CSV or Parquet: what is not there, or not of its kind, is null; with `position`."""
    if file.suffix == ".csv":
        return rows_of([file], columns_of(file), wanted)
    rows = pl.read_parquet(file)
    return rows.select(
        pl.col(name).cast(kind, strict=False) if name in rows.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in wanted.items()
    ).with_row_index("position")
