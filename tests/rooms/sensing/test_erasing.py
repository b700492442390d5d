"""What a person takes back is gone from every byte that the service keeps, and nobody else notices."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from django.db import connection

from samen.ledger.models import Leaf
from samen.rights.words import Purpose
from samen.rooms.sensing.models.features import Due, Value
from samen.rooms.sensing.models.way_in import AccessKey, Enrolment, Participant, Study, Tally
from samen.rooms.sensing.store import archive, erasing, events, features, inbox, refreshing, studies, tables
from samen.rooms.sensing.store.events import FIRST, LAST, Range
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, START, T0, empty_archive, steps  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = 86_400_000
PLANTED = 777_321.25  # altitude of nobody


def place(time: int, altitude: float) -> dict:
    data = {"latitude": 52.1, "longitude": 5.1, "altitude": altitude, "accuracy": 5}
    return {"timestamp": time, "sensor": "lamp.gps", "data": data}


@pytest.fixture
def two():
    noor = sending.sender(named.noor(), "gps", "steps", "battery", "screen")
    kim = sending.sender(named.kim(), "gps", "steps")
    Participant.objects.update(bucket=7)  # in one part of the archive, so that each is rewritten beside the other
    for who, altitude in ((noor, PLANTED), (kim, 12.0)):
        who.who.refresh_from_db()
        who.send(
            [*(place(T0 + n * 60_000, altitude) for n in range(300)), *(steps(T0 + n * 60_000, 7) for n in range(300))]
        )
        inbox.drain(at=NOW)
        who.send([place(T0 + 2 * DAY + n * 60_000, altitude) for n in range(100)])
        refreshing.refresh(who.who, T0, T0 + 3 * DAY, at=NOW)
    return noor, kim


def on_disk() -> tuple[bytes, pl.DataFrame]:
    """Give every byte of the archive and, on SQLite, of the database with its free pages; and all rows of all its files."""
    files = [file for file in archive.folder().rglob("*") if file.is_file()]
    raw = b"".join([*(str(file).encode() for file in files), *(file.read_bytes() for file in files)])
    if connection.vendor == "sqlite":
        raw += connection.connection.serialize()
    parts = [file for file in files if file.suffix == ".parquet" and "checkpoint" not in file.name]
    return raw, pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in parts], how="diagonal_relaxed")


def of(who: sending.Sender) -> tuple:
    kept = [(each.time, each.key, each.body) for each in events.read(who.access, who.who, Range(""))]
    kept += [(each.time, each.key, each.body) for each in events.read(who.access, who.who, Range("sensor"))]
    rows = tables.between(who.access, who.who, {"gps": 0, "steps": 0}, T0 - DAY, T0 + 9 * DAY)
    values = list(
        Value.objects.filter(participant=who.who).order_by("day", "feature").values_list("feature", "value", "input")
    )
    return kept, {name: table.to_dicts() for name, table in rows.items()}, values


def test_everything_of_a_person_leaves_no_byte_and_their_neighbour_every_bit(two):
    noor, kim = two
    before, key = of(kim), noor.who.key
    raw, rows = on_disk()
    assert key.encode() in raw
    assert PLANTED in rows["altitude"].to_list()
    erasing.person(noor.who.person_id)
    raw, rows = on_disk()
    assert key.encode() not in raw
    assert str(PLANTED).encode() not in raw
    assert PLANTED not in rows["altitude"].to_list()
    assert set(rows["person"]) == {kim.who.key}
    assert of(kim) == before
    assert not Value.objects.filter(participant_id=noor.who.id).exists()


def test_a_stream_goes_with_its_typed_rows_and_what_was_computed_from_it(two):
    noor, kim = two
    before = of(kim)
    steps_before = of(noor)[1]["steps_minute"]
    assert erasing.events(noor.access, noor.who, Range(""), at=NOW, stream="gps") == 400
    _, rows = on_disk()
    assert PLANTED not in rows["altitude"].to_list()
    assert set(of(noor)[1]) == {"steps_minute"}
    assert of(noor)[1]["steps_minute"] == steps_before
    left = {row.feature for row in Value.objects.filter(participant=noor.who)}
    assert "steps_total_count" in left
    assert not {name for name in left if name.startswith(("mobility_", "coverage_gps", "coverage_any"))}
    assert Due.objects.filter(participant=noor.who).exists()
    assert of(kim) == before
    assert Leaf.objects.filter(kind="objection").exists()


def test_a_stretch_of_days_goes_and_its_days_are_computed_from_what_stays(two):
    noor, _ = two
    edge = T0 + 2 * DAY
    assert erasing.events(noor.access, noor.who, Range("", edge, edge + DAY), at=NOW) == 100
    refreshing.refresh_due(at=NOW, seconds=60)
    assert {row["time"] for row in of(noor)[1]["gps"]} == {T0 + n * 60_000 for n in range(300)}
    day = datetime.fromtimestamp(edge / 1000, UTC).date()
    (found,) = features.days(noor.access, day, day + timedelta(days=1), ["mobility_seen_h"])
    assert (found.value, found.reason) == (None, "nothing_measured")


def test_events_of_one_sensor_go_out_of_the_typed_table_as_well(two):
    noor, _ = two
    erasing.events(noor.access, noor.who, Range("sensor", T0, T0 + 60_001, name="lamp.steps"), at=NOW)
    assert len(of(noor)[1]["steps_minute"]) == 298
    assert len(of(noor)[1]["gps"]) == 400


def test_the_level_of_a_battery_goes_out_of_the_events_of_the_screen_that_carry_it(two):
    noor, _ = two
    data = {"representation": "screen_on", "battery_level": 43}
    state = {"timestamp": T0, "sensor": "lamp.device_state", "data": data}
    noor.send([state])
    inbox.drain(at=NOW)
    noor.send([{**state, "timestamp": T0 + 1}])
    erasing.events(noor.access, noor.who, Range(""), at=NOW, stream="battery")
    bodies = [each.body for each in events.read(noor.access, noor.who, Range("sensor", name="lamp.device_state"))]
    assert len(bodies) == 2
    assert not [body for body in bodies if "battery_level" in body]
    assert "battery" not in tables.between(noor.access, noor.who, {"battery": 0, "screen": 0}, FIRST, LAST)


def test_a_study_goes_with_what_was_kept_for_it_alone_and_not_with_what_is_the_persons_own():
    study = studies.make("Sleep of nobody in particular", at=START)
    noor = sending.sender(named.noor(), "steps", study=study)
    sending.say(named.noor(), "gps", yes=True, since=START, purpose=Purpose.RESEARCH)
    kim = sending.sender(named.kim(), "steps")
    noor.send([place(T0, PLANTED), steps(T0, 7)])
    kim.send([steps(T0, 7)])
    inbox.drain(at=NOW)
    before = of(kim)
    code = study.code
    assert erasing.study(study, at=NOW) == 1
    assert not Study.objects.filter(code=code).exists()
    assert not Enrolment.objects.filter(participant=noor.who).exists()
    assert AccessKey.objects.get(participant=noor.who).study is None
    assert set(of(noor)[1]) == {"steps_minute"}
    assert not Tally.objects.filter(participant=noor.who, stream="gps").exists()
    raw, rows = on_disk()
    assert code.encode() not in raw
    assert b"Sleep of nobody in particular" not in raw
    assert PLANTED not in rows.get_column("altitude", default=pl.Series([None])).to_list()
    assert of(kim) == before
    assert Leaf.objects.filter(kind="erasure").exists()


def test_days_without_anything_left_have_no_values(two):
    noor, _ = two
    erasing.events(noor.access, noor.who, Range(""), at=NOW)
    refreshing.refresh_due(at=NOW, seconds=60)
    assert not [row for row in features.days(noor.access, date(2026, 1, 1), date(2027, 1, 1)) if row.value is not None]
