"""The inbox: what a program was told is kept lies here, on disk, until the archive holds it.

Consent is asked for in the transaction that writes, under the person's lock: a no that is said meanwhile comes before or
after a batch, never in between. An event is known by its content, so that a retry, a reordering or a late page doubles
nothing.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rooms.sensing import judging, turning
from samen.rooms.sensing.judging import KEY_BYTES, Asked, Kept, Limits, Receipt
from samen.rooms.sensing.kinds import SPACE
from samen.rooms.sensing.models.features import Due
from samen.rooms.sensing.models.way_in import Batch, Drain, Participant, Tally
from samen.rooms.sensing.store import archive, keys

ABOUT = "sensing.batch"  # what a sealed batch is bound to
LEVEL = 1  # zlib: the inbox is short-lived, and the archive compresses better
AT_ONCE = 400  # batches in one move
DAY = 86_400_000  # ms
# In plain SQL, since every batch pays for it, and one statement for however many streams.
_TALLIES = Tally._meta.db_table
COUNT = (
    f"INSERT INTO {_TALLIES} "
    "(participant_id, stream, stored, doubled, quarantined, refused, oldest, newest, device, seen_at)"
)
AND_MORE = (
    "ON CONFLICT (participant_id, stream) DO UPDATE SET "
    + ", ".join(f"{what} = {_TALLIES}.{what} + excluded.{what}" for what in judging.COUNTED)
    + f", oldest = CASE WHEN {_TALLIES}.oldest <= excluded.oldest THEN {_TALLIES}.oldest "
    f"ELSE coalesce(excluded.oldest, {_TALLIES}.oldest) END"
    + f", newest = CASE WHEN {_TALLIES}.newest >= excluded.newest THEN {_TALLIES}.newest "
    f"ELSE coalesce(excluded.newest, {_TALLIES}.newest) END"
    + f", seen_at = excluded.seen_at, device = coalesce(excluded.device, {_TALLIES}.device)"
)
to_device = Tally._meta.get_field("device").get_db_prep_value
to_time = Tally._meta.get_field("seen_at").get_db_prep_value
PEOPLE_HELD = 10_000
_HELD: dict[UUID, dict[str, int]] = {}


@dataclass(frozen=True)
class Sent:
    """A batch as it came in."""

    kind: str  # sensor or activity
    device: UUID
    events: Sequence[Any]
    at: datetime
    limits: Limits
    participant: Participant | None = None  # where the caller knows already whose they are


def take_in(access: Allowed, sent: Sent) -> Receipt:
    """Judge a batch and keep what may be kept. When this returns, it is on disk.

    Raises: KeyDestroyed for somebody who was erased, DatabaseError when it cannot be written; then nothing was kept.
    """
    participant = _whose(access, sent)
    sealer = people.sealer(access.person)
    salt = cache(lambda: sealer.open(participant.salt_sealed, keys.SALT))
    now = int(sent.at.timestamp() * 1000)
    held = _HELD.get(access.person)
    likely = held if held is not None else open_streams(access, sent.at, lock=False)
    asked = Asked(sent.kind, participant.key.encode(), likely, now, sent.limits, salt)
    kept, receipt = judging.judged(sent.events, asked)
    newest = dict(Tally.objects.filter(participant=participant).values_list("stream", "newest"))
    late = _late(kept, newest)
    old = archive.keys_between(access, participant, *_span(late)) if late else set()
    sealed = sealer.seal(zlib.compress(judging.packed(kept), LEVEL), ABOUT) if kept else b""
    with transaction.atomic():
        if (still := open_streams(access, sent.at, lock=True)) != asked.open:  # somebody said no, or yes, meanwhile
            kept, receipt = judging.judged(sent.events, replace(asked, open=still))
            late, sealed = kept, b""
            old = archive.keys_between(access, participant, *_span(late)) if late else set()
        old |= _waiting(participant, sent.kind, late)
        new = [each for each in kept if each.key not in old] if old else kept
        for each in kept if len(new) < len(kept) else ():
            if each.key in old:
                receipt.move(each.stream, "stored", "doubled", 1)
        if new:
            if len(new) < len(kept) or not sealed:
                sealed = sealer.seal(zlib.compress(judging.packed(new), LEVEL), ABOUT)
            first, last = _span(new)
            Batch.objects.create(
                participant=participant,
                device=sent.device,
                kind=sent.kind,
                at=sent.at,
                first=first,
                last=last,
                n=len(new),
                keys=b"".join(each.key for each in new),
                sealed=sealed,
            )
        _count(participant, receipt, new, sent)
    _remember(access.person, still)
    return receipt


def _late(kept: list[Kept], newest: Mapping[str, int | None]) -> list[Kept]:
    """Give the events that something is there beside already: only those could double what is kept."""
    known = [last for last in newest.values() if last is not None]
    if not kept or not known or min(each.time for each in kept) > max(known):
        return []
    return [each for each in kept if each.time <= (newest.get(each.stream) or -1)]


def _whose(access: Allowed, sent: Sent) -> Participant:
    if sent.participant is not None and sent.participant.person_id == access.person:
        access.require(Scope.RIGHTS)
        return sent.participant
    return keys.participant_of(access, at=sent.at)


def _remember(person: UUID, said: dict[str, int]) -> None:
    """Keep what held when a person's batch was written, so that the next one is judged by it before its turn to be written.

    It is a guess and nothing more: what holds is asked for in the transaction that writes, and where that differs, the batch is
    judged again.
    """
    if len(_HELD) >= PEOPLE_HELD:
        _HELD.clear()
    _HELD[person] = said


def open_streams(access: Allowed, at: datetime, *, lock: bool) -> dict[str, int]:
    """Give the streams that may be kept of a person for any purpose, and from when on."""
    said = rights.open_streams(access.person, at, lock=lock)
    return {subject.removeprefix(SPACE): int(min(uses.values()).timestamp() * 1000) for subject, uses in said.items()}


def _span(events: Sequence[Kept]) -> tuple[int, int]:
    return min(each.time for each in events), max(each.time for each in events)


def _waiting(participant: Participant, kind: str, late: Sequence[Kept]) -> set[bytes]:
    """Give the keys of the inbox that events could double."""
    if not late:
        return set()
    first, last = _span(late)
    rows = Batch.objects.filter(participant=participant, kind=kind, first__lte=last, last__gte=first)
    found: set[bytes] = set()
    for packed in rows.values_list("keys", flat=True):
        raw = bytes(packed)
        found.update(raw[at : at + KEY_BYTES] for at in range(0, len(raw), KEY_BYTES))
    return found


def _count(participant: Participant, receipt: Receipt, new: Sequence[Kept], sent: Sent) -> None:
    times: dict[str, list[int]] = {}
    for stream in {each.stream for each in new}:
        times[stream] = [each.time for each in new if each.stream == stream]
    edges = {stream: (min(of), max(of)) for stream, of in times.items()}
    count(participant, receipt.streams, edges, sent.device, at=sent.at)


def count(
    participant: Participant,
    streams: Mapping[str, Mapping[str, Any]],
    edges: Mapping[str, tuple[int, int]],
    device: UUID | None,
    *,
    at: datetime,
) -> None:
    """Add to a person's counts what became of the rows of each stream, and the oldest and newest time that was kept."""
    rows = [
        (
            participant.id,
            stream,
            *(counts[what] for what in judging.COUNTED),
            *edges.get(stream, (None, None)),
            to_device(device, connection),
            to_time(at, connection),
        )
        for stream, counts in streams.items()
    ]
    if rows:
        marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(f"{COUNT} VALUES {marks} {AND_MORE}", list(chain.from_iterable(rows)))


def opened(access: Allowed, participant: Participant, kind: str, first: int, last: int) -> list[Kept]:
    """Give a person's events that still lie in the inbox, of batches that touch a range of time."""
    access.require(Scope.RIGHTS, participant.person_id)
    rows = Batch.objects.filter(participant=participant, kind=kind, first__lte=last, last__gte=first)
    sealed = list(rows.values_list("sealed", flat=True))
    if not sealed:
        return []
    sealer = people.sealer(participant.person_id)
    return [each for one in sealed for each in _unsealed(sealer, one)]


def by_device(access: Allowed, participant: Participant, first: int, last: int) -> dict[str, list[Kept]]:
    """Give a person's events that still lie in the inbox, each once, by the device that sent them."""
    access.require(Scope.RIGHTS, participant.person_id)
    rows = Batch.objects.filter(participant=participant, first__lte=last, last__gte=first).order_by("id")
    found: dict[str, list[Kept]] = {}
    seen: set[bytes] = set()
    sealer = people.sealer(participant.person_id)
    for device, sealed in list(rows.values_list("device", "sealed")):
        new = [each for each in _unsealed(sealer, sealed) if each.key not in seen]
        seen |= {each.key for each in new}
        found.setdefault(device.hex, []).extend(new)
    return found


def _unsealed(sealer: people.Sealer, sealed: bytes | memoryview) -> list[Kept]:
    return judging.unpacked(zlib.decompress(sealer.open(sealed, ABOUT)))


# --- into the archive ------------------------------------------------------------------------------------------------


def drain(*, at: datetime, told: Callable[[str], None] = lambda step: None) -> int:
    """Move what lies in the inbox into the archive; gives how many batches. May be cut off anywhere and called again.

    1 batches get the number of a move; 2 their rows and that number are one commit of each typed table, brought to disk, and
    then one of the events; 3 that is brought to disk; 4 the batches go.
    A move whose number the archive holds is not written again. `told` hears each step, for the fault runs.
    """
    with archive.alone():
        done = finish(told)
        while (claimed := _claim(at)) is not None:
            told("claimed")
            done += _carry(claimed, told)
        if done and archive.tidy():
            told("tidied")
    return done


def finish(told: Callable[[str], None] = lambda step: None) -> int:
    """Finish moves that were cut off; gives how many batches. For who is alone with the archive, before a move of another kind."""
    return sum(_carry(move, told) for move in _unfinished())


def _unfinished() -> list[int]:
    return sorted({move for move in Batch.objects.exclude(drain=None).values_list("drain", flat=True) if move})


def _claim(at: datetime) -> int | None:
    with transaction.atomic():
        waiting = list(Batch.objects.filter(drain=None).order_by("id").values_list("id", flat=True)[:AT_ONCE])
        if not waiting:
            return None
        # A restored or emptied database begins to count anew; the archive has counted on.
        number = max(Drain.objects.order_by("-id").values_list("id", flat=True).first() or 0, archive.moved()) + 1
        move = Drain.objects.create(id=number, at=at)
        Batch.objects.filter(id__in=waiting, drain=None).update(drain=move.id)
    return move.id


def _carry(move: int, told: Callable[[str], None]) -> int:
    batches = list(Batch.objects.filter(drain=move).select_related("participant").order_by("id"))
    doubled: dict[tuple[int, str], int] = {}
    events, sent = archive.events(), _events(batches)
    if events.moved() < move:
        rows, doubled = _new(sent, batches)
        told("read")
        archive.append_typed(_typed(rows, batches), move)
        told("typed")
        events.append(rows, move)
        told("written")
    events.make_safe(events.safe_version())
    told("safe")
    with transaction.atomic():
        for (participant, stream), n in doubled.items():
            mine = Tally.objects.filter(participant=participant, stream=stream)
            mine.update(stored=F("stored") - n, doubled=F("doubled") + n)
        make_due(sent, {batch.participant.key: batch.participant for batch in batches})
        Batch.objects.filter(drain=move).delete()
        Drain.objects.filter(id=move).update(safe_at=F("at"))
    told("emptied")
    return len(batches)


def _events(batches: Sequence[Batch]) -> pl.DataFrame:
    """Give all events of batches."""
    sealers = people.sealers({batch.participant.person_id for batch in batches})
    parts = []
    for batch in batches:
        sealer = sealers[batch.participant.person_id]
        if sealer.key is None:  # erased meanwhile
            continue
        events = _unsealed(sealer, batch.sealed)
        parts.append(
            pl.DataFrame(
                {
                    "bucket": [batch.participant.bucket] * len(events),
                    "person": [batch.participant.key] * len(events),
                    "kind": [batch.kind] * len(events),
                    "stream": [each.stream for each in events],
                    "name": [each.name for each in events],
                    "time": [each.time for each in events],
                    "key": [each.key.hex() for each in events],
                    "device": [batch.device.hex] * len(events),
                    "body": [each.body for each in events],
                },
                schema=archive.SCHEMA,
            )
        )
    return pl.concat([pl.DataFrame(schema=archive.SCHEMA), *parts])


def _new(rows: pl.DataFrame, batches: Sequence[Batch]) -> tuple[pl.DataFrame, dict[tuple[int, str], int]]:
    """Give each event once and none that the archive has, and what was doubled of whom."""
    people_of = {batch.participant_id: batch.participant for batch in batches}
    if rows.height == 0:
        return rows, {}
    known = archive.known(list(people_of.values()), rows["time"].min(), rows["time"].max())  # type: ignore[arg-type]
    once = rows.unique(["person", "key"], keep="first", maintain_order=True)
    once = once.join(known, on=["person", "key"], how="anti", maintain_order="left")
    before = rows.group_by("person", "stream").len("n")
    after = once.group_by("person", "stream").len("m")
    codes = {each.key: number for number, each in people_of.items()}
    joined = before.join(after, on=["person", "stream"], how="left").with_columns(pl.col("m").fill_null(0))
    return once, {(codes[person], stream): n - m for person, stream, n, m in joined.iter_rows() if n > m}


def _typed(rows: pl.DataFrame, batches: Sequence[Batch]) -> dict[str, list[pl.DataFrame]]:
    """Give the typed rows of events that are moved, by stream."""
    buckets = {batch.participant.key: batch.participant.bucket for batch in batches}
    found: dict[str, list[pl.DataFrame]] = {}
    for (person, device), of in rows.group_by("person", "device", maintain_order=True):
        events = [
            Kept(time, stream, name, bytes.fromhex(key), body)
            for time, stream, name, key, body in of.select("time", "stream", "name", "key", "body").iter_rows()
        ]
        for stream, table in turning.typed(events, person=str(person), device=str(device)).tables.items():
            found.setdefault(stream, []).append(archive.in_bucket(table, buckets[str(person)]))
    return found


def make_due(rows: pl.DataFrame, people_of: Mapping[str, Participant]) -> None:
    """Note the days of UTC on which people have new rows (person, time): their features are to be computed anew."""
    day = (pl.col("time") // DAY).cast(pl.Int32)
    is_new = (day != day.shift()) | (
        pl.col("person") != pl.col("person").shift()
    )  # neighbours of one day are looked at once
    firsts = rows.filter(is_new.fill_null(True))
    days = firsts.select("person", day.cast(pl.Date).alias("day")).unique()
    now = timezone.now()
    mine = [Due(participant=people_of[key], day=day, at=now) for key, day in days.sort("person", "day").iter_rows()]
    Due.objects.bulk_create(
        mine, update_conflicts=True, update_fields=["at"], unique_fields=["participant", "day"], batch_size=500
    )


def sweep() -> None:
    """Bring what was deleted out of the database's files, on SQLite; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
