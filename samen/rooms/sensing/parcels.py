"""A person's tables as parcels that travel between machines, and what a worker does with them.

A parcel is some rows of one person and one stream, as Arrow bytes. All streams share that one shape, so one grouping by person
brings a person's tables together in one call: each row is moved once. A join of stream after stream would move them again for each
(Spark's cogroup takes two), and one table with the columns of all streams would be nulls for the most part. A worker holds one
person at a time, as every other way here does, and runs `computing.part_of`, which is what runs without Spark too.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from typing import Literal

import polars as pl
import pyarrow as pa

from samen.rooms.sensing import turning
from samen.rooms.sensing.computing import Part, Study, part_of
from samen.rooms.sensing.reading.receipt import COUNTS, Read
from samen.rooms.sensing.sharing import Member, readable, study_of

ROWS_AT_ONCE = 100_000  # of one parcel: some megabytes
PARCEL = "person string, stream string, number long, on_wall_clock boolean, rows binary"
SCHEMA = pl.Schema(
    {"person": pl.String, "stream": pl.String, "number": pl.Int64, "on_wall_clock": pl.Boolean, "rows": pl.Binary}
)
ANSWER = "person string, what string, body binary"
Batches = Iterator[pa.RecordBatch]
Work = Callable[[pa.Table], pa.Table]


# --- packing ---------------------------------------------------------------------------------------------------------


def packed(stream: str, rows: pl.DataFrame, *, on_wall_clock: bool = False) -> pl.DataFrame:
    """Pack a stream's rows, person by person, in the order in which they lie."""
    made = [
        (own["person"][0], stream, number, on_wall_clock, _bytes(few))
        for own in rows.partition_by("person", maintain_order=True)
        for number, few in enumerate(own.iter_slices(ROWS_AT_ONCE))
    ]
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


def packer(stream: str, people: Iterable[str]) -> Callable[[Batches], Batches]:
    """Give a function that packs batches of a typed table of the archive; rows of anybody else stay where they are."""
    wanted = frozenset(people)

    def pack(batches: Batches) -> Batches:
        for batch in batches:
            yield from _of(stream, pl.DataFrame(batch), wanted)

    return pack


def fetcher(stream: str, people: Iterable[str], reached_by: Mapping[str, str]) -> Callable[[Batches], Batches]:
    """Give a function that fetches files of a typed table out of a bucket (batches of `uri`) and packs them, as `packer` does."""
    wanted = frozenset(people)

    def fetch(batches: Batches) -> Batches:
        for batch in batches:
            for uri in pl.DataFrame(batch)["uri"]:
                rows = pl.read_parquet(uri, storage_options=dict(reached_by), hive_partitioning=False)
                yield from _of(stream, rows, wanted)

    return fetch


def _of(stream: str, rows: pl.DataFrame, wanted: frozenset[str]) -> Batches:
    mine = rows.select(turning.schema_of(stream).names()).filter(pl.col("person").is_in(wanted))
    yield from packed(stream, mine).to_arrow().cast(_arrow()).to_batches()


def opened(parcels: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Give the tables of a person's parcels, by stream."""
    found: dict[str, list[pl.DataFrame]] = {}
    for stream, rows in parcels.sort("stream", "number").select("stream", "rows").iter_rows():
        found.setdefault(stream, []).append(pl.read_ipc_stream(BytesIO(rows)))
    return {stream: pl.concat(each) for stream, each in found.items()}


def _arrow() -> pa.Schema:
    kinds = {"number": pa.int64(), "on_wall_clock": pa.bool_(), "rows": pa.large_binary()}
    return pa.schema([(name, kinds.get(name, pa.large_string())) for name in SCHEMA])


def _bytes(rows: pl.DataFrame, compression: Literal["uncompressed", "zstd"] = "uncompressed") -> bytes:
    into = BytesIO()
    rows.write_ipc_stream(into, compression=compression)
    return into.getvalue()


# --- in a worker -----------------------------------------------------------------------------------------------------


def of_files(study: Study, *, explained: bool) -> Work:
    """Give what a worker does with one person's parcels that were read from files.

    The rows were counted where they were read: what a worker gives is by how much these counts change.
    """

    def work(arrow: pa.Table) -> pa.Table:
        parcels = pl.DataFrame(arrow)
        tables = opened(parcels)
        nothing = pl.DataFrame([(stream, 0, 0, 0, 0, 0) for stream in tables], schema=COUNTS, orient="row")
        clocks = frozenset(parcels.filter("on_wall_clock")["stream"])
        read = Read(tables, counts=nothing, on_wall_clock=clocks)
        return answered(parcels["person"][0], part_of(read, study, explained=explained))

    return work


def of_members(study: Study, members: Mapping[str, Member], *, explained: bool) -> Work:
    """Give what a worker does with one person's parcels out of the archive. Takes: members by their key."""

    def work(arrow: pa.Table) -> pa.Table:
        parcels = pl.DataFrame(arrow)
        member = members[parcels["person"][0]]
        typed = {stream: turning.ordered(rows) for stream, rows in opened(parcels).items()}
        part = part_of(readable(member, typed), study_of(member, study), explained=explained)
        return answered(member.code, part)

    return work


# --- answers ---------------------------------------------------------------------------------------------------------


def answered(person: str, part: Part) -> pa.Table:
    """Give what came of one person as rows (ANSWER)."""
    bodies = {
        "features": _bytes(part.features, "zstd"),
        "counts": _bytes(part.account.counts),
        "quarantine": _bytes(part.account.quarantine),
        "missing": _bytes(part.missing, "zstd"),
        "silent": _bytes(part.silent, "zstd"),
        "sources": json.dumps(part.sources).encode(),
    }
    return pa.table(
        {"person": [person] * len(bodies), "what": list(bodies), "body": list(bodies.values())},
        schema=pa.schema([("person", pa.large_string()), ("what", pa.large_string()), ("body", pa.large_binary())]),
    )


def answers(arrow: pa.Table) -> list[Part]:
    """Give the parts that workers answered, by person."""
    found: dict[str, dict[str, bytes]] = {}
    for row in arrow.to_pylist():
        found.setdefault(row["person"], {})[row["what"]] = row["body"]
    return [_part(bodies) for _, bodies in sorted(found.items())]


def _part(bodies: Mapping[str, bytes]) -> Part:
    features, counts, held, missing, silent = (
        pl.read_ipc_stream(BytesIO(bodies[what])) for what in ("features", "counts", "quarantine", "missing", "silent")
    )
    return Part(features, Read({}, held, counts), missing, json.loads(bodies["sources"]), silent)
