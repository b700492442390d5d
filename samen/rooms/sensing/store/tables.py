"""Typed tables of a person's streams: the days that are asked for, out of the archive and what still lies in the inbox."""

from collections.abc import Collection, Iterable, Mapping

import polars as pl
from deltalake import DeltaTable

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rooms.sensing import streams, turning
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import archive, inbox
from samen.rooms.sensing.store.delta import of


def between(
    access: Allowed,
    participant: Participant,
    wanted: Mapping[str, int],
    first: int,
    before: int,
    *,
    only: Collection[str] = tuple(streams.STREAMS),
) -> dict[str, pl.DataFrame]:
    """Give a person's rows by typed stream, first <= time < before, each once and always in the same order.

    Takes: wanted: what the person says yes to -> from when on it may be read (ms). Rows that were kept under another yes,
    such as the battery's level in an event of the screen, need both.
    """
    access.require(Scope.RIGHTS, participant.person_id)
    found: dict[str, list[pl.DataFrame]] = {}
    for stream in only:
        if turning.consent_for(stream) in wanted:
            found[stream] = [stored(participant, stream, first, before)]
    for stream, rows in _waiting(access, participant, first, before):
        if stream in found:
            found[stream].append(rows)
    kept = {
        stream: turning.allowed(turning.ordered(pl.concat(parts)), stream, wanted) for stream, parts in found.items()
    }
    return {stream: rows for stream, rows in kept.items() if rows.height}


def stored(participant: Participant, stream: str, first: int, before: int) -> pl.DataFrame:
    """Give a person's rows of one typed table between two times."""
    schema = turning.schema_of(stream)

    def read(found: DeltaTable) -> pl.DataFrame:
        rows = of(found, [participant.bucket], [participant.key])
        return rows.filter(pl.col("time") >= first, pl.col("time") < before).select(schema.names()).collect()

    return archive.typed(stream).read(read, pl.DataFrame(schema=schema))


def _waiting(access: Allowed, participant: Participant, first: int, before: int) -> Iterable[tuple[str, pl.DataFrame]]:
    for device, events in inbox.by_device(access, participant, first, before - 1).items():
        inside = [each for each in events if first <= each.time < before]
        if inside:
            yield from turning.typed(inside, person=participant.key, device=device).tables.items()
