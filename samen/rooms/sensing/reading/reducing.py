"""Identifiers are reduced at the door: numbers, addresses and names become salted hashes, texts become lengths."""

import polars as pl

from samen.rooms.sensing.reducing import digest


def hashed(rows: pl.DataFrame, column: str, salt: bytes) -> pl.DataFrame:
    """Put a salted hash for each value of a column, salted for each person anew; what is empty stays null."""
    pairs = rows.select("person", column).unique().drop_nulls()
    known = pairs.with_columns(
        pl.Series(
            "hash",
            [digest(f"{person}\0{value}", salt[:64]) if value else None for person, value in pairs.iter_rows()],
            dtype=pl.String,
        )
    )
    joined = rows.join(known, on=["person", column], how="left", maintain_order="left")
    return joined.with_columns(pl.col("hash").alias(column)).drop("hash")


def length(text: pl.Expr) -> pl.Expr:
    """Give the number of characters in place of a text."""
    return text.cast(pl.String).str.len_chars().cast(pl.Int64)
