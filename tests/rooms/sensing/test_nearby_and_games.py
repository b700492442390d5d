"""What was nearby, and games: hand-computed days, the peer's own worked example, a plain count, and what must not change anything."""

import math
from collections import Counter
from statistics import mean, median, stdev

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
FEW = settings(deadline=None, max_examples=8)


def seen(*rows: tuple, name: str = "bluetooth", **more) -> pl.DataFrame:
    return stream(name, *rows, columns="time address", **more)


def without(day: dict, prefix: str) -> dict:
    return {name.removeprefix(prefix): value for name, value in day.items() if name.startswith(prefix)}


# Days and sightings of seven devices, as RAPIDS' documentation has them: days apart stand for the dates there.
EXAMPLE = (("a", 0, 3), ("b", 0, 2), ("a", 1, 2), ("b", 1, 1), *(((each, 5, 1)) for each in "cdef"), ("g", 5, 2))


def test_whose_a_device_is_agrees_with_the_peers_worked_example():
    rows = [
        (DAY0 + day * DAY + n * MINUTE + at * 1000, name)
        for at, (name, day, times) in enumerate(EXAMPLE)
        for n in range(times)
    ]
    first, second, last = (without(day, "phone_bluetooth_doryab_") for day in features("rapids", bluetooth=seen(*rows)))
    own, others = "countscansown", "countscansothers"
    assert [each[own] for each in (first, second, last)] == [3, 2, None]
    assert [each[others] for each in (first, second, last)] == [2, 1, 6]
    assert [last[f"{name}others"] for name in ("uniquedevices", "meanscans")] == [5, 1.2]
    assert last["stdscansothers"] == pytest.approx(0.447214, abs=1e-6)
    within = "countscansmostfrequentdevicewithinsegmentsothers"
    assert [each[within] for each in (first, second, last)] == [2, 1, 2]
    assert first["stdscansown"] is None
    assert [last[f"countscansmostfrequentdevice{reach}all"] for reach in ("acrosssegments", "acrossdataset")] == [0, 0]
    assert first["countscansmostfrequentdeviceacrossdatasetall"] == 3
    assert first["countscansmostfrequentdeviceacrosssegmentsothers"] == 2  # of others' devices the one with three


def test_where_all_was_seen_on_one_day_nothing_is_ones_own():
    (day,) = features("rapids", bluetooth=seen((DAY0, "a"), (DAY0 + 1, "a"), (DAY0 + 2, "b")))
    got = without(day, "phone_bluetooth_doryab_")
    assert got["countscansothers"] == got["countscansall"] == 3
    assert got["countscansown"] is None


def test_wifi_of_a_day_by_hand():
    rows = seen(
        (DAY0, "home"), (DAY0 + 500, "next"), (DAY0 + 10 * MINUTE, "home"), (DAY0 + 20 * MINUTE, "home"), name="wifi"
    )
    (peer,) = features("rapids", wifi=rows)
    names = ("countscans", "uniquedevices", "countscansmostuniquedevice")
    assert [peer[f"phone_wifi_visible_rapids_{name}"] for name in names] == [4, 2, 3]
    (day,) = features("samen", wifi=rows)
    own = without(day, "wifi_")
    assert (own["scans_count"], own["seen_count"], own["devices_count"]) == (3, 4, 2)
    assert own["devices_per_scan"] == pytest.approx(4 / 3)
    assert (own["most_count"], own["least_count"], own["once_share"]) == (3, 1, 0.5)
    assert own["entropy_nats"] == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))


def test_a_scan_at_midnight_is_parted_by_the_day_and_two_phones_scan_apart():
    rows = [seen((DAY0 + DAY - 1, "a"), (DAY0 + DAY, "b")), seen((DAY0 + DAY + 1, "c"), device="other")]
    first, second = features("samen", bluetooth=pl.concat(rows).sort("time"))
    assert [each["bluetooth_devices_count"] for each in (first, second)] == [1, 2]
    assert [each["bluetooth_scans_count"] for each in (first, second)] == [1, 2]


SIGHTINGS = st.lists(
    st.tuples(st.integers(0, 2 * 1440), st.sampled_from("abcd")), min_size=1, max_size=60, unique_by=lambda row: row[0]
)


@FEW
@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_sightings_are_those_of_a_plain_count_whatever_the_order_the_zone_and_other_people(drawn, chance):
    rows = sorted((DAY0 + minute * MINUTE, name) for minute, name in drawn)
    everywhere = Counter(name for _, name in rows)  # in order of first sighting
    top = everywhere.most_common(1)[0][0]
    found, peers = features("samen", bluetooth=seen(*rows)), features("rapids", bluetooth=seen(*rows))
    by_day: dict[int, Counter] = {}
    for time, name in rows:
        by_day.setdefault((time - DAY0) // DAY, Counter())[name] += 1
    for own in found:
        count = by_day.get((ms(own["segment_start"]) - DAY0) // DAY, Counter())
        if count:
            assert own["bluetooth_seen_count"] == own["bluetooth_scans_count"] == sum(count.values())
            assert (own["bluetooth_most_count"], own["bluetooth_least_count"]) == (
                max(count.values()),
                min(count.values()),
            )
    assert len(peers) == len(by_day)
    for peer, (_, count) in zip(peers, sorted(by_day.items()), strict=True):
        got = without(peer, "phone_bluetooth_doryab_")
        assert peer["phone_bluetooth_rapids_countscansmostuniquedevice"] == count[top]
        assert got["meanscansall"] == pytest.approx(mean(count.values()))
        assert got["stdscansall"] == (pytest.approx(stdev(count.values())) if len(count) > 1 else None)
        assert (got["countscansown"] or 0) + (got["countscansothers"] or 0) == got["countscansall"]
    mixed = list(rows)
    chance.shuffle(mixed)
    both = pl.concat([seen((DAY0, "z"), person="lea"), seen(*mixed)]).sort("person", "time")
    assert [day for day in features("samen", bluetooth=both) if day["person"] == "noor"] == found
    east = seen(*((time - 5 * 60 * MINUTE, name) for time, name in rows))
    assert features("samen", zone="Etc/GMT-5", bluetooth=east) == found


# --- games ------------------------------------------------------------------------------------------------------------


def played(*sessions: tuple, **more) -> pl.DataFrame:
    """Give sessions of (time, game, taps of (ms, right, level))."""
    rows = [
        (time, game, ms_, str(n), "true" if right else "false", float(level))
        for time, game, taps in sessions
        for n, (ms_, right, level) in enumerate(taps)
    ]
    return stream("activity_event", *rows, columns="time activity duration item type level", **more)


SPAN = (
    (800, True, 2),
    (900, True, 2),
    (700, True, 3),
    (900, True, 3),
    (1100, True, 3),
    (1000, True, 4),
    (5000, False, 4),
)


def test_a_span_by_hand():
    (day,) = features("samen", activity_event=played((DAY0 + MINUTE, "lamp.spatial_span", SPAN)))
    got = without(day, "games_spatial_span_")
    assert (got["sessions_count"], got["practice_count"], got["level_highest"]) == (1, 1, 3)
    assert (got["right_count"], got["errors_count"]) == (6, 1)
    assert got["score_share"] == pytest.approx(6 / 7)
    assert (got["total_s"], got["reaction_median_ms"]) == (10.4, 900)
    assert got["reaction_sd_ms"] == pytest.approx(stdev([tap[0] for tap in SPAN]))
    times = [tap[0] for tap in SPAN]
    slope = sum((n - 3) * (time - mean(times)) for n, time in enumerate(times)) / 28
    assert got["trend_ms"] == pytest.approx(slope)


def test_games_are_kept_apart_and_only_the_first_session_of_each_is_practice():
    taps = ((500, True, 1), (700, True, 1), (900, False, 1))
    rows = played((DAY0, "x1", taps), (DAY0 + 5, "y", taps[:1]), (DAY0 + DAY, "x1", taps[:2]))
    first, second = features("samen", given={"samen": {"games": {"names": ["x1=Trails A"]}}}, activity_event=rows)
    assert [each["games_trails_a_practice_count"] for each in (first, second)] == [1, 0]
    assert [each["games_y_sessions_count"] for each in (first, second)] == [1, 0]
    assert [each["games_trails_a_trend_ms"] for each in (first, second)] == [200, None]  # two taps show no trend
    assert first["games_trails_a_level_highest"] is None  # not all of them right


def test_a_survey_is_no_game_and_a_long_pause_is_no_reaction():
    survey = stream("activity_event", (DAY0, "daily", 900.0, "q", "3"), columns="time activity duration item value")
    (day,) = features("samen", activity_event=survey)
    assert not without(day, "games_")
    (day,) = features("samen", activity_event=played((DAY0, "t", ((500, True, 1), (90_000, True, 1)))))
    assert (day["games_t_reaction_median_ms"], day["games_t_total_s"]) == (500, 90.5)


TAPS = st.lists(st.tuples(st.integers(1, 3000), st.booleans(), st.integers(1, 4)), min_size=1, max_size=20)


@FEW
@given(st.lists(st.tuples(st.integers(0, 2 * 1440), TAPS), min_size=1, max_size=5, unique_by=lambda row: row[0]))
def test_reactions_and_levels_are_those_of_a_walk_through_the_taps(drawn):
    sessions = sorted((DAY0 + minute * MINUTE, "g", tuple(taps)) for minute, taps in drawn)
    other = ((DAY0, "h", ((10, True, 9),)),)
    for day in features("samen", activity_event=played(*sessions, *other).sort("time")):
        number = (ms(day["segment_start"]) - DAY0) // DAY
        mine = [taps for time, _, taps in sessions if (time - DAY0) // DAY == number]
        got = without(day, "games_g_")
        assert (got["sessions_count"] or 0) == len(mine)
        if not mine:
            continue
        times = [tap[0] for taps in mine for tap in taps]
        assert got["reaction_median_ms"] == median(times)
        assert got["reaction_sd_ms"] == (pytest.approx(stdev(times)) if len(times) > 1 else None)
        passed = [
            level
            for taps in mine
            for level in {tap[2] for tap in taps}
            if all(tap[1] for tap in taps if tap[2] == level)
        ]
        assert got["level_highest"] == max(passed, default=None)
        assert got["errors_count"] == sum(not tap[1] for taps in mine for tap in taps)
