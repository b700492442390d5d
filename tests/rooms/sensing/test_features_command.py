"""`samen sensing features`: files in, one table out, and plain words about what was wrong."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from samen.rooms.sensing.commands.sensing import app

T0 = 1_711_839_600_000  # 2024-03-31 00:00 in Amsterdam, a day of 23 hours
HOUR = 3_600_000


def put(root: Path, name: str, text: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def run(root: Path, *more: str, format: str = "aware", out: str = "out.csv") -> Result:
    asked = ["features", "--files", str(root / "in"), "--format", format, "--out", str(root / out), *more]
    return CliRunner().invoke(app, asked, env={"LANG": "en_GB.UTF-8", "LC_ALL": ""})


def screen_of(root: Path) -> None:
    """Two phones of one person, and one that nobody holds."""
    rows = [("old", T0 + HOUR, 3), ("old", T0 + HOUR + 600_000, 0), ("new", T0 + 30 * HOUR, 3)]
    rows += [("new", T0 + 30 * HOUR + 1_200_000, 0), ("lost", T0, 3)]
    lines = "".join(f"{time},{device},{status}\n" for device, time, status in rows)
    put(root, "in/screen.csv", "timestamp,device_id,screen_status\n" + lines)


def test_two_phones_of_one_person_in_their_own_zone_give_two_days(tmp_path: Path):
    screen_of(tmp_path)
    who = put(tmp_path, "who.csv", "person,device_id,platform,start,end\nnoor,old,android,,\nnoor,new,android,,\n")
    zones = put(tmp_path, "zones.csv", "device_id,tzcode,timestamp\nold,Europe/Amsterdam,0\nnew,Europe/Amsterdam,0\n")
    done = run(tmp_path, "--profile", "rapids", "--participants", str(who), "--zones", str(zones))
    assert done.exit_code == 0, done.output
    table = pl.read_csv(tmp_path / "out.csv")
    assert table.columns[:4] == ["person", "segment", "segment_start", "segment_end"]
    assert table.select("person", "segment_start", "segment_end", "phone_screen_rapids_sumdurationunlock").rows() == [
        ("noor", "2024-03-31 00:00:00", "2024-03-31 23:59:59", 10.0),
        ("noor", "2024-04-01 00:00:00", "2024-04-01 23:59:59", 20.0),
    ]
    assert "screen: received 5 = stored 4 + doubled 0 + quarantined 0 + refused 1." in done.output


def test_what_lies_outside_of_a_persons_time_in_the_study_is_refused(tmp_path: Path):
    screen_of(tmp_path)
    who = put(tmp_path, "who.csv", "person,device_id,platform,start,end\nnoor,old;new,android,2024-04-01,2024-04-02\n")
    done = run(tmp_path, "--profile", "rapids", "--participants", str(who), "--zone", "Europe/Amsterdam")
    assert pl.read_csv(tmp_path / "out.csv")["segment_start"].to_list() == ["2024-04-01 00:00:00"]
    assert "refused 3" in done.output


def test_a_table_can_be_parquet_and_no_value_is_empty_in_csv(tmp_path: Path):
    screen_of(tmp_path)
    assert run(tmp_path, "--profile", "rapids", out="out.parquet").exit_code == 0
    assert run(tmp_path, "--profile", "rapids").exit_code == 0
    table = pl.read_parquet(tmp_path / "out.parquet")
    assert table["phone_screen_rapids_stddurationunlock"].null_count() == table.height
    text = (tmp_path / "out.csv").read_text()
    assert ",," in text
    assert not re.search(r"(?i)\b(nan|null|none)\b", text)


def test_segments_settings_and_an_unknown_key_are_taken_as_written(tmp_path: Path):
    screen_of(tmp_path)
    parts = put(tmp_path, "parts.csv", "label,length\nquarter,360\n")
    keys = put(tmp_path, "keys.toml", "[phone_screen.rapids]\nignore_episodes_shorter_than = 15\ncolour = 3\n")
    done = run(tmp_path, "--profile", "rapids", "--segments", str(parts), "--settings", str(keys))
    table = pl.read_csv(tmp_path / "out.csv").drop_nulls("phone_screen_rapids_countepisodeunlock")
    assert table.select("segment", "phone_screen_rapids_sumdurationunlock").rows() == [("quarter0000", 20.0)]
    assert "[phone_screen.rapids] colour" in done.output


def test_a_report_beside_the_table_accounts_for_every_row_and_says_where_values_come_from(tmp_path: Path):
    screen_of(tmp_path)
    put(tmp_path, "in/battery.csv", f"timestamp,device_id,battery_status,battery_level\n{T0},old,77,50\n")
    assert run(tmp_path, "--report").exit_code == 0
    report = json.loads((tmp_path / "out.report.json").read_text())
    by_stream = {row["stream"]: row for row in report["counts"]}
    assert by_stream["battery"]["quarantined"] == 1
    group = next(each for each in report["provenance"] if each["group"] == "screen")
    assert group["parameters"]["longest_min"] == 360.0
    assert group["inputs"]["screen"]["rows"] == 5
    again = run(tmp_path, "--report", out="again.csv")
    assert again.exit_code == 0
    assert json.loads((tmp_path / "again.report.json").read_text()) == report  # the same rows have the same hash
    held = pl.read_csv(tmp_path / "out.quarantine.csv")
    assert held.rows() == [("battery.csv", 1, "battery", "code_unknown")]


@pytest.mark.parametrize(
    ("name", "text", "option", "words"),
    [
        ("s.csv", "label\nx\n", "--segments", "lacks length"),
        ("z.csv", "device_id,tzcode,timestamp\nold,Mars/Base,0\n", "--zones", "Mars/Base"),
        ("p.csv", "device_id\nold\n", "--participants", "lacks person"),
        ("p.csv", "person,device_id,start\nnoor,old,soon\n", "--participants", "soon"),
        ("k.toml", "[phone_screen", "--settings", "no TOML"),
        (
            "k.toml",
            "[phone_screen.rapids]\nreference_hour_first_use = 'noon'\n",
            "--settings",
            "reference_hour_first_use",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_said_plainly_and_nothing_is_written(
    tmp_path: Path, name: str, text: str, option: str, words: str
):
    screen_of(tmp_path)
    done = run(tmp_path, "--profile", "rapids", option, str(put(tmp_path, name, text)))
    assert done.exit_code == 1
    assert words in done.output
    assert not (tmp_path / "out.csv").exists()


def test_a_wrong_call_says_what_to_mend_in_dutch_too(tmp_path: Path):
    done = run(tmp_path, "--language", "nl")
    assert (done.exit_code, "staat niets" in done.output) == (2, True)
    screen_of(tmp_path)
    done = run(tmp_path, "--language", "nl", out="out.xlsx")
    assert (done.exit_code, ".csv of .parquet" in done.output) == (2, True)


def test_an_empty_folder_gives_an_empty_table(tmp_path: Path):
    (tmp_path / "in").mkdir()
    for format in ("aware", "beiwe", "lamp", "flights", "table"):
        assert run(tmp_path, format=format).exit_code == 0
        assert pl.read_csv(tmp_path / "out.csv").rows() == []


def test_what_a_watch_wrote_in_local_time_lands_on_the_persons_day(tmp_path: Path):
    lines = "w,0,2024-03-31 23:30:00,10\nw,0,2024-04-01 00:30:00,20\n"
    put(tmp_path, "in/fitbit_steps_intraday.csv", "device_id,timestamp,local_date_time,steps\n" + lines)
    done = run(tmp_path, "--zone", "Europe/Amsterdam")
    assert done.exit_code == 0, done.output
    assert pl.read_csv(tmp_path / "out.csv")["segment_start"].to_list() == [
        "2024-03-31 00:00:00",
        "2024-04-01 00:00:00",
    ]


def test_a_pause_that_ends_at_midnight_makes_no_day_of_its_own(tmp_path: Path):
    head = "person,start,end,from_latitude,from_longitude,to_latitude,to_longitude,kind,observed\n"
    put(tmp_path, "in/flights.csv", head + f"p,{T0},{T0 + 23 * HOUR},52,4,52,4,pause,1\n")
    assert run(tmp_path, "--zone", "Europe/Amsterdam", format="flights").exit_code == 0
    assert pl.read_csv(tmp_path / "out.csv")["segment_start"].to_list() == ["2024-03-31 00:00:00"]
