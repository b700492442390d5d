"""The archive in a backup: each person's rows sealed under that person's key, so that whoever was erased comes back from none.

A file holds up to a million rows of one person and table. What was computed from them is in no backup: it is computed anew.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from django.db import transaction

from samen.people import store as people
from samen.people.disk import sync
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import archive, delta, inbox
from samen.rooms.sensing.store.delta import Table

ABOUT = "sensing.backup"  # what sealed rows are bound to
ROWS = 1_000_000  # in one file
EVENTS = "events"
MOVED = "sensing-moved.json"
ENDING = ".sealed"


def write(folder: Path) -> list[Path]:
    """Write every person's rows into a folder, and the number of the last move; gives the files.

    To be called after the database was copied: what was moved meanwhile is then in both, and in no restore twice.
    """
    written: list[Path] = []
    with archive.alone():
        inbox.finish()
        moved = archive.moved()
        named = [*((stream, archive.typed(stream)) for stream in archive.STREAMS), (EVENTS, archive.events())]
        for participant in Participant.objects.order_by("id"):
            sealer = people.sealer(participant.person_id)
            if sealer.key is None:
                continue
            for name, table in named:
                for rows in _rows(table, participant):
                    packed = io.BytesIO()
                    rows.write_parquet(packed)
                    head = json.dumps({"key": participant.key, "table": name}).encode()
                    file = folder / f"sensing-{len(written):06d}{ENDING}"
                    file.write_bytes(head + b"\n" + sealer.seal(packed.getvalue(), ABOUT))
                    written.append(file)
    note = folder / MOVED
    note.write_text(json.dumps({"moved": moved}))
    written.append(note)
    for file in written:
        file.chmod(0o600)
        sync(file)
    return written


def _rows(table: Table, participant: Participant) -> Iterator[pl.DataFrame]:
    found = table.opened()
    if found is None:
        return
    rows = delta.of(found, [participant.bucket], [participant.key]).collect().sort(*table.order)
    yield from rows.iter_slices(ROWS)


def restore(folder: Path) -> int:
    """Bring the rows of a backup into an empty archive, as far as their person's key opens; gives how many people.

    The database must be in place, and whoever was erased since must be erased from it.
    """
    note = folder / MOVED
    if not note.exists():  # of a version that left the archive out
        return 0
    move = max(1, int(json.loads(note.read_text())["moved"]))
    people_of = {each.key: each for each in Participant.objects.all()}
    restored = set()
    with archive.alone():
        for file in sorted(folder.glob(f"sensing-*{ENDING}")):
            head, _, sealed = file.read_bytes().partition(b"\n")
            said = json.loads(head)
            participant = people_of.get(said["key"])
            sealer = people.sealer(participant.person_id) if participant is not None else None
            if participant is None or sealer is None or sealer.key is None:
                continue
            rows = pl.read_parquet(io.BytesIO(sealer.open(sealed, ABOUT)))
            table = archive.events() if said["table"] == EVENTS else archive.typed(said["table"])
            table.append(rows, move)
            with transaction.atomic():
                inbox.make_due(rows, people_of)
            restored.add(participant.id)
        for table in archive.tables():
            table.make_safe(table.safe_version())
        archive.tidy()
    return len(restored)
