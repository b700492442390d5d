"""How much was measured, by hand."""

import pytest

from samen.rooms.sensing import segments
from tests.rooms.sensing.streamed import HOUR, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")


def gps(*times: int):
    return stream("gps", *((time, 52.0, 4.0) for time in times), columns="time latitude longitude")


def test_minutes_and_hours_with_any_row_are_counted_over_the_whole_day():
    full_hour = [DAY0 + HOUR + minute * MINUTE for minute in range(31)]
    half_hour = [DAY0 + 2 * HOUR + minute * MINUTE for minute in range(30)]
    screen = stream("screen", (DAY0 + HOUR + 1, "on"), (DAY0 + 3 * HOUR, "off"), columns="time event")
    (day,) = features("rapids", gps=gps(*full_hour, *half_hour), screen=screen)
    assert day["phone_data_yield_rapids_ratiovalidyieldedminutes"] == pytest.approx(62 / 1440)
    assert day["phone_data_yield_rapids_ratiovalidyieldedhours"] == pytest.approx(1 / 24)


def test_a_study_names_the_sensors_that_count_in_the_peers_words():
    screen = stream("screen", (DAY0, "on"), columns="time event")
    given = {"phone_data_yield": {"sensors": ["PHONE_LOCATIONS"]}}
    (day,) = features("rapids", given=given, gps=gps(DAY0 + 5 * HOUR), screen=screen)
    assert day["phone_data_yield_rapids_ratiovalidyieldedminutes"] == pytest.approx(1 / 1440)


def test_a_day_of_25_hours_is_measured_against_25_hours():
    times = range(ms("2024-10-26T22:00"), ms("2024-10-27T23:00"), MINUTE)
    (day,) = features("rapids", zone="Europe/Amsterdam", gps=gps(*times))
    assert day["phone_data_yield_rapids_ratiovalidyieldedminutes"] == 1
    (own,) = features("samen", zone="Europe/Amsterdam", gps=gps(*times))
    assert (own["coverage_gps_valid_min"], own["coverage_gps_valid_hours"]) == (1500, 25)


def test_what_a_stream_measured_of_a_day():
    times = [DAY0 + 7 * HOUR, DAY0 + 7 * HOUR + 1000, DAY0 + 9 * HOUR, DAY0 + 21 * HOUR]
    screen = stream("screen", (DAY0 + 12 * HOUR, "on"), columns="time event")
    (day,) = features("samen", gps=gps(*times), screen=screen)
    assert [day[f"coverage_gps_{name}"] for name in ("valid_min", "day_min", "night_min", "valid_hours")] == [
        3,
        1,
        2,
        0,
    ]
    assert day["coverage_gps_longest_gap_min"] == 12 * 60
    assert day["coverage_gps_last_seen_min"] == 3 * 60
    assert day["coverage_gps_bins_share"] == pytest.approx(3 / 144)
    assert day["coverage_gps_rate_mean"] == pytest.approx(4 / 3)
    assert day["coverage_any_valid_min"] == 4
    assert day["coverage_screen_longest_gap_min"] == 12 * 60


def test_a_day_in_which_a_stream_was_silent_says_so_with_numbers():
    screen = stream("screen", (DAY0, "on"), ("2024-01-12T00:00", "on"), columns="time event")
    _, silent, _ = features("samen", screen=screen)
    assert (silent["coverage_screen_valid_min"], silent["coverage_screen_longest_gap_min"]) == (0, 1440)
    assert silent["coverage_screen_last_seen_min"] is None


def test_each_part_of_a_day_has_its_own_coverage():
    plan = segments.plan_of(segments.pl.DataFrame({"label": ["six"], "length": [360]}))
    parts = features("samen", plan=plan, gps=gps(DAY0, DAY0 + 13 * HOUR))
    assert [part["coverage_gps_valid_min"] for part in parts] == [1, 0, 1]
    assert parts[2]["segment_end"] == "2024-01-10 17:59:59"
