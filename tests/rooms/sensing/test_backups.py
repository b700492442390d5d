"""What devices sent is in a backup under each person's own key: all of it comes back, but for whoever was erased."""

import shutil

import pytest

from samen.people import store as people
from samen.rooms.sensing.models.features import Due, Value
from samen.rooms.sensing.store import archive, backups, events, inbox, refreshing, tables
from samen.rooms.sensing.store.events import Range
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, T0, empty_archive, steps  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = 86_400_000


def of(who: sending.Sender) -> tuple:
    kept = [each.body for each in events.read(who.access, who.who, Range("sensor"))]
    rows = tables.between(who.access, who.who, {"steps": 0}, T0 - DAY, T0 + DAY)
    return kept, {name: table.to_dicts() for name, table in rows.items()}


def test_rows_come_back_from_a_backup_once_and_are_computed_anew_but_not_those_of_whoever_was_erased(tmp_path):
    noor, kim = (sending.sender(person, "steps") for person in (named.noor(), named.kim()))
    for who in (noor, kim):
        who.send([steps(T0 + n * 60_000, n) for n in range(50)])
    inbox.drain(at=NOW)
    noor.send([steps(T0 + 1, 9)])  # waits in the inbox, which is a part of the database
    refreshing.refresh_due(at=NOW, seconds=60)
    before = of(noor)
    files = backups.write(tmp_path)
    assert len(files) == 5  # for each of the two: events and steps; and the number of the move
    raw = b"".join(file.read_bytes() for file in files)
    assert b"lamp.steps" not in raw
    assert b"PAR1" not in raw
    people.destroy_key(kim.who.person_id)
    Value.objects.all().delete()
    shutil.rmtree(archive.folder())
    assert backups.restore(tmp_path) == 1
    assert of(noor) == before
    with_kim = {row for row in archive.events().opened().to_pyarrow_table()["person"].to_pylist()}
    assert with_kim == {noor.who.key}
    assert Due.objects.filter(participant=noor.who).exists()
    inbox.drain(at=NOW)
    again = noor.send([steps(T0 + n * 60_000, n) for n in range(50)])
    assert (again["stored"], again["doubled"]) == (0, 50)
    assert of(noor) == before
