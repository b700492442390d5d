"""Identifiers are reduced at the door: numbers, addresses and names become salted hashes, texts become lengths."""

from hashlib import blake2b

import polars as pl

HASH_BYTES = 12  # 96 bits: no two contacts of one study alike by chance


def hashed(rows: pl.DataFrame, column: str, salt: bytes) -> pl.DataFrame:
    """Put a salted hash for each value of a column, salted for each person anew; what is empty stays null."""
    pairs = rows.select("person", column).unique().drop_nulls()
    known = pairs.with_columns(
        pl.Series(
            "hash",
            [_hash(f"{person}\0{value}", salt) if value else None for person, value in pairs.iter_rows()],
            dtype=pl.String,
        )
    )
    joined = rows.join(known, on=["person", column], how="left", maintain_order="left")
    return joined.with_columns(pl.col("hash").alias(column)).drop("hash")


def _hash(text: str, salt: bytes) -> str:
    return blake2b(text.encode(), digest_size=HASH_BYTES, key=salt[:64]).hexdigest()


def length(text: pl.Expr) -> pl.Expr:
    """Give the number of characters in place of a text."""
    return text.cast(pl.String).str.len_chars().cast(pl.Int64)
