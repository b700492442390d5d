"""The whole directory as one file of tables: HSDS 3.0 as CSV in a zip, and back."""

import io
from collections.abc import Iterable, Mapping
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from samen.rooms.companion import tabular
from samen.rooms.companion.store import places

MOST_BYTES = 200_000_000  # of all tables together, when they are unpacked: a small file may hold a huge one
WHEN = (2026, 1, 1, 0, 0, 0)  # of every file within, so that the same services give the same bytes


def packed(services: Iterable[Mapping[str, Any]]) -> bytes:
    """Give services as tables in a zip."""
    shapes = places.shapes()
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as into:
        for kind, rows in tabular.tables(services, shapes).items():
            place = ZipInfo(tabular.FILES[kind], WHEN)
            place.compress_type = ZIP_DEFLATED
            into.writestr(place, tabular.written(rows, kind, shapes))
    return made.getvalue()


def unpacked(content: bytes) -> list[dict[str, Any]]:
    """Read services from tables in a zip. Raises: ValueError, BadZipFile."""
    shapes, found = places.shapes(), {}
    with ZipFile(io.BytesIO(content)) as packed_up:
        there = {each.filename.rpartition("/")[2]: each for each in packed_up.infolist()}
        if sum(each.file_size for each in there.values()) > MOST_BYTES:
            raise BadZipFile("its tables are too large")
        for kind, name in tabular.FILES.items():
            if name in there:
                found[kind] = tabular.read(packed_up.read(there[name]).decode("utf-8"), kind, shapes)
    if not found.get("service"):
        raise ValueError("no services")
    return tabular.services(found, shapes)
