"""Use of a screen: hand-computed days, the same by a plain look at each event, and what must not change anything."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import HOUR, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")


def screen(*events: tuple, **more) -> pl.DataFrame:
    return stream("screen", *events, columns="time event", **more)


def rapids(day: dict, name: str):
    return day[f"phone_screen_rapids_{name}unlock"]


def test_unlock_episodes_of_a_day_by_hand():
    rows = screen(
        ("2024-01-10T07:30", "unlocked"),
        ("2024-01-10T07:40", "off"),
        ("2024-01-10T09:00", "on"),
        ("2024-01-10T09:01", "off"),
        ("2024-01-10T12:00", "unlocked"),
        ("2024-01-10T12:30", "off"),
    )
    (day,) = features("rapids", screen=rows)
    assert [rapids(day, name) for name in ("countepisode", "sumduration", "minduration", "maxduration")] == [
        2,
        40,
        10,
        30,
    ]
    assert rapids(day, "avgduration") == 20
    assert rapids(day, "stdduration") == pytest.approx(math.sqrt(200))
    assert rapids(day, "firstuseafter00") == 450


def test_an_episode_over_midnight_is_cut_and_counts_on_both_days():
    rows = screen(("2024-01-10T23:30", "unlocked"), ("2024-01-11T00:45", "off"))
    first, second = features("rapids", screen=rows)
    assert [rapids(first, "sumduration"), rapids(second, "sumduration")] == [30, 45]
    assert [rapids(first, "firstuseafter00"), rapids(second, "firstuseafter00")] == [1410, 0]
    own_first, own_second = features("samen", screen=rows)
    assert [own_first["screen_unlock_count"], own_second["screen_unlock_count"]] == [1, 0]
    assert own_second["screen_unlock_total_min"] == 45
    assert own_second["screen_first_unlock_min"] is None


def test_the_peers_order_of_events_is_mended_as_the_peer_does():
    rows = screen(
        (
            DAY0 + HOUR,
            "unlocked",
        ),  # written before the on that it follows: swapped, and it counts from the later of both
        (DAY0 + HOUR + 500, "on"),
        (DAY0 + HOUR + MINUTE, "off"),
        (DAY0 + HOUR + MINUTE + 20, "locked"),  # within 50 ms after off: dropped
        (DAY0 + 2 * HOUR, "unlocked"),
        (DAY0 + 2 * HOUR + MINUTE, "locked"),  # no off follows at once: no episode
        (DAY0 + 2 * HOUR + 2 * MINUTE, "off"),
    )
    (day,) = features("rapids", screen=rows)
    assert rapids(day, "countepisode") == 1
    assert rapids(day, "sumduration") == pytest.approx((MINUTE - 500) / MINUTE)
    assert rapids(day, "firstuseafter00") == 60  # whole seconds: the half is left out


def test_on_an_iphone_the_lock_ends_an_episode():
    rows = screen(("2024-01-10T08:00", "unlocked"), ("2024-01-10T08:05", "locked"))
    assert rapids(features("rapids", screen=rows)[0], "sumduration") == 5


def test_an_episode_longer_than_the_limit_is_left_out_and_a_day_without_one_gives_no_row():
    rows = screen(("2024-01-10T01:00", "unlocked"), ("2024-01-10T09:00", "off"))
    names = {"phone_data_yield_rapids_ratiovalidyieldedminutes", "phone_data_yield_rapids_ratiovalidyieldedhours"}
    (day,) = features("rapids", screen=rows)
    assert {name for name, value in day.items() if value is not None} - names == {
        "person",
        "segment",
        "segment_start",
        "segment_end",
    }
    more = {"phone_screen": {"rapids": {"ignore_episodes_longer_than": 0}}}
    assert rapids(features("rapids", given=more, screen=rows)[0], "sumduration") == 480


def test_first_use_counts_from_the_hour_that_the_study_asks_for():
    rows = screen(
        *((f"2024-01-10T0{hour}:15", word) for hour in (1, 6) for word in ("unlocked",)), ("2024-01-10T06:20", "off")
    )
    asked = {"phone_screen": {"rapids": {"reference_hour_first_use": 5}}}
    assert rapids(features("rapids", given=asked, screen=rows)[0], "firstuseafter05") == 75


def test_own_features_know_light_wakes_and_locks():
    rows = screen(
        ("2024-01-10T08:00", "on"),
        ("2024-01-10T08:01", "unlocked"),
        ("2024-01-10T08:05", "locked"),
        ("2024-01-10T08:06", "off"),
        ("2024-01-10T10:00", "on"),
        ("2024-01-10T10:01", "off"),
    )
    (day,) = features("samen", screen=rows)
    assert day["screen_unlock_count"] == 1
    assert day["screen_unlock_total_min"] == 4
    assert (day["screen_on_count"], day["screen_on_total_min"], day["screen_wake_count"]) == (2, 7, 2)
    assert day["screen_first_unlock_min"] == 481


def test_two_phones_are_never_mixed_in_one_episode():
    rows = pl.concat(
        [
            screen(("2024-01-10T08:00", "unlocked"), ("2024-01-10T08:20", "off"), device="old"),
            screen(("2024-01-10T08:10", "off"), device="new"),
        ]
    ).sort("time")
    assert features("samen", screen=rows)[0]["screen_unlock_total_min"] == 20


EVENTS = st.lists(
    st.tuples(st.integers(0, 3 * 1440), st.sampled_from(["on", "off", "locked", "unlocked"])), min_size=1, max_size=60
)


def plainly(events: list[tuple[int, str]]) -> dict[int, float]:
    """Unlocked minutes by day: walk through the events one by one."""
    minutes: dict[int, float] = {}
    opened = None
    for moment, word in events:
        if word == "unlocked":
            opened = moment
        elif word in ("off", "locked") and opened is not None:
            if moment - opened <= 360:
                for minute in range(opened, moment):
                    minutes[minute // 1440] = minutes.get(minute // 1440, 0) + 1
            opened = None
    return minutes


@settings(deadline=None, max_examples=25)
@given(EVENTS)
def test_unlocked_minutes_are_those_of_a_walk_through_the_events(events: list[tuple[int, str]]):
    events = sorted(dict(events).items())  # one event a minute: the order is plain
    rows = screen(*((DAY0 + minute * MINUTE, word) for minute, word in events))
    found = {
        (ms(day["segment_start"]) - DAY0) // (24 * HOUR): day["screen_unlock_total_min"]
        for day in features("samen", screen=rows)
        if day["screen_unlock_total_min"]
    }
    assert found == pytest.approx(plainly(events))


@settings(deadline=None, max_examples=25)
@given(EVENTS, st.randoms(use_true_random=False))
def test_neither_order_nor_another_person_nor_a_whole_shift_of_the_zone_changes_a_day(events, shuffled):
    events = [(DAY0 + minute * MINUTE, word) for minute, word in sorted(dict(events).items())]
    mine = features("samen", screen=screen(*events))
    mixed = list(events)
    shuffled.shuffle(mixed)
    theirs = screen((DAY0, "unlocked"), (DAY0 + HOUR, "off"), person="lea")
    both = pl.concat([theirs, screen(*mixed)])
    assert [day for day in features("samen", screen=both.sort("person", "time")) if day["person"] == "noor"] == mine
    east = features("samen", zone="Etc/GMT-5", screen=screen(*((moment - 5 * HOUR, word) for moment, word in events)))
    assert east == mine
