"""A person's own copy of what their devices sent: LAMP's events, Beiwe's folders, or a Parquet table for each stream.

It is made in memory as it is handed over: no file of it stays here that an erasure would have to find.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rooms.sensing import beiwe_files, kinds
from samen.rooms.sensing.models.way_in import Batch, Participant, Tally
from samen.rooms.sensing.own_places import Name
from samen.rooms.sensing.own_signs import Sign
from samen.rooms.sensing.store import events, own_places, own_signs, tables
from samen.rooms.sensing.store.events import FIRST, LAST, Range


def _own(access: Allowed, participant: Participant) -> None:
    access.require(Scope.RIGHTS, participant.person_id)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A copy of what devices sent is for their person alone.")


def anything(access: Allowed) -> bool:
    """Say whether anything of a person is kept."""
    access.require(Scope.RIGHTS)
    mine = Participant.objects.filter(person=access.person).first()
    return mine is not None and (
        mine.signs.exists()
        or mine.own_places.exists()
        or Tally.objects.filter(participant=mine, stored__gt=0).exists()
        or Batch.objects.filter(participant=mine).exists()
    )


def lamp(access: Allowed, participant: Participant) -> Iterator[str]:
    """Give all events as one JSON list in LAMP's shapes, oldest first, a piece at a time."""
    _own(access, participant)
    first = True
    yield "["
    for kind in ("sensor", "activity"):
        for each in events.read(access, participant, Range(kind, newest_first=False)):
            event = json.dumps({**json.loads(each.body), "timestamp": each.time}, ensure_ascii=False)
            yield event if first else f",\n{event}"
            first = False
    yield "]\n"


def own_words(access: Allowed) -> dict[str, Any]:
    """Give what a person wrote here themselves, as plain values: names of places with where they are, and early signs."""
    return {
        "format": "samen-signals-own/1",
        "places": [_plain(each) for each in own_places.of_person(access)],
        "signs": [{**_plain(each.sign), "written": each.at.isoformat()} for each in own_signs.of_person(access)],
    }


def _plain(each: Name | Sign) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in asdict(each).items()}


def zipped(access: Allowed, participant: Participant, form: str) -> bytes:
    """Give Beiwe's folders, or a Parquet table for each stream, as one zip file."""
    _own(access, participant)
    whole = io.BytesIO()
    found = tables.between(access, participant, dict.fromkeys(kinds.CATEGORIES, FIRST), FIRST, LAST)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        for path, content in beiwe_files.files(found, participant.code) if form == "beiwe" else _parquet(found):
            pack.writestr(path, content)
    return whole.getvalue()


def _parquet(found: dict[str, pl.DataFrame]) -> Iterator[tuple[str, bytes]]:
    for stream, rows in sorted(found.items()):
        file = io.BytesIO()
        rows.drop("person").write_parquet(file)
        yield f"{stream}.parquet", file.getvalue()
