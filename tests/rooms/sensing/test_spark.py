"""Spark gives what Polars gives: every group, all three profiles, out of files and out of the archive. One session for all of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from samen.rights.words import Purpose
from samen.rooms.sensing import catalogue, computing, streams, zones
from samen.rooms.sensing.commands import spark
from samen.rooms.sensing.commands.sensing import app
from samen.rooms.sensing.computing import Study
from samen.rooms.sensing.features import flights
from samen.rooms.sensing.reading.receipt import Read, account
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.sending import lamp_events
from samen.rooms.sensing.simulator.streams import Lived, lived
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import empty_archive  # noqa: F401
from tests.rooms.sensing.test_bucket import store  # noqa: F401
from tests.s3 import Store

pytestmark = pytest.mark.slow
KEYS = list(computing.SEGMENT)
LACKS: Mapping[str, tuple[str, ...]] = {  # whom the simulator's phones give some streams only
    "p0001": ("calls", "gps", "accelerometer", "survey_timings", "heart_minute"),
    "p0002": ("screen", "bluetooth", "sleep_night", "flights", "keyboard"),
    "p0000": ("flights",),
}
PLAN = Plan(people=3, days=2, every=120, off=0, trips_away=1, swapped_on=1)


LIGHT = """
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""  # starts in half the time; what is computed is the same


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run one session, which everything here joins."""
    folder = tmp_path_factory.mktemp("conf")
    (folder / "spark-defaults.conf").write_text(LIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        with spark.session("local[2]"):
            yield


@cache
def made() -> Lived:
    return lived(PLAN)


@cache
def tables() -> Mapping[str, pl.DataFrame]:
    """Give every stream that a group reads, of three made-up people who travel, change their phones and lack some."""
    found = {**made().tables, "heart_day": heart()}
    localised = computing.made_ready(Read({"gps": found["gps"]}), roster=None, changes=zones.changes_of(made().zones))
    found["flights"] = streams.shaped(flights.found(localised.tables["gps"], flights.Jasmine()), "flights")
    lacking = {stream: [who for who, those in LACKS.items() if stream in those] for stream in found}
    return {stream: rows.filter(~pl.col("person").is_in(lacking[stream])) for stream, rows in found.items()}


def heart() -> pl.DataFrame:
    """Give what a watch says of each day's heart."""
    number = pl.int_range(pl.len()).cast(pl.Float64)
    days = made().tables["steps_day"].select("person", "time", "device", resting=60 + number, fat_burn=80 + number)
    return streams.shaped(days.with_columns(out_of_range=900.5, cardio=9.0, peak=1.5, sdnn=40.25), "heart_day")


def read() -> Read:
    counts = [account(stream, rows.height + 1, rows.height, 1) for stream, rows in tables().items()]
    return Read(tables(), counts=pl.concat(counts))


def differences(ours: pl.DataFrame, theirs: pl.DataFrame) -> list[tuple]:
    """Give each value in which two tables differ: counts and words at all, other numbers by more than one in 10^9."""
    assert set(ours.columns) == set(theirs.columns)
    assert ours.select(KEYS).rows() == theirs.select(KEYS).rows()
    found = []
    for name in ours.columns:
        one, other = ours[name], theirs[name]
        assert one.dtype == other.dtype, name
        for at, (a, b) in enumerate(zip(one, other, strict=True)):
            if a != b and not (
                isinstance(a, float) and isinstance(b, float) and a == pytest.approx(b, rel=1e-9, abs=0)
            ):
                found.append((name, ours.row(at)[:3], a, b))
    return found


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_every_group_of_every_profile_is_the_same_on_spark(session: None, tmp_path: Path, profile: str):
    study = Study(profile, changes=zones.changes_of(made().zones))
    here = computing.all_parts([computing.part_of(read(), study, explained=True)], profile)
    there = spark.of_files([read()], study, master="local[2]", beside=tmp_path, explained=True)
    assert {source["group"] for source in there.sources} == {
        group.name for group in catalogue.GROUPS if group.profile == profile
    }
    assert here.features.height >= 6
    assert differences(here.features, there.features) == []
    assert there.account.counts.equals(here.account.counts)
    assert set(there.missing.rows()) == set(here.missing.rows())
    assert list(tmp_path.iterdir()) == []  # nothing of anybody stays


def test_a_cluster_that_others_can_listen_to_is_refused():
    hidden = {"spark.authenticate": "true", "spark.network.crypto.enabled": "true"}
    assert spark.is_open("spark://10.0.0.1:7077", {"spark.authenticate": "true"})
    assert not spark.is_open("spark://10.0.0.1:7077", hidden)
    assert not spark.is_open("local[2]", {})


# --- out of the archive ----------------------------------------------------------------------------------------------


LAMP = Plan(people=2, days=2, every=300, off=0, swapped_on=1, first_day=1_767_571_200_000)  # Monday 5 January 2026
SENT = ("gps", "screen", "steps_minute", "calls")


@pytest.mark.django_db
@pytest.mark.on_sqlite
def test_a_studys_table_out_of_the_archive_is_the_same_on_spark(session: None, tmp_path: Path):
    found = lived(LAMP, SENT).tables
    noor = sending.sender(named.noor(), *SENT[:2], "steps", "calls", research=True)
    kim = sending.sender(named.kim(), *SENT[:2], "steps", "calls", study=noor.study)
    noon = datetime.fromtimestamp(LAMP.first_day / 1000 + 43_200, UTC)
    for stream in ("gps", "steps"):  # the study may read these two, from the first noon on
        sending.say(kim.who.person, stream, yes=True, at=noon, purpose=Purpose.RESEARCH)
    for who, person in ((noor, "p0000"), (kim, "p0001")):
        who.send(lamp_events(found, person)[0])
    tables = {}
    for engine in ("polars", "spark"):
        out = tmp_path / f"{engine}.parquet"
        asked = ["features", "--study", noor.study.code, "--out", str(out), "--report", "--engine", engine]
        done = CliRunner().invoke(app, [*asked, "--spark-master", "local[2]"], env={"LANG": "en", "LC_ALL": ""})
        assert done.exit_code == 0, done.output
        tables[engine] = pl.read_parquet(out), pl.read_csv(tmp_path / f"{engine}.missing.csv")
    here, there = tables["polars"], tables["spark"]
    assert here[0].group_by("person").len().sort("person").rows() == sorted([(noor.who.code, 2), (kim.who.code, 2)])
    assert here[0].filter(person=kim.who.code)["calls_in_count"].null_count() == 2
    assert here[0].filter(person=kim.who.code)["coverage_gps_valid_min"].to_list()[0] < 13 * 60
    assert differences(here[0], there[0]) == []
    assert set(there[1].rows()) == set(here[1].rows())


@pytest.mark.django_db
@pytest.mark.on_sqlite
def test_a_studys_table_out_of_a_bucket_is_the_same_on_spark(session: None, store: Store, tmp_path: Path):  # noqa: F811
    noor = sending.sender(named.noor(), "steps", research=True)
    noor.send([sending.steps(sending.T0 + n * 60_000, n) for n in range(60)])
    tables = []
    for engine in ("polars", "spark"):
        out = tmp_path / f"{engine}.parquet"
        asked = ["features", "--study", noor.study.code, "--out", str(out), "--engine", engine]
        done = CliRunner().invoke(app, [*asked, "--spark-master", "local[2]"], env={"LANG": "en", "LC_ALL": ""})
        assert done.exit_code == 0, done.output
        tables.append(pl.read_parquet(out))
    assert tables[0]["steps_total_count"].to_list() == [1770]
    assert differences(*tables) == []
