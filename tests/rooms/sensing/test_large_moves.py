"""A move of many rows is written by ourselves, and is read, counted and mended as any other."""

from pathlib import Path

import polars as pl

from samen.rooms.sensing.store import delta
from samen.rooms.sensing.store.delta import Table


def table(folder: Path) -> Table:
    return Table(folder / "rows", folder / "safe", ("person", "time"), ("person", "time"))


def rows(n: int, first: int, buckets: int = 1) -> pl.DataFrame:
    bucket = pl.int_range(n, dtype=pl.Int32, eager=True) % buckets
    people = pl.format("p{}", bucket)
    return pl.select(bucket.alias("bucket"), people.alias("person"), pl.int_range(first, first + n).alias("time"))


def held(found: Table) -> pl.DataFrame:
    return found.read(lambda opened: pl.scan_delta(opened).collect(), pl.DataFrame())


def test_large_moves_hold_their_number_and_every_row_once_whatever_wrote_them(tmp_path: Path) -> None:
    mine, n = table(tmp_path), delta.FEW
    for move, more in enumerate((rows(10, 0), rows(n, 10), rows(n, 10 + n, buckets=3)), start=1):
        mine.append(more, move)
        mine.make_safe(mine.safe_version())
    assert mine.moved() == 3
    assert sorted(held(mine)["time"]) == list(range(10 + 2 * n))
    assert {file.parent.name for file in mine.place.rglob("*.zstd.parquet")} == {"bucket=0", "bucket=1", "bucket=2"}
    gone = mine.rewrite(1, pl.col("time") < 0)
    assert gone == held(mine).filter(pl.col("bucket") == 1).height
    mine.forget()
    assert not (mine.place / "bucket=1").exists()
    assert held(mine).filter(pl.col("bucket") == 1).is_empty()


def test_a_large_move_that_was_torn_before_it_was_safe_is_taken_back(tmp_path: Path) -> None:
    mine = table(tmp_path)
    mine.append(rows(10, 0), 1)
    mine.make_safe(mine.safe_version())
    mine.append(rows(delta.FEW, 10), 2)
    (torn,) = mine.place.rglob("*.zstd.parquet")
    torn.write_bytes(torn.read_bytes()[:1000])
    assert mine.mend() == 1
    assert mine.moved() == 1
    assert held(mine).height == 10
