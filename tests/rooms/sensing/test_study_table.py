"""A study's table of features: of who says yes to research, from when on they do, and nobody who took it back meanwhile."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from samen.rights.words import Purpose
from samen.rooms.sensing.commands import features
from samen.rooms.sensing.commands.sensing import app
from samen.rooms.sensing.models.features import Clock
from samen.rooms.sensing.models.way_in import StudyLook
from samen.rooms.sensing.store import sharing
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, START, T0, empty_archive  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


def run(*more: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, ["features", *more], env={"LANG": "en", "LC_ALL": "", **(env or {})})


def walker(person: str, *, research: bool, study=None) -> sending.Sender:
    who = sending.sender(named.person(person), "steps", research=research, study=study)
    who.send([sending.steps(T0 + hour * HOUR, 100) for hour in range(48)])
    return who


def test_a_studys_table_holds_who_says_yes_to_research_from_then_on_under_their_code(tmp_path: Path):
    mia = walker("Mia", research=True)
    lot = walker("Lot", research=False, study=mia.study)
    late = walker("Jan", research=False, study=mia.study)
    noon = datetime.fromtimestamp((T0 + 36 * HOUR) / 1000, UTC)
    sending.say(late.who.person, "steps", yes=True, at=noon, purpose=Purpose.RESEARCH)
    Clock.objects.create(participant=mia.who, device=mia.device.id.hex, zone="Asia/Kolkata", begins=0)
    done = run("--study", mia.study.code, "--out", str(tmp_path / "out.parquet"), "--report", "--zone", "UTC")
    assert done.exit_code == 0, done.output
    table = pl.read_parquet(tmp_path / "out.parquet")
    found = dict(table.group_by("person").agg(pl.col("steps_total_count").sum()).iter_rows())
    assert found == {mia.who.code: 4800, late.who.code: 1200}
    starts = table.filter(person=mia.who.code)["segment_start"]
    assert starts.to_list() == ["2026-02-02 00:00:00", "2026-02-03 00:00:00", "2026-02-04 00:00:00"]
    assert set(StudyLook.objects.values_list("participant", flat=True)) == {mia.who.id, late.who.id}
    assert mia.who.key not in (tmp_path / "out.report.json").read_text()
    assert {each["group"] for each in json.loads((tmp_path / "out.report.json").read_text())["provenance"]} >= {"steps"}
    assert lot.who.code not in done.output


def test_who_takes_back_a_yes_while_it_is_computed_is_left_out():
    mia = walker("Mia", research=True)
    those = sharing.members(mia.study, at=NOW)
    assert [each.code for each in those] == [mia.who.code]
    assert sharing.changed(mia.study, those, at=NOW) == set()
    sending.say(mia.who.person, "steps", yes=False, at=NOW, purpose=Purpose.RESEARCH)
    assert sharing.changed(mia.study, those, at=NOW) == {mia.who.code}


def test_who_left_the_study_is_left_out_too():
    mia = walker("Mia", research=True)
    those = sharing.members(mia.study, at=NOW)
    mia.who.enrolments.update(ended_at=START)
    assert sharing.changed(mia.study, those, at=NOW) == {mia.who.code}


def test_a_study_that_is_not_here_or_files_beside_it_is_said(tmp_path: Path):
    out = ("--out", str(tmp_path / "out.csv"))
    assert (run(*out).exit_code, run(*out, "--study", "S1").exit_code) == (2, 2)
    mia = walker("Mia", research=True)
    done = run(*out, "--study", mia.study.code, "--zones", str(tmp_path / "zones.csv"))
    assert (done.exit_code, "Leave out" in done.output) == (2, True)


def test_spark_says_what_it_lacks_and_the_command_that_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = ("--files", str(tmp_path), "--format", "table", "--out", str(tmp_path / "out.csv"), "--engine", "spark")
    done = run(*asked, env={"JAVA_HOME": str(tmp_path / "nowhere")})
    assert (done.exit_code, "apt-get install openjdk-17-jre-headless" in done.output) == (1, True)
    monkeypatch.setattr(features, "SPARK", ("pyspark_that_is_not_there",))
    done = run(*asked, "--language", "nl")
    assert (done.exit_code, "requirements/spark.txt" in done.output) == (1, True)
    assert not (tmp_path / "out.csv").exists()
