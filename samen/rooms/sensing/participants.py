"""Who holds which device, and from when to when they take part."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.reading.receipt import Read, refusing

PLATFORMS = ("android", "ios", "fitbit")


class BadParticipants(ValueError):
    """A file of participants cannot be used; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Roster:
    """person, device, platform, and the period: start and end as wall clock (Datetime ms) or as moments (ms UTC)."""

    rows: pl.DataFrame

    @property
    def platforms(self) -> Mapping[str, str]:
        """Give the platform of each device that names one."""
        return dict(self.rows.drop_nulls("platform").select("device", "platform").iter_rows())


def roster_of(table: pl.DataFrame) -> Roster:
    """Read a file of participants: person, device_id and, where there are any, platform, start and end.

    A device_id may name several, with `;` between. start is included, end is not; a date is its local midnight, a number is
    ms UTC. Raises: BadParticipants.
    """
    lacking = [name for name in ("person", "device_id") if name not in table.columns]
    if lacking:
        raise BadParticipants("participants_columns", columns=", ".join(lacking))
    rows = table.select(
        pl.col(name).cast(pl.String).str.strip_chars().replace("", None).alias(name)
        if name in table.columns
        else pl.lit(None, dtype=pl.String).alias(name)
        for name in ("person", "device_id", "platform", "start", "end")
    ).drop_nulls(["person", "device_id"])
    rows = rows.with_columns(pl.col("device_id").str.split(";").alias("device")).explode("device")
    rows = rows.with_columns(pl.col("device").str.strip_chars(), pl.col("platform").str.to_lowercase())
    for edge in ("start", "end"):
        wall, moment = _wall(pl.col(edge)), _moment(pl.col(edge))
        rows = rows.with_columns(wall.alias(f"{edge}_local"), moment.alias(f"{edge}_at"))
        wrong = rows.filter(
            pl.col(edge).is_not_null() & pl.col(f"{edge}_local").is_null() & pl.col(f"{edge}_at").is_null()
        )
        if wrong.height:
            raise BadParticipants("participants_time", time=wrong[edge][0], person=wrong["person"][0])
    return Roster(rows.select("person", "device", "platform", "start_local", "start_at", "end_local", "end_at"))


def _wall(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace("T", " ").str.strip_suffix("Z")
    formats = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
    tries = [plain.str.to_datetime(each, time_unit="ms", strict=False) for each in formats]
    return pl.coalesce(*tries, plain.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("ms")))


def _moment(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Float64, strict=False).cast(pl.Int64)


def assigned(read: Read, roster: Roster) -> Read:
    """Put the person for each device; rows of a device that nobody in the file holds are refused."""
    people = dict(roster.rows.select("device", "person").iter_rows())
    kept = {}
    for stream, rows in read.tables.items():
        person = pl.col("device").replace_strict(people, default=None, return_dtype=pl.String)
        kept[stream] = streams.in_order(
            rows.with_columns(person.alias("person")).filter(pl.col("person").is_not_null())
        )
    return refusing(read, kept)


def within_period(read: Read, roster: Roster) -> Read:
    """Refuse rows outside of the time in which their device took part. Takes: tables that carry `local`."""
    edges = roster.rows.unique("device", keep="first").drop("person", "platform")
    if not edges.select(pl.exclude("device").is_not_null().any()).row(0).count(True):
        return read
    inside = (
        (pl.col("local") >= pl.col("start_local")).fill_null(True)
        & (pl.col("local") < pl.col("end_local")).fill_null(True)
        & (pl.col("time") >= pl.col("start_at")).fill_null(True)
        & (pl.col("time") < pl.col("end_at")).fill_null(True)
    )
    kept = {
        stream: rows.join(edges, on="device", how="left", maintain_order="left").filter(inside).select(rows.columns)
        for stream, rows in read.tables.items()
    }
    return refusing(read, kept)
