"""The archive in a bucket: what goes in comes out, what is erased is in no object, and a bucket that cannot hold that is refused."""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pytest
from django.conf import settings
from django.test import override_settings

from samen.rooms.sensing import parcels
from samen.rooms.sensing.models.way_in import Batch, Participant
from samen.rooms.sensing.sharing import Member
from samen.rooms.sensing.store import archive, bucket, delta, erasing, events, inbox, sharing, tables
from samen.rooms.sensing.store.bucket import Refused
from samen.rooms.sensing.store.events import FIRST, LAST, Range
from samen.web.config import Config
from tests import named, s3
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, T0, empty_archive, steps  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]
MINUTE, PLANTED = 60_000, 777_321.25  # altitude of nobody


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, empty_archive: None) -> Iterator[s3.Store]:  # noqa: F811
    """Let the archive lie in a bucket of a store on this machine."""
    with s3.serving() as found:
        for name, value in (("ENDPOINT_URL", found.url), ("ACCESS_KEY_ID", "k"), ("SECRET_ACCESS_KEY", "s")):
            monkeypatch.setenv(f"AWS_{name}", value)
        bucket._look.cache_clear()
        monkeypatch.setattr(delta, "FEW", 1)  # rows of a folder are written in a way of its own from so many on
        there = {**vars(settings.SAMEN), "sensing_archive": "s3://clinic/archive"}
        with override_settings(SAMEN=Config(**there)):
            yield found
        bucket._look.cache_clear()


def place(time: int, altitude: float) -> dict:
    data = {"latitude": 52.1, "longitude": 5.1, "altitude": altitude, "accuracy": 5}
    return {"timestamp": time, "sensor": "lamp.gps", "data": data}


def in_store(store: s3.Store) -> bytes:
    """Give every name and byte of the store, the values of its Parquet files read out."""
    raw = b"".join([*(name.encode() + content for name, content in store.objects.items())])
    rows = [pl.read_parquet(content) for name, content in store.objects.items() if name.endswith(".parquet")]
    return raw + b"".join(each.write_json().encode() for each in rows)


def fetched(stream: str, who: sending.Sender) -> pl.DataFrame:
    """Give somebody's parcels as a worker of Spark fetches them out of the bucket."""
    those = [Member(who.who.code, who.who.key, who.who.bucket, {stream: 0}, ())]
    found = sharing.files(those)
    fetch = parcels.fetcher(stream, [who.who.key], found.reached_by or {})
    return pl.concat([pl.DataFrame(each) for each in fetch(iter(pa.table({"uri": found.files[stream]}).to_batches()))])


def test_rows_go_into_the_bucket_and_come_back_and_what_is_erased_is_in_no_object(store: s3.Store):
    noor, kim = sending.sender(named.noor(), "gps", "steps"), sending.sender(named.kim(), "gps", "steps")
    Participant.objects.update(bucket=7)
    for who, altitude in ((noor, PLANTED), (kim, 12.0)):
        who.who.refresh_from_db()
        times = range(T0, T0 + 50 * MINUTE, MINUTE)
        who.send([each for time in times for each in (place(time, altitude), steps(time))])
        inbox.drain(at=NOW)
    assert not Batch.objects.exists()
    assert not (archive.folder() / "events").exists()
    assert {name.split("/")[1] for name in store.objects if "gps" in name} == {"archive"}
    found = {who: tables.between(who.access, who.who, {"gps": 0}, T0, LAST) for who in (noor, kim)}
    assert [each["gps"].height for each in found.values()] == [50, 50]
    assert found[noor]["gps"]["altitude"].unique().to_list() == [PLANTED]
    assert len(list(events.read(kim.access, kim.who, Range("sensor")))) == 100
    packed = fetched("gps", kim)
    assert packed["person"].unique().to_list() == [kim.who.key]
    assert parcels.opened(packed)["gps"].height == 50
    assert noor.who.key.encode() in in_store(store)
    assert str(PLANTED).encode() in in_store(store)

    assert erasing.events(noor.access, noor.who, Range("", FIRST, LAST), at=NOW) == 100
    everything = in_store(store)
    assert noor.who.key.encode() not in everything
    assert str(PLANTED).encode() not in everything
    again = tables.between(kim.access, kim.who, {"gps": 0}, T0, LAST)["gps"]
    assert again.equals(found[kim]["gps"])


def test_a_move_that_was_cut_off_after_the_bucket_had_it_is_not_written_again(store: s3.Store):
    noor = sending.sender(named.noor(), "steps")
    noor.send([steps(T0 + n * MINUTE) for n in range(40)])

    class Killed(Exception):
        """The process ended here."""

    def kill(step: str) -> None:
        if step == "written":
            raise Killed

    with pytest.raises(Killed):
        inbox.drain(at=NOW, told=kill)
    assert Batch.objects.count() == 1
    inbox.drain(at=NOW)
    assert len(list(events.read(noor.access, noor.who, Range("sensor")))) == 40
    assert tables.between(noor.access, noor.who, {"steps": 0}, T0, LAST)["steps_minute"].height == 40


@pytest.mark.parametrize(
    ("behaves", "code"), [({"has_conditions": False}, "NO_CONDITIONS"), ({"has_versions": True}, "VERSIONED")]
)
def test_a_store_that_cannot_hold_what_the_archive_stands_on_is_refused_before_a_row_goes_there(
    store: s3.Store, behaves: dict[str, bool], code: str
):
    vars(store).update(behaves)
    noor = sending.sender(named.noor(), "steps")
    noor.send([steps(T0)])
    with pytest.raises(Refused):
        inbox.drain(at=NOW)
    assert archive.refusal() == code
    assert (Batch.objects.count(), store.objects) == (1, {})


def test_another_services_archive_and_an_open_way_and_a_store_that_is_not_there_are_refused(
    store: s3.Store, monkeypatch: pytest.MonkeyPatch
):
    store.objects["clinic/archive/samen-owner"] = b"somebody else"
    assert archive.refusal() == "TAKEN"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example.org")
    assert archive.refusal() == "OPEN"
    monkeypatch.setattr(bucket, "obstore", None)
    assert archive.refusal() == "NO_EXTRA"


def test_the_archive_can_lie_in_a_folder_of_its_own(tmp_path, empty_archive: None):  # noqa: F811
    with override_settings(SAMEN=Config(**{**vars(settings.SAMEN), "sensing_archive": str(tmp_path / "rows")})):
        noor = sending.sender(named.noor(), "steps")
        noor.send([steps(T0)])
        inbox.drain(at=NOW)
        assert (tmp_path / "rows" / "streams" / "steps_minute" / "_delta_log").is_dir()
        assert archive.refusal() == ""
