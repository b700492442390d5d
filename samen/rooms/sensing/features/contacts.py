"""What calls and texts have in common: how many, with how many others, when, and with whom most."""

import polars as pl


def minute_of_day() -> pl.Expr:
    """Give whole minutes after midnight on the person's clock (0 to 1439)."""
    clock = pl.col("local").dt
    return clock.hour().cast(pl.Int64) * 60 + clock.minute().cast(pl.Int64)


def most_frequent(rows: pl.DataFrame, into: str) -> pl.DataFrame:
    """Add whether a row is with the person's most frequent contact of all of these rows; the one seen first when two are."""
    counted = (
        rows.drop_nulls("contact")
        .group_by("person", "contact", maintain_order=True)
        .agg(pl.len().alias("n"))
        .sort("n", descending=True, maintain_order=True)
        .unique("person", keep="first", maintain_order=True)
        .select("person", pl.col("contact").alias("top"))
    )
    return (
        rows.join(counted, on="person", how="left", maintain_order="left")
        .with_columns((pl.col("contact") == pl.col("top")).fill_null(False).alias(into))
        .drop("top")
    )


def entropy(counts: pl.Expr) -> pl.Expr:
    """Give the Shannon entropy (nats) of parts given by their sizes; null without any."""
    share = counts / counts.sum()
    return -(share * share.log()).filter(counts > 0).sum()
