"""Apps in front and typing: hand-computed days, a plain walk through the rows, and what must not change anything."""

import itertools
import math
from collections import Counter, defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
FEW = settings(deadline=None, max_examples=8)
SIGNAL, FOX = "org.thoughtcrime.securesms", "org.mozilla.firefox"


def apps(*rows: tuple, **more) -> pl.DataFrame:
    return stream("apps", *((time, app, False) for time, app in rows), columns="time package is_system", **more)


def keys(*rows: tuple, **more) -> pl.DataFrame:
    return stream("keyboard", *rows, columns="time app before_length length is_password", **more)


def rapids(day: dict, name: str):
    return day[f"phone_applications_foreground_rapids_{name}"]


DARK = stream("screen", ("2024-01-10T10:00", "off"), ("2024-01-11T00:30", "off"), columns="time event")
USED = (("2024-01-10T09:00", FOX), ("2024-01-10T09:20", SIGNAL), ("2024-01-10T09:50", FOX), ("2024-01-10T23:50", FOX))


def test_apps_of_a_day_by_hand():
    first, second = features("samen", apps=apps(*USED), screen=DARK)
    assert (first["apps_use_count"], first["apps_apps_count"]) == (4, 2)
    assert first["apps_total_min"] == 20 + 30 + 10 + 10  # the screen goes dark at ten, and midnight cuts the last
    assert (first["apps_browser_min"], first["apps_messages_min"]) == (40, 30)
    assert (first["apps_browser_count"], first["apps_messages_count"]) == (3, 1)
    assert (first["apps_first_min"], first["apps_last_min"], first["apps_top_share"]) == (540, 1430, 0.75)
    assert first["apps_entropy_nats"] == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert (second["apps_browser_min"], second["apps_browser_count"], second["apps_use_count"]) == (30, 0, 0)


def test_apps_as_the_peer_has_them_by_hand():
    asked = {"phone_applications_foreground": {"rapids": {"custom_categories": [f"talk: {SIGNAL} x.y"]}}}
    first, second = features("rapids", given=asked, apps=apps(*USED), screen=DARK)
    assert [rapids(first, f"{each}all") for each in ("countevent", "timeoffirstuse", "timeoflastuse")] == [4, 540, 1430]
    assert [rapids(first, f"{each}durationall") for each in ("min", "max", "mean", "sum")] == [10, 30, 17.5, 70]
    assert rapids(first, "frequencyentropyall") == pytest.approx(0.5623, abs=1e-4)
    assert [rapids(first, f"count{each}top1global") for each in ("event", "episode")] == [3, 3]
    assert [rapids(first, f"{each}talk") for each in ("countevent", "sumduration")] == [1, 30]
    assert [rapids(second, f"{each}all") for each in ("countevent", "countepisode", "sumduration")] == [0, 1, 30]


def test_apps_of_the_system_and_of_a_phone_that_never_goes_dark_have_no_time():
    rows = stream(
        "apps",
        ("2024-01-10T09:00", "com.launcher", True),
        ("2024-01-10T09:01", FOX, False),
        columns="time package is_system",
    )
    (day,) = features("samen", apps=rows)
    assert (day["apps_use_count"], day["apps_total_min"]) == (1, None)


def test_typing_of_a_day_by_hand():
    rows = keys(
        (DAY0, "a", 0, 1, False),
        (DAY0 + 400, "a", 1, 2, False),
        (DAY0 + 1000, "a", 2, 1, False),
        (DAY0 + 1500, "b", 0, 4, False),  # another app: a new session
        (DAY0 + 6500, "b", 4, 1, False),  # after five seconds: another one
        (DAY0 + 6700, "b", 1, 2, False),
    )
    (peer,) = features("rapids", keyboard=rows)
    got = {name.removeprefix("phone_keyboard_rapids_"): value for name, value in peer.items()}
    assert (got["sessioncount"], got["totalkeyboardtouches"]) == (3, 2)
    assert got["averagesessionlength"] == pytest.approx((1000 + 0 + 200) / 3)
    assert got["averageinterkeydelay"] == pytest.approx((500 + 200) / 2)
    changes = ("lessthanminusone", "equaltominusone", "equaltoone", "morethanone")
    assert [got[f"changeintextlength{name}"] for name in changes] == [1, 1, 3, 1]
    assert (got["maxtextlength"], got["lastmessagelength"]) == (4, 2)
    (own,) = features("samen", keyboard=rows)
    assert (own["keyboard_session_count"], own["keyboard_touch_count"], own["keyboard_apps_count"]) == (3, 6, 2)
    assert own["keyboard_session_total_min"] == pytest.approx(1200 / MINUTE)
    assert (own["keyboard_delay_median_ms"], own["keyboard_delay_mean_ms"]) == (400, 400)
    assert own["keyboard_delay_sd_ms"] == pytest.approx(200)


def test_what_is_typed_as_a_password_leaves_no_trace_in_our_own_features():
    rows = keys((DAY0, "a", 0, 1, True), (DAY0 + 100, "a", 1, 2, True), (DAY0 + 2000, "a", 0, 1, False))
    (day,) = features("samen", keyboard=rows)
    assert (day["keyboard_touch_count"], day["keyboard_delay_mean_ms"]) == (1, None)


def test_a_session_over_midnight_counts_once_and_its_time_is_cut():
    rows = keys((DAY0 + DAY - 2000, "a", 0, 1, False), (DAY0 + DAY + 1000, "a", 1, 2, False))
    first, second = features("samen", keyboard=rows)
    assert [each["keyboard_session_count"] for each in (first, second)] == [1, 0]
    assert [each["keyboard_session_total_min"] * MINUTE for each in (first, second)] == pytest.approx([2000, 1000])
    assert [each["keyboard_delay_mean_ms"] for each in (first, second)] == [None, 3000]


TYPED = st.lists(
    st.tuples(st.integers(0, 2 * 86_400), st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=60,
    unique_by=lambda row: row[0],
)


@FEW
@given(TYPED)
def test_sessions_of_typing_are_those_of_a_walk_through_the_keys(drawn):
    rows = sorted((DAY0 + second * 1000, app, before, after, False) for second, app, before, after in drawn)
    sessions: dict[int, list[list[int]]] = defaultdict(list)
    last: tuple = (None, None, None)
    for time, app, *_ in rows:
        day = (time - DAY0) // DAY
        if last[0] != day or last[1] != app or time - last[2] >= 5000:
            sessions[day].append([])
        sessions[day][-1].append(time)
        last = (day, app, time)
    for each in features("rapids", keyboard=keys(*rows)):
        mine = sessions[(ms(each["segment_start"]) - DAY0) // DAY]
        assert each["phone_keyboard_rapids_sessioncount"] == len(mine)
        lengths = [times[-1] - times[0] for times in mine]
        assert each["phone_keyboard_rapids_averagesessionlength"] == pytest.approx(sum(lengths) / len(lengths))


SEEN = st.lists(
    st.tuples(st.integers(0, 2 * 1440), st.sampled_from([FOX, SIGNAL, "x", "off"])),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[0],
)


@FEW
@given(SEEN, st.randoms(use_true_random=False))
def test_minutes_in_front_are_those_of_a_walk_whatever_the_order_the_zone_and_other_people(drawn, chance):
    events = sorted(drawn)
    minutes: dict[int, Counter] = defaultdict(Counter)
    for (minute, app), (until, _) in itertools.pairwise(events):
        if app != "off" and until - minute <= 360:
            for each in range(minute, until):
                minutes[each // 1440][app] += 1
    used = [(DAY0 + minute * MINUTE, app) for minute, app in events if app != "off"]
    dark = [(DAY0 + minute * MINUTE, app) for minute, app in events if app == "off"]
    tables = {"apps": apps(*used), "screen": stream("screen", *dark, columns="time event")}
    found = features("samen", **tables)
    for day in found:
        plain = minutes[(ms(day["segment_start"]) - DAY0) // DAY]
        assert (day.get("apps_total_min") or 0) == sum(plain.values())
        assert (day.get("apps_browser_min") or 0) == plain[FOX]
    if not used:
        return
    mixed = list(used)
    chance.shuffle(mixed)
    with_lea = pl.concat([apps((DAY0, "x"), (DAY0 + MINUTE, FOX), person="lea"), apps(*mixed)])
    others = features("samen", apps=with_lea.sort("person", "time"), screen=tables["screen"])
    mine = [{name: day.get(name) for name in found[0]} for day in others if day["person"] == "noor"]
    assert mine == found
    east = {
        name: rows.with_columns(pl.col("time") - 5 * 3_600_000) for name, rows in tables.items()
    }  # the same clock, five zones to the east
    assert features("samen", zone="Etc/GMT-5", **east) == found
