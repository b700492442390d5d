"""A battery's day by hand."""

import pytest

from tests.rooms.sensing.streamed import features, stream


def battery(*rows: tuple):
    return stream("battery", *rows, columns="time status level")


DISCHARGED = battery(
    ("2024-01-10T08:00", "discharging", 90),
    ("2024-01-10T08:20", "discharging", 80),
    ("2024-01-10T08:40", "discharging", 80),
    ("2024-01-10T09:00", "charging", 80),
    ("2024-01-10T09:20", "charging", 90),
    ("2024-01-10T12:00", "discharging", 90),
)


def rapids(day: dict, name: str):
    return day[f"phone_battery_rapids_{name}"]


def test_episodes_last_to_the_next_row_or_half_an_hour_and_one_without_a_change_is_left_out():
    (day,) = features("rapids", battery=DISCHARGED)
    assert (rapids(day, "countdischarge"), rapids(day, "sumdurationdischarge")) == (1, 60)
    assert (rapids(day, "countcharge"), rapids(day, "sumdurationcharge")) == (1, 50)
    assert rapids(day, "avgconsumptionrate") == pytest.approx(10 / 60)
    assert rapids(day, "maxconsumptionrate") == pytest.approx(10 / 60)


def test_a_level_that_rises_while_discharging_begins_a_new_episode():
    rows = battery(
        ("2024-01-10T08:00", "discharging", 90),
        ("2024-01-10T08:10", "discharging", 80),
        ("2024-01-10T08:20", "discharging", 85),
        ("2024-01-10T08:30", "discharging", 75),
    )
    (day,) = features("rapids", battery=rows)
    assert rapids(day, "countdischarge") == 2
    assert rapids(day, "sumdurationdischarge") == 20 + 40
    assert rapids(day, "maxconsumptionrate") == pytest.approx(10 / 20)


def test_a_piece_of_an_episode_has_the_drop_that_lies_in_it_and_without_one_it_is_left_out():
    rows = battery(
        ("2024-01-10T23:40", "discharging", 60),
        ("2024-01-10T23:50", "discharging", 50),
        ("2024-01-11T00:05", "discharging", 40),
    )
    first, second = features("rapids", battery=rows)
    assert [rapids(day, "sumdurationdischarge") for day in (first, second)] == [20, 35]
    assert [rapids(day, "avgconsumptionrate") for day in (first, second)] == pytest.approx([10 / 20, 10 / 35])
    assert (rapids(first, "countcharge"), rapids(first, "sumdurationcharge")) == (0, 0)
    first, second = features("rapids", battery=rows[1:])
    assert rapids(first, "countdischarge") is None
    assert rapids(second, "countdischarge") == 1


def test_without_a_discharge_its_rates_are_0_as_the_peer_has_them():
    rows = battery(("2024-01-10T08:00", "charging", 50), ("2024-01-10T08:10", "charging", 60))
    (day,) = features("rapids", battery=rows)
    assert (rapids(day, "countcharge"), rapids(day, "avgconsumptionrate"), rapids(day, "maxconsumptionrate")) == (
        1,
        0,
        0,
    )


def test_a_battery_in_our_own_words():
    (day,) = features("samen", battery=DISCHARGED)
    assert (day["battery_level_min_pct"], day["battery_level_max_pct"], day["battery_level_last_pct"]) == (80, 90, 90)
    assert day["battery_level_mean_pct"] == pytest.approx((90 * 20 + 80 * 40 + 80 * 20 + 90 * 30 + 90 * 30) / 140)
    assert (day["battery_charge_count"], day["battery_discharge_count"]) == (1, 2)
    assert (day["battery_charge_total_min"], day["battery_discharge_total_min"]) == (50, 90)
    assert day["battery_drain_pct_per_h"] == pytest.approx(10)


def test_a_phone_that_writes_changes_only_is_charging_until_it_says_otherwise():
    rows = battery(
        ("2024-01-10T01:00", "plugged", None),
        ("2024-01-10T07:00", "unplugged", None),
        ("2024-01-10T08:00", "shutdown", None),
    )
    (day,) = features("samen", battery=rows)
    assert (day["battery_charge_total_min"], day["battery_shutdown_count"]) == (360, 1)
