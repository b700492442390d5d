"""The inbox: what a program was told is kept lies here, on disk, until the archive holds it.

Consent is asked for in the transaction that writes, under the person's lock: a no that is said meanwhile comes before or
after a batch, never in between. An event is known by its content, so that a retry, a reordering or a late page doubles
nothing.
"""

import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from django.db.models import F

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rooms.sensing import judging
from samen.rooms.sensing.judging import KEY_BYTES, Asked, Kept, Limits, Receipt
from samen.rooms.sensing.kinds import SPACE
from samen.rooms.sensing.models.way_in import Batch, Drain, Participant, Tally
from samen.rooms.sensing.store import archive, keys

ABOUT = "sensing.batch"  # what a sealed batch is bound to
LEVEL = 1  # zlib: the inbox is short-lived, and the archive compresses better
AT_ONCE = 400  # batches in one move
# SQLite lets one write at a time and makes the others wait in growing steps; a queue of our own is fairer.
_TURN = threading.Lock()


@dataclass(frozen=True)
class Sent:
    """A batch as it came in."""

    kind: str  # sensor or activity
    device: UUID
    events: Sequence[Any]
    at: datetime
    limits: Limits


def take_in(access: Allowed, sent: Sent) -> Receipt:
    """Judge a batch and keep what may be kept. When this returns, it is on disk.

    Raises: KeyDestroyed for somebody who was erased, DatabaseError when it cannot be written; then nothing was kept.
    """
    participant = keys.participant_of(access, at=sent.at)
    sealer = people.sealer(access.person)
    salt = cache(lambda: sealer.open(participant.salt_sealed, keys.SALT))
    now = int(sent.at.timestamp() * 1000)
    asked = Asked(sent.kind, participant.key.encode(), _open(access, sent.at, lock=False), now, sent.limits, salt)
    kept, receipt = judging.judged(sent.events, asked)
    newest = dict(Tally.objects.filter(participant=participant).values_list("stream", "newest"))
    late = [each for each in kept if each.time <= (newest.get(each.stream) or -1)]
    old = archive.keys_between(access, participant, *_span(late)) if late else set()
    sealed = sealer.seal(zlib.compress(judging.packed(kept), LEVEL), ABOUT) if kept else b""
    with _TURN, transaction.atomic():
        if (still := _open(access, sent.at, lock=True)) != asked.open:  # somebody said no, or yes, meanwhile
            kept, receipt = judging.judged(sent.events, replace(asked, open=still))
            sealed = b""
        old |= _waiting(participant, sent.kind, late)
        new = [each for each in kept if each.key not in old]
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
    return receipt


def _open(access: Allowed, at: datetime, *, lock: bool) -> dict[str, int]:
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


def _count(participant: Participant, receipt: Receipt, new: Iterable[Kept], sent: Sent) -> None:
    newest: dict[str, int] = {}
    for each in new:
        newest[each.stream] = max(each.time, newest.get(each.stream, each.time))
    rows = {row.stream: row for row in Tally.objects.filter(participant=participant, stream__in=receipt.streams)}
    for stream, counts in receipt.streams.items():
        row = rows.get(stream) or Tally(participant=participant, stream=stream, seen_at=sent.at)
        for what in judging.COUNTED:
            setattr(row, what, getattr(row, what) + counts[what])
        if stream in newest:
            row.newest = max(newest[stream], row.newest or newest[stream])
        row.seen_at, row.device = sent.at, sent.device
        row.save()


def opened(access: Allowed, participant: Participant, kind: str, first: int, last: int) -> list[Kept]:
    """Give a person's events that still lie in the inbox, of batches that touch a range of time."""
    access.require(Scope.RIGHTS, participant.person_id)
    rows = Batch.objects.filter(participant=participant, kind=kind, first__lte=last, last__gte=first)
    sealed = list(rows.values_list("sealed", flat=True))
    if not sealed:
        return []
    sealer = people.sealer(participant.person_id)
    return [each for one in sealed for each in _unsealed(sealer, one)]


def _unsealed(sealer: people.Sealer, sealed: bytes | memoryview) -> list[Kept]:
    return judging.unpacked(zlib.decompress(sealer.open(sealed, ABOUT)))


# --- into the archive ------------------------------------------------------------------------------------------------


def drain(*, at: datetime, told: Callable[[str], None] = lambda step: None) -> int:
    """Move what lies in the inbox into the archive; gives how many batches. May be cut off anywhere and called again.

    1 batches get the number of a move; 2 their rows and that number are one commit of the archive; 3 it is brought to disk;
    4 the batches go. A move whose number the archive holds is not written again. `told` hears each step, for the fault runs.
    """
    with archive.alone():
        done = 0
        for move in _unfinished():
            done += _carry(move, told)
        while (claimed := _claim(at)) is not None:
            told("claimed")
            done += _carry(claimed, told)
        if done and archive.tidy():
            told("tidied")
    return done


def _unfinished() -> list[int]:
    return sorted({move for move in Batch.objects.exclude(drain=None).values_list("drain", flat=True) if move})


def _claim(at: datetime) -> int | None:
    with _TURN, transaction.atomic():
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
    if archive.moved() < move:
        rows, doubled = _rows(batches)
        told("read")
        archive.append(rows, move)
        told("written")
    archive.make_safe(archive.safe_version())
    told("safe")
    with _TURN, transaction.atomic():
        for (participant, stream), n in doubled.items():
            mine = Tally.objects.filter(participant=participant, stream=stream)
            mine.update(stored=F("stored") - n, doubled=F("doubled") + n)
        Batch.objects.filter(drain=move).delete()
        Drain.objects.filter(id=move).update(safe_at=F("at"))
    told("emptied")
    return len(batches)


def _rows(batches: Sequence[Batch]) -> tuple[pl.DataFrame, dict[tuple[int, str], int]]:
    """Give the rows of batches, each event once and none that the archive has, and what was doubled of whom."""
    people_of = {batch.participant_id: batch.participant for batch in batches}
    sealers = people.sealers({each.person_id for each in people_of.values()})
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
    rows = pl.concat([pl.DataFrame(schema=archive.SCHEMA), *parts])
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


def sweep() -> None:
    """Bring what was deleted out of the database's files, on SQLite; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
