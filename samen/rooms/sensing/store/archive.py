"""The archive: every event that was kept as it came, in `events`, and beside it one typed table for each stream.

`events` is what programs read back, unchanged. Features read the typed tables (`tables.py`), of the days that they need.
A move writes the typed tables first and `events` last: the number of a move in `events` says that all of it is there.
"""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from deltalake import DeltaTable
from django.conf import settings

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rooms.sensing import streams
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import bucket, delta
from samen.rooms.sensing.store.bucket import InBucket
from samen.rooms.sensing.store.delta import Table

SCHEMA = pl.Schema(
    {
        "bucket": pl.Int32,
        "person": pl.String,  # the random key of the participant
        "kind": pl.String,  # sensor or activity
        "stream": pl.String,
        "name": pl.String,  # of the sensor, or the id of the activity
        "time": pl.Int64,  # ms
        "key": pl.String,  # of the event's content
        "device": pl.String,
        "body": pl.String,  # JSON
    }
)
STREAMS = tuple(streams.STREAMS)
SINCE_EVER = -(2**62)  # ms


def folder() -> Path:
    """Give the folder of this room: the archive's own, or `sensing` in home; with a bucket, of what stays on this machine."""
    place = settings.SAMEN.sensing_archive
    return Path(place) if place and not url() else Path(settings.SAMEN.home) / "sensing"


def url() -> str:
    """Give the address of the bucket in which the tables lie; empty for a folder."""
    place = str(settings.SAMEN.sensing_archive)
    return place.rstrip("/") if place.startswith(bucket.SCHEME) else ""


def refusal() -> str:
    """Say by a word why the archive may not lie where it is set to lie; empty when it may."""
    return bucket.refusal(url(), folder()) if url() else ""


def events() -> Table:
    """Give the table of events."""
    home = folder()
    return _table(home / "events", home / "safe", ("person", "kind", "time", "key"), ("person", "key"))


def _table(place: Path, safe: Path, order: tuple[str, ...], same: tuple[str, ...]) -> Table:
    if not url():
        return Table(place, safe, order, same)
    bucket.demand(url(), folder())
    return InBucket(place, safe, order, same, f"{url()}/{place.relative_to(folder())}")


def typed(stream: str) -> Table:
    """Give the typed table of a stream. Raises: KeyError for a stream that we do not know."""
    home = folder() / "streams"
    own = tuple(streams.schema_of(stream))
    return _table(home / stream, home / f"{stream}.safe", ("person", "time", "origin", "part"), own)


def tables() -> list[Table]:
    """Give every table that is there, `events` last."""
    home = folder() / "streams"
    there = bucket.streams(url()) if url() else {stream for stream in STREAMS if (home / stream).is_dir()}
    return [*(typed(stream) for stream in STREAMS if stream in there), events()]


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that changes the archive, among all processes of this machine, and find it whole."""
    (folder() / "streams").mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "archive.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if url():
            bucket.demand(url(), folder())
        try:
            for table in tables():
                table.mend()
                table.make_safe(table.safe_version())
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def moved() -> int:
    """Give the number of the last move that any table holds; 0 for none."""
    return max(table.moved() for table in tables())


def tidy() -> int:
    """Put the files of crowded buckets together. Gives how many buckets."""
    return sum(table.tidy() for table in tables())


def in_bucket(rows: pl.DataFrame, bucket: int) -> pl.DataFrame:
    """Give rows of a typed table as they stand on disk."""
    return rows.select(pl.lit(bucket, dtype=pl.Int32).alias("bucket"), pl.all())


def append_typed(parts: Mapping[str, Sequence[pl.DataFrame]], move: int) -> None:
    """Write rows of typed tables, each table in a commit that bears the move's number, and bring them to disk.

    A table that holds the move already is not written again.
    """
    for stream, rows in sorted(parts.items()):
        table = typed(stream)
        if table.moved() < move:
            table.append(pl.concat(rows), move)
        table.make_safe(table.safe_version())


def _of(found: DeltaTable, participants: Sequence[Participant]) -> pl.LazyFrame:
    return delta.of(found, [each.bucket for each in participants], [each.key for each in participants])


def keys_between(access: Allowed, participant: Participant, first: int, last: int) -> set[bytes]:
    """Give the keys of a person's events between two times, both included."""
    access.require(Scope.RIGHTS, participant.person_id)

    def read(found: DeltaTable) -> set[bytes]:
        rows = _of(found, [participant]).filter(pl.col("time").is_between(first, last)).select("key").collect()
        return {bytes.fromhex(key) for key in rows["key"]}

    return events().read(read, set())


def known(participants: Sequence[Participant], first: int, last: int) -> pl.DataFrame:
    """Give person and key of the events of these people between two times: what a move need not write again."""

    def read(found: DeltaTable) -> pl.DataFrame:
        return _of(found, participants).filter(pl.col("time").is_between(first, last)).select("person", "key").collect()

    return events().read(read, pl.DataFrame(schema={"person": pl.String, "key": pl.String}))


def window(
    access: Allowed, participant: Participant, wanted: pl.Expr, *, newest_first: bool, limit: int
) -> pl.DataFrame:
    """Give the first events of a person that meet a condition: time, key, stream, name, body."""
    access.require(Scope.RIGHTS, participant.person_id)

    def read(found: DeltaTable) -> pl.DataFrame:
        rows = _of(found, [participant]).filter(wanted).select("time", "key", "stream", "name", "body")
        return rows.sort("time", "key", descending=newest_first).head(limit).collect()

    empty = pl.DataFrame(schema={name: SCHEMA[name] for name in ("time", "key", "stream", "name", "body")})
    return events().read(read, empty)
