"""A person's events as programs read them: from the archive and the inbox together, each once, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl

from samen.people.access import Allowed
from samen.rooms.sensing.judging import Kept
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import archive, inbox

STEP = 20_000  # events that are held in memory at once
FIRST, LAST = -(2**62), 2**62


@dataclass(frozen=True)
class Range:
    """Which events are asked for: from <= time < to, newest first or oldest first."""

    kind: str
    first: int = FIRST  # ms
    before: int = LAST  # ms, excluded
    name: str = ""  # of one sensor or activity; "" = all
    newest_first: bool = True
    open: Mapping[str, int] | None = None  # streams that may be read, and from when on; None = all that is kept


def page(access: Allowed, participant: Participant, asked: Range, limit: int) -> Iterator[Kept]:
    """Give exactly `limit` events as long as that splits no time; where it would, the whole rest of the range.

    A program that pages on from the time of its last row, that time excluded, and stops at a page of another length,
    so finds every event.
    """
    if limit < 1:
        return iter(())
    events = read(access, participant, asked)
    taken: list[Kept] = []
    for each in events:
        if len(taken) == limit:
            return iter(taken) if each.time != taken[-1].time else chain(taken, [each], events)
        taken.append(each)
    return iter(taken)


def read(access: Allowed, participant: Participant, asked: Range, at_once: int = STEP) -> Iterator[Kept]:
    """Give all events of a range in order, a step at a time."""
    waiting = _of_inbox(access, participant, asked)
    last: Kept | None = None
    while True:
        found = archive.window(
            access, participant, _wanted(asked, last), newest_first=asked.newest_first, limit=at_once
        )
        rows = [
            Kept(time, stream, name, bytes.fromhex(key), body) for time, key, stream, name, body in found.iter_rows()
        ]
        ends = rows[-1] if len(rows) == at_once else None
        here = [each for each in waiting if ends is None or _before(each, ends, asked)]
        waiting = waiting[len(here) :]
        yield from _once(rows, here, asked)
        if ends is None:
            return
        last = ends


def _once(rows: Sequence[Kept], waiting: Sequence[Kept], asked: Range) -> Iterator[Kept]:
    if not waiting:
        yield from rows
        return
    together = {each.key: each for each in chain(waiting, rows)}
    yield from sorted(together.values(), key=lambda each: (each.time, each.key), reverse=asked.newest_first)


def _before(each: Kept, ends: Kept, asked: Range) -> bool:
    mine, theirs = (each.time, each.key), (ends.time, ends.key)
    return mine >= theirs if asked.newest_first else mine <= theirs


def _of_inbox(access: Allowed, participant: Participant, asked: Range) -> list[Kept]:
    found = {
        each.key: each
        for each in inbox.opened(access, participant, asked.kind, asked.first, asked.before - 1)
        if asked.first <= each.time < asked.before
        and (not asked.name or each.name == asked.name)
        and (asked.open is None or each.time >= asked.open.get(each.stream, LAST))
    }
    return sorted(found.values(), key=lambda each: (each.time, each.key), reverse=asked.newest_first)


def _wanted(asked: Range, last: Kept | None) -> pl.Expr:
    time = pl.col("time")
    wanted = (pl.col("kind") == asked.kind) & (time >= asked.first) & (time < asked.before)
    if asked.name:
        wanted &= pl.col("name") == asked.name
    if asked.open is not None:
        may = [(pl.col("stream") == stream) & (time >= since) for stream, since in asked.open.items()]
        wanted &= pl.any_horizontal(may) if may else pl.lit(False)
    if last is not None:
        key = pl.col("key")
        after = (time < last.time) | ((time == last.time) & (key < last.key.hex()))
        if not asked.newest_first:
            after = (time > last.time) | ((time == last.time) & (key > last.key.hex()))
        wanted &= after
    return wanted
