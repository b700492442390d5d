"""A person's tables as Beiwe's folders: one CSV for each stream and hour, in UTC, with the headers that Beiwe's files have.

Contacts and addresses were hashed when they came in: what Beiwe calls `hashed phone number` holds our hash. What Beiwe has no
file for is left out here and stands in the Parquet tables.
"""

from collections.abc import Iterator, Mapping

import polars as pl

from samen.rooms.sensing import codes

NAMES: Mapping[str, tuple[str, ...]] = {
    "gps": ("latitude", "longitude", "altitude", "accuracy"),
    "accelerometer": ("accuracy", "x", "y", "z"),
    "gyro": ("accuracy", "x", "y", "z"),
    "magnetometer": ("x", "y", "z"),
    "power_state": ("event", "level"),
    "calls": ("hashed phone number", "call type", "duration in seconds"),
    "texts": ("hashed phone number", "sent vs received", "message length", "time sent"),
    "bluetooth": ("hashed MAC", "RSSI"),
    "wifi": ("hashed MAC", "frequency", "RSSI"),
}


def files(tables: Mapping[str, pl.DataFrame], person: str) -> Iterator[tuple[str, bytes]]:
    """Give path and bytes of each file."""
    for stream, rows in sorted(_turned(tables).items()):
        names = NAMES[stream]
        columns = [pl.col(name) if name in rows.columns else pl.lit(None, pl.String).alias(name) for name in names]
        at = pl.from_epoch("time", time_unit="ms")
        full = rows.select(
            pl.col("time").alias("timestamp"),
            at.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f").alias("UTC time"),
            *columns,
            at.dt.strftime("%Y-%m-%d %H_00_00+00_00").alias("hour"),
        )
        for (hour,), part in full.group_by("hour", maintain_order=True):
            yield f"{person}/{stream}/{hour}.csv", part.drop("hour").write_csv().encode()


def _turned(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Give rows under Beiwe's streams, with Beiwe's columns and words."""
    found = {name: tables[name] for name in ("gps", "accelerometer", "gyro", "magnetometer") if name in tables}
    power = [
        _worded(tables[name], column, name).select("time", pl.col(column).alias("event"), *level)
        for name, column, level in (
            ("screen", "event", [pl.lit(None, pl.Float64).alias("level")]),
            ("battery", "status", [pl.col("level") / 100]),
        )
        if name in tables
    ]
    if power:
        found["power_state"] = pl.concat(power).filter(pl.col("event").is_not_null()).sort("time", maintain_order=True)
    if "calls" in tables:
        names = {"contact": "hashed phone number", "kind": "call type", "seconds": "duration in seconds"}
        found["calls"] = _worded(tables["calls"], "kind", "calls").rename(names)
    if "texts" in tables:
        found["texts"] = tables["texts"].select(
            "time",
            pl.col("contact").alias("hashed phone number"),
            pl.concat_str("kind", pl.when(pl.col("mms")).then(pl.lit(" MMS")).otherwise(pl.lit(" SMS"))).alias(
                "sent vs received"
            ),
            pl.col("length").alias("message length"),
            pl.col("time").alias("time sent"),
        )
    for name in ("bluetooth", "wifi"):
        if name in tables:
            found[name] = tables[name].rename({"address": "hashed MAC", "rssi": "RSSI"})
    return found


def _worded(rows: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Put Beiwe's word for each of ours; null where Beiwe has none."""
    words: dict[str, str] = {}
    for code, word in (codes.words_for("beiwe", name) or {}).items():
        words.setdefault(word, code)
    return rows.with_columns(pl.col(column).replace_strict(words, default=None, return_dtype=pl.String))
