"""Files come into the store under their person's yes: each row is accounted for, and the same files again change nothing."""

import json
import random
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from samen.rooms.sensing.commands.sensing import app
from samen.rooms.sensing.models.features import Due, Imported
from samen.rooms.sensing.models.way_in import Participant, Study, Tally
from samen.rooms.sensing.store import archive, erasing, events, importing, inbox, tables
from samen.rooms.sensing.store.events import Range
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, T0, empty_archive  # noqa: F401

pytestmark = pytest.mark.django_db
EVER = (0, 2**60)
BEFORE_YES = 1_700_000_000_000  # ms: in 2023


@pytest.fixture
def noor():
    return sending.sender(named.noor(), "accelerometer", "gps", "calls", "steps")


def run(*words: object) -> str:
    done = CliRunner().invoke(app, ["import", *map(str, words), "--language", "en"])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def beiwe(root: Path, rows: int = 100, at: int = T0) -> Path:
    """Write two hours of an accelerometer, of a GPS and of calls, with a wrong row and a doubled one."""
    folder, chance = root / "patient1", random.Random(1)
    for hour in range(2):
        start = at + hour * 3_600_000
        lines = [
            f"{start + n * 100},x,unknown,{chance.gauss(0, 1):.6f},{chance.gauss(0, 1):.6f},9.8" for n in range(rows)
        ]
        _file(
            folder / "accelerometer" / f"2026-02-02 0{hour}_00_00+00_00.csv", "timestamp,UTC time,accuracy,x,y,z", lines
        )
    wrong = [
        f"{at},x,52.1,5.1,3.0,10",
        f"{at},x,52.1,5.1,3.0,10",
        f"{at + 1},x,152.1,5.1,3.0,10",
        f"{at + 2},x,52.2,5.1,3.0,0",
    ]
    _file(
        folder / "gps" / "2026-02-02 00_00_00+00_00.csv",
        "timestamp,UTC time,latitude,longitude,altitude,accuracy",
        wrong,
    )
    calls = [f"{at},x,abc,Incoming Call,12", f"{at + 5},x,abc,Some Call,12"]
    _file(
        folder / "calls" / "2026-02-02 00_00_00+00_00.csv",
        "timestamp,UTC time,hashed phone number,call type,duration in seconds",
        calls,
    )
    texts = [f"{at},x,abc,sent SMS,12,{at}"]
    _file(
        folder / "texts" / "a.csv",
        "timestamp,UTC time,hashed phone number,sent vs received,message length,time sent",
        texts,
    )
    return root


def _file(file: Path, head: str, lines: list[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([head, *lines, ""]))


def kept(who: sending.Sender) -> dict[str, pl.DataFrame]:
    return tables.between(
        who.access, who.who, dict.fromkeys(("accelerometer", "gps", "calls", "texts", "steps"), 0), *EVER
    )


def test_a_folder_of_beiwe_is_kept_row_by_row_and_accounted_for(noor, tmp_path):
    said = run(
        beiwe(tmp_path / "in"), "--format", "beiwe", "--person", noor.who.code, "--quarantine", tmp_path / "held.csv"
    )
    for line in (
        "accelerometer: 200 received = 200 stored + 0 doubled + 0 held back + 0 refused.",
        "gps: 4 received = 2 stored + 1 doubled + 1 held back + 0 refused.",
        "calls: 2 received = 1 stored + 0 doubled + 1 held back + 0 refused.",
        "texts: 1 received = 0 stored + 0 doubled + 0 held back + 1 refused.",
    ):
        assert line in said
    held = pl.read_csv(tmp_path / "held.csv").sort("stream")
    assert held["reason"].to_list() == ["code_unknown", "value_out_of_range"]
    assert held["row"].to_list() == [2, 3]
    found = kept(noor)
    assert {name: rows.height for name, rows in found.items()} == {"accelerometer": 200, "gps": 2, "calls": 1}
    assert found["gps"]["person"].unique().to_list() == [noor.who.key]
    disk = b"".join(file.read_bytes() for file in archive.folder().rglob("*.parquet"))
    assert b"patient1" not in disk
    assert Due.objects.filter(participant=noor.who).exists()
    assert Tally.objects.get(participant=noor.who, stream="texts").refused == 1


def test_the_same_files_again_change_nothing_and_new_ones_bring_only_what_is_new(noor, tmp_path):
    root = beiwe(tmp_path)
    run(root, "--format", "beiwe", "--person", noor.who.code)
    before = kept(noor)
    assert "4 of 4 parts were imported before" in run(root, "--format", "beiwe", "--person", noor.who.code)
    _file(
        root / "patient1" / "gps" / "2026-02-02 01_00_00+00_00.csv",
        "timestamp,UTC time,latitude,longitude,altitude,accuracy",
        [f"{T0},x,52.1,5.1,3.0,10", f"{T0 + 3_600_000},x,52.3,5.1,3.0,10"],
    )
    said = run(root, "--format", "beiwe", "--person", noor.who.code)
    assert "gps: 6 received = 1 stored + 4 doubled + 1 held back + 0 refused." in said
    assert kept(noor)["accelerometer"].equals(before["accelerometer"])
    Imported.objects.all().delete()  # as after a crash that came before the account was written
    assert "accelerometer: 200 received = 0 stored + 200 doubled + 0 held back + 0 refused." in run(
        root, "--format", "beiwe", "--person", noor.who.code
    )
    assert kept(noor)["gps"].height == 3


def test_rows_from_before_the_yes_are_refused(noor, tmp_path):
    said = run(beiwe(tmp_path, at=BEFORE_YES), "--format", "beiwe", "--person", noor.who.code)
    assert "accelerometer: 200 received = 0 stored + 0 doubled + 0 held back + 200 refused." in said
    assert kept(noor) == {}


def test_an_import_that_dies_after_it_wrote_doubles_nothing(noor, tmp_path, monkeypatch):
    root = beiwe(tmp_path)

    def dies(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_note", dies)
        CliRunner().invoke(app, ["import", str(root), "--format", "beiwe", "--person", noor.who.code])
    noor.send([{"timestamp": T0, "sensor": "lamp.steps", "data": {"value": 3}}])
    inbox.drain(at=NOW)
    run(root, "--format", "beiwe", "--person", noor.who.code)
    assert {name: rows.height for name, rows in kept(noor).items()} == {
        "accelerometer": 200, "gps": 2, "calls": 1, "steps_minute": 1,
    }  # fmt: skip


@pytest.mark.row("S1")
def test_events_of_lamp_come_back_to_programs_as_they_were(noor, tmp_path):
    sent = [{"timestamp": T0 + n, "sensor": "lamp.steps", "data": {"value": n, "more": "kept"}} for n in range(30)]
    noor.send(sent[:10])
    lines = [
        *sent,
        {"timestamp": None, "sensor": "lamp.steps", "data": {}},
        {"timestamp": T0, "sensor": "lamp.odd", "data": {}},
    ]
    (tmp_path / f"{noor.who.code}.jsonl").write_text("\n".join(json.dumps(each) for each in lines))
    said = run(tmp_path, "--format", "lamp", "--quarantine", tmp_path / "held.csv")
    assert "steps: 31 received = 20 stored + 10 doubled + 1 held back + 0 refused." in said
    assert pl.read_csv(tmp_path / "held.csv")["row"].to_list() == [31, 32]
    found = list(events.read(noor.access, noor.who, Range("sensor", newest_first=False)))
    assert [json.loads(each.body)["data"] for each in found] == [each["data"] for each in sent]
    assert kept(noor)["steps_minute"]["steps"].to_list() == list(range(30))


def test_tables_of_aware_go_to_whom_their_device_is_and_nobodys_are_refused(noor, tmp_path):
    kim = sending.sender(named.kim(), "gps")
    head = "timestamp,device_id,double_latitude,double_longitude,accuracy,provider"
    rows = [f"{T0 + n},{device},52.1,5.1,10,gps" for n in range(5) for device in ("one", "two", "three")]
    _file(tmp_path / "in" / "locations.csv", head, rows)
    _file(tmp_path / "people.csv", "person,device_id", [f"{noor.who.code},one", f"{kim.who.code},two", "U0,three"])
    said = run(tmp_path / "in", "--format", "aware", "--participants", tmp_path / "people.csv")
    assert "gps: 15 received = 10 stored + 0 doubled + 0 held back + 5 refused." in said
    assert kept(noor)["gps"].height == kept(kim)["gps"].height == 5


def test_a_table_of_ones_own_comes_in_by_a_mapping(noor, tmp_path):
    _file(tmp_path / "in" / "walks.csv", "who,when,n", [f"me,{T0 // 1000},12", f"me,{T0 // 1000 + 60},no number"])
    (tmp_path / "map.toml").write_text(
        '[[table]]\nfile = "walks.csv"\nstream = "steps_minute"\n'
        'columns = { person = "who", time = "when", steps = "n" }\nunits = { time = "s" }\n'
    )
    said = run(tmp_path / "in", "--format", "table", "--mapping", tmp_path / "map.toml", "--person", noor.who.code)
    assert "steps_minute: 2 received = 1 stored + 0 doubled + 1 held back + 0 refused." in said
    assert kept(noor)["steps_minute"]["steps"].to_list() == [12]


def test_what_came_in_files_is_erased_as_what_a_phone_sent_and_may_come_again(noor, tmp_path):
    root = beiwe(tmp_path)
    run(root, "--format", "beiwe", "--person", noor.who.code)
    assert erasing.events(noor.access, noor.who, Range(""), at=NOW, stream="accelerometer") == 200
    assert "accelerometer" not in kept(noor)
    assert "accelerometer: 200 received = 200 stored" in run(root, "--format", "beiwe", "--person", noor.who.code)


def test_a_study_is_erased_from_the_command_line_only_when_somebody_is_sure(noor):
    erase = ["erase", "--study", noor.study.code, "--language", "en"]
    assert CliRunner().invoke(app, erase).exit_code == 2
    assert Study.objects.filter(code=noor.study.code).exists()
    assert CliRunner().invoke(app, [*erase, "--yes"]).exit_code == 0
    assert not Study.objects.filter(code=noor.study.code).exists()
    assert Participant.objects.filter(id=noor.who.id).exists()


class Killed(BaseException):
    """The process is gone at this step."""


def test_a_move_that_was_cut_off_before_an_import_is_finished_and_not_taken_for_done(noor, tmp_path):
    noor.send([{"timestamp": T0 + 9, "sensor": "lamp.gps", "data": {"latitude": 52.5, "longitude": 5.1}}])

    def dies(step: str) -> None:
        if step == "read":
            raise Killed

    with pytest.raises(Killed):
        inbox.drain(at=NOW, told=dies)
    run(beiwe(tmp_path), "--format", "beiwe", "--person", noor.who.code)
    inbox.drain(at=NOW)
    assert kept(noor)["gps"].height == 3
