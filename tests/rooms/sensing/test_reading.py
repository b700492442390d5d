"""From files to tables: each format, and what is odd in real ones; nothing is lost without being counted."""

import json
from pathlib import Path

import polars as pl
import pytest

from samen.rooms.sensing.reading import aware, beiwe, flights, lamp, table
from samen.rooms.sensing.reading.receipt import Read

T0 = 1_704_067_200_000  # 2024-01-01 00:00 UTC
SALT = b"salt"


def put(root: Path, name: str, text: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def counts(read: Read) -> dict[str, tuple[int, ...]]:
    for row in read.counts.iter_rows(named=True):
        assert row["received"] == row["stored"] + row["doubled"] + row["quarantined"] + row["refused"]
    return {row[0]: row[1:] for row in read.counts.iter_rows()}


# --- Beiwe ------------------------------------------------------------------------------------------------------------


def test_doubled_rows_odd_columns_empty_files_and_both_forms_of_file_names_are_read(tmp_path: Path):
    head = "timestamp,UTC time,latitude,longitude,altitude,accuracy"
    row = f"{T0},2024-01-01T00:00:00.000,52.1,4.9,0,20"
    put(tmp_path, "p1/gps/2024-01-01 00_00_00+00_00.csv", f"{head}\n{row}\n{T0 + 1000},x,52.2,4.9,0,0\n")
    put(tmp_path, "p1/gps/2024-01-01 01:00:00+00:00.csv", f"{head},extra\n{row},odd\n")
    put(tmp_path, "p1/gps/2024-01-01 02_00_00+00_00.csv", "")
    put(tmp_path, "p1/gps/2024-01-01 03_00_00+00_00.csv", head + "\n")
    read = beiwe.read(tmp_path, salt=SALT)
    assert counts(read) == {"gps": (3, 2, 1, 0, 0)}
    assert read.tables["gps"]["accuracy"].to_list() == [20.0, None]
    assert read.tables["gps"]["person"].unique().to_list() == ["p1"]


def test_a_row_that_cannot_be_is_held_back_with_its_file_row_and_reason(tmp_path: Path):
    head = "timestamp,UTC time,latitude,longitude,altitude,accuracy"
    put(tmp_path, "p1/gps/a.csv", f"{head}\n{T0},x,52.1,4.9,0,20\n")
    put(tmp_path, "p1/gps/b.csv", f"{head}\n{T0 + 1},x,,4.9,0,20\nsoon,x,52,4,0,20\n{T0},x,95,4,0,20\n5,x,52,4,0,20\n")
    read = beiwe.read(tmp_path, salt=SALT)
    assert counts(read) == {"gps": (5, 1, 0, 4, 0)}
    assert sorted(read.quarantine.select("file", "row", "reason").rows()) == [
        ("p1/gps/b.csv", 1, "value_missing"),
        ("p1/gps/b.csv", 2, "time_missing"),
        ("p1/gps/b.csv", 3, "value_out_of_range"),
        ("p1/gps/b.csv", 4, "time_out_of_range"),
    ]


def test_a_column_that_is_there_twice_a_second_header_and_a_file_of_anything_else_are_each_accounted_for(
    tmp_path: Path,
):
    head = "timestamp,UTC time,latitude,longitude,altitude,accuracy"
    put(tmp_path, "p1/gps/twice.csv", f"\ufeff{head},accuracy\r\n{T0},x,52.1,4.9,0,20,30\r\n")
    put(tmp_path, "p1/gps/headers.csv", f"{head}\n{T0 + 1},x,52,4.9,0,20\n{head}\n{T0 + 2}.0,x,52,4.9,0\n")
    (tmp_path / "p1/gps/picture.csv").write_bytes(bytes(range(256)) * 3)
    read = beiwe.read(tmp_path, salt=SALT)
    assert read.tables["gps"].select("time", "accuracy").rows() == [(T0, 20), (T0 + 1, 20), (T0 + 2, None)]
    assert sorted(read.quarantine.select("file", "row", "reason").rows()) == [
        ("p1/gps/headers.csv", 2, "time_missing"),
        ("p1/gps/picture.csv", 0, "file_unreadable"),
    ]


def test_events_of_power_go_to_screen_and_battery_and_an_unknown_word_to_quarantine(tmp_path: Path):
    words = [
        "Screen turned on",
        "Screen turned off",
        "Power connected",
        "Device shut down signal received",
        "Power Save Mode state change signal received; device in power save state.",
        "Something new",
    ]
    lines = "\n".join(f"{T0 + number},x,{word}" for number, word in enumerate(words))
    put(tmp_path, "p1/power_state/a.csv", f"timestamp,UTC time,event\n{lines}\n")
    read = beiwe.read(tmp_path, salt=SALT)
    assert read.tables["screen"]["event"].to_list() == ["on", "off"]
    assert read.tables["battery"]["status"].to_list() == ["plugged", "shutdown", "power_save_on"]
    assert read.quarantine.row(0) == ("p1/power_state/a.csv", 6, "screen", "code_unknown")
    assert counts(read) == {"battery": (3, 3, 0, 0, 0), "screen": (3, 2, 0, 1, 0)}


def test_a_level_from_an_iphone_is_a_percentage(tmp_path: Path):
    put(tmp_path, "p1/power_state/a.csv", f"timestamp,UTC time,event,level\n{T0},x,Charging,0.25\n{T0 + 1},x,Full,1\n")
    assert beiwe.read(tmp_path, salt=SALT).tables["battery"]["level"].to_list() == [25.0, 100.0]


def test_acceleration_in_g_becomes_metres_per_second_squared(tmp_path: Path):
    put(tmp_path, "ios/accelerometer/a.csv", f"timestamp,UTC time,accuracy,x,y,z\n{T0},x,unknown,0,0,1\n")
    put(tmp_path, "android/accelerometer/a.csv", f"timestamp,UTC time,accuracy,x,y,z\n{T0},x,3,0,0,9.8\n")
    assert beiwe.read(tmp_path, salt=SALT).tables["accelerometer"]["z"].to_list() == [9.8, 9.80665]


def test_calls_and_texts_keep_a_salted_hash_of_the_other_and_no_number(tmp_path: Path):
    put(
        tmp_path,
        "p1/calls/a.csv",
        f"timestamp,UTC time,hashed phone number,call type,duration in seconds\n{T0},x,NUMBER,Incoming Call,60\n",
    )
    put(
        tmp_path,
        "p1/texts/a.csv",
        "timestamp,UTC time,hashed phone number,sent vs received,message length,time sent\n"
        f"{T0},x,NUMBER,received MMS,12,{T0}\n{T0 + 1},x,NUMBER,sent SMS,3,{T0}\n",
    )
    read = beiwe.read(tmp_path, salt=SALT)
    assert read.tables["calls"].select("kind", "seconds").row(0) == ("in", 60.0)
    assert read.tables["texts"].select("kind", "mms", "length").rows() == [("received", True, 12), ("sent", False, 3)]
    assert read.tables["calls"]["contact"][0] == read.tables["texts"]["contact"][0] != "NUMBER"
    other = beiwe.read(tmp_path, salt=b"another").tables["calls"]["contact"][0]
    assert other != read.tables["calls"]["contact"][0]


def test_survey_answers_take_time_and_survey_from_their_path_and_keep_separators_in_texts(tmp_path: Path):
    put(
        tmp_path,
        "p1/survey_answers/s9/2024-01-01 10_30_00+00_00.csv",
        'question id,question type,question text,question answer options,answer\nq1,slider,"How, today?","0;1;2",2\n',
    )
    row = beiwe.read(tmp_path, salt=SALT).tables["survey_answers"].row(0, named=True)
    assert (row["time"], row["survey"], row["question_text"], row["options"]) == (
        T0 + 10 * 3_600_000 + 30 * 60_000,
        "s9",
        "How, today?",
        "0;1;2",
    )


# --- AWARE ------------------------------------------------------------------------------------------------------------


def test_codes_of_a_screen_are_read_by_platform(tmp_path: Path):
    rows = "".join(f"{T0 + code},{device},{code}\n" for device in ("droid", "apple") for code in range(5))
    put(tmp_path, "screen.csv", "timestamp,device_id,screen_status\n" + rows)
    read = aware.read(tmp_path, salt=SALT, platforms={"apple": "ios"})
    events = {device: rows["event"].to_list() for (device,), rows in read.tables["screen"].group_by("device")}
    assert events == {"droid": ["off", "on", "locked", "unlocked"], "apple": ["off", "on", "off", "unlocked"]}
    assert counts(read) == {"screen": (10, 8, 0, 2, 0)}


def test_a_row_that_does_not_say_whose_it_is_is_held_back(tmp_path: Path):
    put(tmp_path, "screen.csv", f"timestamp,device_id,screen_status\n{T0},,1\n{T0},d,1\n")
    read = aware.read(tmp_path, salt=SALT)
    assert counts(read) == {"screen": (2, 1, 0, 1, 0)}
    assert read.quarantine.rows() == [("screen.csv", 1, "screen", "person_missing")]


def test_the_first_iphone_client_is_known_by_its_codes_of_the_battery(tmp_path: Path):
    rows = f"{T0},apple,3,90,100\n{T0 + 1},apple,1,45,50\n{T0},droid,3,50,100\n"
    put(tmp_path, "battery.csv", "timestamp,device_id,battery_status,battery_level,battery_scale\n" + rows)
    read = aware.read(tmp_path, salt=SALT, platforms={"apple": "ios", "droid": "android"})
    assert read.tables["battery"].select("device", "status", "level").rows() == [
        ("apple", "full", 90.0),
        ("apple", "discharging", 90.0),
        ("droid", "discharging", 50.0),
    ]


def test_states_of_an_iphones_call_make_one_call_and_one_without_an_end_is_held_back(tmp_path: Path):
    states = [("a", 1, 0), ("a", 2, 5), ("a", 4, 65), ("b", 3, 70), ("b", 2, 80), ("b", 4, 110)]
    states += [("c", 1, 200), ("c", 4, 210), ("d", 3, 300), ("d", 4, 310), ("e", 1, 400), ("e", 2, 410)]
    rows = "".join(f"{T0 + second * 1000},apple,{state},0,{trace}\n" for trace, state, second in states)
    put(tmp_path, "calls.csv", "timestamp,device_id,call_type,call_duration,trace\n" + rows)
    read = aware.read(tmp_path, salt=SALT, platforms={"apple": "ios"})
    assert read.tables["calls"].select("kind", "seconds").rows() == [
        ("in", 60.0),
        ("out", 30.0),
        ("missed", 0.0),
        ("out", 0.0),
    ]
    assert read.quarantine["reason"].to_list() == ["code_unknown"]
    counts(read)


def test_typed_text_becomes_a_length_without_its_brackets(tmp_path: Path):
    put(
        tmp_path,
        "keyboard.csv",
        "timestamp,device_id,package_name,before_text,current_text,is_password\n"
        f'{T0},d,app,,[h],0\n{T0 + 1},d,app,[h],"[hi, you]",0\n',
    )
    read = aware.read(tmp_path, salt=SALT)
    assert read.tables["keyboard"].select("before_length", "length").rows() == [(0, 1), (1, 7)]
    assert not any("hi, you" in str(each) for each in read.tables["keyboard"].rows())


def test_what_a_watch_showed_rules_over_the_stamp_beside_it(tmp_path: Path):
    put(
        tmp_path, "fitbit_steps_intraday.csv", "timestamp,device_id,local_date_time,steps\n0,w,2024-01-01 08:00:00,20\n"
    )
    read = aware.read(tmp_path, salt=SALT)
    assert read.on_wall_clock == {"steps_minute"}
    assert read.tables["steps_minute"]["time"].to_list() == [T0 + 8 * 3_600_000]


def test_names_of_files_with_and_without_the_word_sensor_are_one_table_and_strangers_are_named(tmp_path: Path):
    put(tmp_path, "sensor_wifi.csv", f"timestamp,device_id,ssid,bssid,rssi\n{T0},d,home,aa:bb,-40\n")
    put(tmp_path, "phone_screen_raw.csv", f"timestamp,device_id,screen_status\n{T0},d,1\n")
    put(tmp_path, "weather.csv", "timestamp,device_id\n1,d\n")
    put(tmp_path, "participants.csv", "person,device_id\np,d\n")
    read = aware.read(tmp_path, salt=SALT)
    assert read.tables["wifi"].select("name_length", "rssi").row(0) == (4, -40.0)
    assert read.tables["wifi"]["address"][0] != "aa:bb"
    assert read.tables["screen"]["event"].to_list() == ["on"]
    assert read.quarantine.rows() == [("weather.csv", 0, "weather", "table_unknown")]


# --- LAMP -------------------------------------------------------------------------------------------------------------


def event(sensor: str, data: dict, stamp: object = T0) -> dict:
    return {"timestamp": stamp, "sensor": sensor, "data": data}


def test_events_are_read_through_every_envelope_and_stamp(tmp_path: Path):
    gps = {"latitude": 52.1, "longitude": 4.9, "accuracy": 0, "extra": [1]}
    put(
        tmp_path,
        "U1.json",
        json.dumps({"data": [event("lamp.gps", gps, float(T0)), event("lamp.gps", gps, T0 / 1000)]}),
    )
    put(tmp_path, "U2/sensor_event.jsonl", json.dumps(event("lamp.gps", gps, str(T0))) + "\n\n")
    put(tmp_path, "export.json", json.dumps({"U3": {"lamp.gps": [event("lamp.gps", gps)]}}))
    read = lamp.read(tmp_path, salt=SALT)
    assert read.tables["gps"].select("person", "time").rows() == [("U1", T0), ("U2", T0), ("U3", T0)]
    assert counts(read) == {"gps": (4, 3, 1, 0, 0)}
    assert read.tables["gps"]["accuracy"].null_count() == 3


def test_a_bare_number_of_a_device_state_is_never_guessed(tmp_path: Path):
    events = [
        event("lamp.device_state", {"value": 0, "representation": "screen_on"}),
        event("lamp.device_state", {"value": 1}, T0 + 1),
        event("lamp.screen_state", {"state": 4, "battery_level": 80}, T0 + 2),
    ]
    put(tmp_path, "U1.json", json.dumps(events))
    unknown = lamp.read(tmp_path, salt=SALT)
    assert unknown.tables["screen"]["event"].to_list() == ["on"]
    assert unknown.quarantine.select("row", "reason").rows() == [(2, "code_unknown")]
    assert unknown.tables["battery"].select("status", "level").rows() == [("charging", 80.0)]
    assert lamp.read(tmp_path, salt=SALT, device_state="cortex").tables["screen"]["event"].to_list() == ["on", "off"]
    assert lamp.read(tmp_path, salt=SALT, device_state="documents").tables["screen"]["event"].to_list() == ["on", "on"]


def test_nested_acceleration_old_calls_and_unknown_sensors_are_each_taken_for_what_they_are(tmp_path: Path):
    events = [
        event("lamp.accelerometer", {"motion": {"x": 0, "y": 0, "z": -1}}),
        event("lamp.telephony", {"duration": 30, "trace": "t", "type": "incoming"}),
        event("lamp.calls", {"call_type": 2, "call_duration": 5, "phone_number": "NUMBER"}),
        event("lamp.sms", {"sms_type": 1, "length": 8, "phone_number": "NUMBER"}),
        event("lamp.aura", {"value": 1}),
    ]
    put(tmp_path, "U1.json", json.dumps(events))
    read = lamp.read(tmp_path, salt=SALT)
    assert read.tables["accelerometer"]["z"].to_list() == [-9.80665]
    assert read.tables["calls"].select("kind", "seconds").sort("kind").rows() == [("in", 30.0), ("out", 5.0)]
    assert read.tables["texts"].select("kind", "length").rows() == [("received", 8)]
    assert "NUMBER" not in str(read.tables["calls"].rows()) + str(read.tables["texts"].rows())
    assert read.quarantine.rows() == [("U1.json", 0, "lamp.aura", "sensor_unknown")]


def test_a_file_that_is_no_json_is_held_back_whole(tmp_path: Path):
    put(tmp_path, "U1.json", "{not json")
    assert lamp.read(tmp_path, salt=SALT).quarantine.rows() == [("U1.json", 0, "", "file_unreadable")]


# --- flights and tables ------------------------------------------------------------------------------------------------


def test_flights_and_pauses_are_read_with_what_was_observed(tmp_path: Path):
    head = "person,start,end,from_latitude,from_longitude,to_latitude,to_longitude,kind,observed"
    file = put(
        tmp_path,
        "f.csv",
        f"{head}\np,{T0},{T0 + 9},52,4,52,4,pause,1\np,{T0 + 9},{T0 + 20},52,4,53,4,flight,False\np,{T0},{T0},52,4,53,4,hop,1\n",
    )
    read = flights.read(file)
    assert read.tables["flights"].select("kind", "observed").rows() == [("pause", True), ("flight", False)]
    assert counts(read) == {"flights": (3, 2, 0, 1, 0)}


def test_a_mapping_turns_any_columns_units_and_codes_into_a_stream(tmp_path: Path):
    put(tmp_path, "raw/acc.csv", f"subject,ts,ax,ay,az\np,{T0 / 1000},0,0,1\n")
    put(tmp_path, "raw/lock.csv", f"subject,ts,what\np,{T0 / 1000},L\np,{T0 / 1000 + 1},?\n")
    mapping = table.mapping_of(
        """
        [[table]]
        file = "raw/acc.csv"
        stream = "accelerometer"
        columns = { person = "subject", time = "ts", x = "ax", y = "ay", z = "az" }
        units = { time = "s", x = "g", y = "g", z = "g" }
        [[table]]
        file = "raw/lock.csv"
        stream = "screen"
        columns = { person = "subject", time = "ts", event = "what" }
        units = { time = "s" }
        codes.event = { L = "locked" }
        """
    )
    read = table.read(tmp_path, salt=SALT, mapping=mapping)
    assert read.tables["accelerometer"].row(0) == ("p", T0, "p", 0.0, 0.0, 9.80665)
    assert read.tables["screen"]["event"].to_list() == ["locked"]
    assert counts(read)["screen"] == (2, 1, 0, 1, 0)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_named_after_a_stream_needs_no_mapping(tmp_path: Path, ending: str):
    rows = pl.DataFrame({"person": ["p"], "time": [T0], "event": ["on"]})
    getattr(rows, f"write_{ending}")(tmp_path / f"screen.{ending}")
    assert table.read(tmp_path, salt=SALT).tables["screen"].row(0) == ("p", T0, "p", "on")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[[table]]\nfile = 'a'", "mapping_unreadable"),
        ("[[table]]\nfile = 'a'\nstream = 'aura'", "mapping_stream"),
        ("[[table]]\nfile = 'a'\nstream = 'gps'\ncolumns = { colour = 'b' }", "mapping_column"),
        ("[[table]]\nfile = 'a'\nstream = 'gps'\nunits = { time = 'years' }", "mapping_unit"),
    ],
)
def test_a_mapping_that_cannot_hold_is_refused_with_the_reason(text: str, key: str):
    with pytest.raises(table.BadMapping) as refused:
        table.mapping_of(text)
    assert refused.value.key == key
