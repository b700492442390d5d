"""Files come into the store: under the person's yes, each row once, a part at a time, and the same files again change nothing.

Rows of a file go straight into the typed tables, as a numbered move of their own. Events of LAMP go the way of a phone's, so that
programs read them back.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import transaction

from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rooms.sensing import computing, judging, streams, turning
from samen.rooms.sensing.judging import COUNTED, Asked, Limits
from samen.rooms.sensing.models.features import Clock, Imported
from samen.rooms.sensing.models.way_in import Drain, Participant
from samen.rooms.sensing.participants import Roster
from samen.rooms.sensing.reading.receipt import COUNTS, QUARANTINE, Read, account, refusing
from samen.rooms.sensing.reducing import digest
from samen.rooms.sensing.store import archive, inbox, keys, tables

FROM_FILES = UUID(int=0)  # the device of events that came in files
IN_ORDER = frozenset({"survey_answers", "survey_timings", "activity_event"})  # rows of one time keep their order
LIMITS = Limits(events=10**9, bytes=10**12, events_a_minute=10**9, ahead_ms=600_000, oldest_ms=0)


@dataclass(frozen=True)
class Brought:
    """What became of a part: its counts by stream (COUNTS), and each row that was held back (QUARANTINE)."""

    counts: pl.DataFrame
    quarantine: pl.DataFrame


def came_before(access: Allowed, participant: Participant, of_part: str) -> bool:
    """Say whether a part with this digest was imported for a person."""
    access.require(Scope.RIGHTS, participant.person_id)
    return Imported.objects.filter(participant=participant, digest=of_part).exists()


def bring(access: Allowed, participant: Participant, read: Read, of_part: str, *, at: datetime) -> Brought:
    """Keep what was read of a person's files, as far as they say yes to it; all of it is on disk when this returns.

    Takes: read: tables in UTC, all of them this person's.
    """
    _own(access, participant)
    salt = keys.salt_of(access, participant)
    mine = {stream: _as_own(rows, participant, salt) for stream, rows in read.tables.items() if rows.height}
    with archive.alone():
        inbox.finish()  # a later number in a table would have an earlier move taken for done
        fresh = {stream: _new(access, participant, rows, stream) for stream, rows in mine.items()}
        with transaction.atomic():
            opened = inbox.open_streams(access, at, lock=True)
            allowed = {stream: _allowed(rows, stream, opened) for stream, rows in mine.items()}
            new = {stream: _allowed(rows, stream, opened) for stream, rows in fresh.items()}
            _write(participant, {stream: rows for stream, rows in new.items() if rows.height}, at)
            counts = _counted(read, allowed, new)
            _note(participant, new, counts, of_part, at)
    return Brought(counts, read.quarantine)


def bring_events(
    access: Allowed, participant: Participant, events: Sequence[tuple[int, dict[str, Any]]], file: str, *, at: datetime
) -> Brought:
    """Keep events of a LAMP export (row in the file, event) by the way of a phone's; consent is asked for where it writes."""
    _own(access, participant)
    counts, held = [pl.DataFrame(schema=COUNTS)], [pl.DataFrame(schema=QUARANTINE)]
    for kind in (judging.SENSOR, judging.ACTIVITY):
        mine = [(row, event) for row, event in events if ("activity" in event) == (kind == judging.ACTIVITY)]
        if not mine:
            continue
        receipt = inbox.take_in(access, inbox.Sent(kind, FROM_FILES, [event for _, event in mine], at, LIMITS))
        for stream, of in receipt.streams.items():
            n = sum(of[what] for what in COUNTED)
            counts.append(account(stream, n, of["stored"], of["quarantined"], of["refused"]))
        if receipt.total("quarantined"):
            held.append(_held(mine, kind, file, at))
    return Brought(summed(counts), pl.concat(held))


def summed(counts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Give one account of several, by stream."""
    both = pl.concat([pl.DataFrame(schema=COUNTS), *counts])
    return both.group_by("stream").agg(pl.exclude("stream").sum()).sort("stream").select(COUNTS.names())


def note_part(access: Allowed, participant: Participant, of_part: str, counts: pl.DataFrame, *, at: datetime) -> None:
    """Note that a part was imported for a person."""
    access.require(Scope.RIGHTS, participant.person_id)
    Imported.objects.get_or_create(
        participant=participant, digest=of_part, defaults={"counts": counts.to_dicts(), "at": at}
    )


def set_clock(access: Allowed, participant: Participant, changes: pl.DataFrame) -> None:
    """Note which zone held for a person's devices when (device, zone, begins)."""
    _own(access, participant)
    salt = keys.salt_of(access, participant)
    for device, zone, begins in changes.select("device", "zone", "begins").iter_rows():
        Clock.objects.update_or_create(
            participant=participant, device=digest(device, salt), begins=begins, defaults={"zone": zone}
        )


def in_utc(read: Read, roster: Roster | None, changes: pl.DataFrame | None) -> Read:
    """Give what was read with persons for devices, within their time in a study, and every time in UTC."""
    ready = computing.made_ready(read, roster=roster, changes=changes, zone=settings.TIME_ZONE)
    tables_in_utc = {stream: rows.drop("local") for stream, rows in ready.tables.items()}
    return Read(tables_in_utc, ready.read.quarantine, ready.read.counts)


def refused(read: Read) -> Brought:
    """Give the account of rows that are nobody's here."""
    of_nobody = refusing(read, {stream: rows.clear() for stream, rows in read.tables.items()})
    return Brought(of_nobody.counts, of_nobody.quarantine)


def _own(access: Allowed, participant: Participant) -> None:
    access.require(Scope.RIGHTS, participant.person_id)
    if access.ground not in (Ground.OWN, Ground.IMPORT):
        raise NotAllowed("Files come in for the person, or by the machine.")


def _as_own(rows: pl.DataFrame, participant: Participant, salt: bytes) -> pl.DataFrame:
    """Put the person's random key for their name in the file, and a hash for each device's."""
    names = rows["device"].unique()
    if len(names) == 1:  # one device, as of most files: nothing need be looked up row by row
        name = names[0]
        own = pl.lit(None if name is None else digest(name, salt), dtype=pl.String)
        return rows.with_columns(pl.lit(participant.key).alias("person"), own.alias("device"))
    hashes = {name: digest(name, salt) for name in names.drop_nulls()}
    return rows.with_columns(
        pl.lit(participant.key).alias("person"),
        pl.col("device").replace_strict(hashes, default=None, return_dtype=pl.String),
    )


def _allowed(rows: pl.DataFrame, stream: str, opened: Mapping[str, int]) -> pl.DataFrame:
    since = opened.get(turning.consent_for(stream))
    if since is None:
        return rows.clear()
    return rows if (first := rows["time"].min()) is None or first >= since else rows.filter(pl.col("time") >= since)  # type: ignore[operator]


def _new(access: Allowed, participant: Participant, rows: pl.DataFrame, stream: str) -> pl.DataFrame:
    """Give rows that the typed table does not hold yet."""
    if rows.height == 0:
        return rows
    first, last = rows["time"].min(), rows["time"].max()
    everything = {turning.consent_for(stream): archive.SINCE_EVER}
    there = tables.between(access, participant, everything, first, last + 1, only=(stream,))  # type: ignore[arg-type, operator]
    if stream not in there:
        return rows
    return rows.join(there[stream], on=rows.columns, how="anti", nulls_equal=True, maintain_order="left")


def _write(participant: Participant, new: Mapping[str, pl.DataFrame], at: datetime) -> None:
    if not new:
        return
    move = max(Drain.objects.order_by("-id").values_list("id", flat=True).first() or 0, archive.moved()) + 1
    parts = {
        stream: [archive.in_bucket(_beside(rows, stream), participant.bucket)] for stream, rows in sorted(new.items())
    }
    archive.append_typed(parts, move)
    Drain.objects.create(id=move, at=at, safe_at=at)


def _beside(rows: pl.DataFrame, stream: str) -> pl.DataFrame:
    part = pl.int_range(pl.len()).over("person", "time") if stream in IN_ORDER else pl.lit(0)
    return rows.select(
        *streams.schema_of(stream).names(),
        pl.lit(turning.consent_for(stream)).alias("consent"),
        pl.lit(0, dtype=pl.Int64).alias("origin"),
        part.cast(pl.Int32).alias("part"),
    )


def _counted(read: Read, allowed: Mapping[str, pl.DataFrame], new: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = []
    for row in read.counts.iter_rows(named=True):
        stream = row["stream"]
        had = read.tables[stream].height if stream in read.tables else 0
        may, kept = (each[stream].height if stream in each else 0 for each in (allowed, new))
        rows.append(
            {
                **row,
                "stored": row["stored"] - had + kept,
                "doubled": row["doubled"] + may - kept,
                "refused": row["refused"] + had - may,
            }
        )
    return pl.DataFrame(rows, schema=COUNTS)


def _note(
    participant: Participant, new: Mapping[str, pl.DataFrame], counts: pl.DataFrame, of_part: str, at: datetime
) -> None:
    told: dict[str, dict[str, int]] = {}
    edges: dict[str, tuple[int, int]] = {}
    for row in counts.iter_rows(named=True):
        of = told.setdefault(turning.consent_for(row["stream"]), dict.fromkeys(COUNTED, 0))
        for what in COUNTED:
            of[what] += row[what]
    for stream, rows in new.items():
        if rows.height:
            consent, first, last = turning.consent_for(stream), rows["time"].min(), rows["time"].max()
            before = edges.get(consent, (first, last))
            edges[consent] = min(first, before[0]), max(last, before[1])  # type: ignore[type-var, assignment]
            inbox.make_due(rows, {participant.key: participant})
    inbox.count(participant, told, edges, None, at=at)
    Imported.objects.get_or_create(
        participant=participant, digest=of_part, defaults={"counts": counts.to_dicts(), "at": at}
    )


def _held(mine: Sequence[tuple[int, dict[str, Any]]], kind: str, file: str, at: datetime) -> pl.DataFrame:
    """Give the rows of a batch that were held back: looked at one by one, and only when there are any."""
    asked = Asked(kind, b"-", {}, int(at.timestamp() * 1000), LIMITS, bytes)
    rows = []
    for number, event in mine:
        for stream, of in judging.judged([event], asked)[1].streams.items():
            if of["quarantined"]:
                rows.append((file, number, stream, next(iter(of["reasons"]))))
    return pl.DataFrame(rows, schema=QUARANTINE, orient="row")


def without_owner(event: Mapping[str, Any], owners: Sequence[str]) -> dict[str, Any]:
    """Give an event of an export as a phone would send it: without whose it is, and its time as ms."""
    found = {key: value for key, value in event.items() if key not in owners}
    time = judging.moment(found.get("timestamp"))
    return {**found, "timestamp": time} if time is not None else found


def of_nobody(n: int) -> Brought:
    """Give the account of events of somebody who is nobody here."""
    return Brought(account("-", n, 0, 0, n), pl.DataFrame(schema=QUARANTINE))


def salt_of_service() -> bytes:
    """Give the salt of hashes in files of people of whom none is known here: nothing of it is kept."""
    return secrets.token_bytes(32)
