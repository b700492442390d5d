"""Battery, calls, texts and coverage against a plain computation, one row after another, in nothing but Python."""

import itertools
import math
from collections import Counter, defaultdict
from statistics import mean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, HOUR, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
SECONDS = st.integers(0, 3 * 86_400 - 1)
FEW = settings(deadline=None, max_examples=25)


def by_day(found: list[dict]) -> dict[int, dict]:
    return {(ms(each["segment_start"]) - DAY0) // DAY: each for each in found}


# --- battery ----------------------------------------------------------------------------------------------------------


def battery_plainly(rows: list[tuple[int, str, int]]) -> dict[int, dict[str, list[float]]]:
    """Walk through the rows, keep an open episode of levels, and look at each day's part of each closed one."""
    episodes: list[list[tuple[int, int, str, int]]] = []
    for index, (time, status, level) in enumerate(rows):
        following = rows[index + 1][0] if index + 1 < len(rows) else math.inf
        lasting = (time, min(following, time + 30 * MINUTE), status, level)
        if episodes:
            begun, _, old, last = episodes[-1][-1]
            rises = level > last if old == "discharging" else level < last
            if old == status and time - begun <= 30 * MINUTE and not rises:
                episodes[-1].append(lasting)
                continue
        episodes.append([lasting])
    days: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for levels in episodes:
        for day in range(5):
            begin, end = DAY0 + day * DAY, DAY0 + (day + 1) * DAY
            inside = [each for each in levels if each[0] < end and each[1] > begin]
            drop = inside[0][3] - inside[-1][3] if inside else 0
            if drop:
                minutes = (min(end, inside[-1][1]) - max(begin, inside[0][0])) / MINUTE
                days[day][inside[0][2]].append(minutes)
                days[day][f"{inside[0][2]} rate"].append(drop / minutes)
    return days


@FEW
@given(
    st.lists(
        st.tuples(SECONDS, st.sampled_from(["charging", "discharging"]), st.integers(0, 100)),
        min_size=1,
        max_size=60,
        unique_by=lambda row: row[0],
    )
)
def test_battery(drawn):
    rows = sorted((DAY0 + second * 1000, status, level) for second, status, level in drawn)
    found = by_day(features("rapids", battery=stream("battery", *rows, columns="time status level")))
    expected = battery_plainly(rows)
    with_episodes = {day for day, each in found.items() if each.get("phone_battery_rapids_countcharge") is not None}
    assert with_episodes == set(expected)
    for day, episodes in expected.items():
        got = {name.removeprefix("phone_battery_rapids_"): value for name, value in found[day].items()}
        drains, loads = episodes["discharging"], episodes["charging"]
        assert (got["countdischarge"], got["countcharge"]) == (len(drains), len(loads))
        assert got["sumdurationdischarge"] == pytest.approx(sum(drains))
        assert got["sumdurationcharge"] == pytest.approx(sum(loads))
        rates = episodes["discharging rate"]
        assert got["maxconsumptionrate"] == pytest.approx(max(rates, default=0))
        assert got["avgconsumptionrate"] == pytest.approx(mean(rates or [0]))


# --- calls and texts ----------------------------------------------------------------------------------------------------

CALLS = st.lists(
    st.tuples(SECONDS, st.sampled_from(["in", "out", "missed"]), st.integers(0, 90), st.sampled_from("abc")),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[0],
)
WORDS = {"in": "incoming", "out": "outgoing", "missed": "missed"}


@FEW
@given(CALLS)
def test_calls(drawn):
    rows = sorted((DAY0 + second * 1000, kind, float(length), who) for second, kind, length, who in drawn)
    rows = [row for row in rows if row[0] % DAY < DAY - 100_000] or [(DAY0, "in", 1.0, "a")]  # no call crosses midnight
    found = by_day(features("rapids", calls=stream("calls", *rows, columns="time kind seconds contact")))
    assert set(found) == {(time - DAY0) // DAY for time, *_ in rows}
    for day, got in found.items():
        for kind, word in WORDS.items():
            ours = [
                (time, length, who) for time, each, length, who in rows if each == kind and (time - DAY0) // DAY == day
            ]
            of_kind = Counter(who for _, each, _, who in rows if each == kind)  # counts in order of first appearance
            name = f"phone_calls_rapids_{word}_"
            assert got[name + "count"] == len(ours)
            assert got[name + "distinctcontacts"] == len({who for *_, who in ours})
            top = of_kind.most_common(1)[0][0] if of_kind else None
            assert got[name + "countmostfrequentcontact"] == sum(who == top for *_, who in ours)
            minutes = [(time - DAY0) % DAY // MINUTE for time, *_ in ours]
            assert got[name + "timefirstcall"] == (min(minutes) if minutes else None)
            assert got[name + "timelastcall"] == (max(minutes) if minutes else None)
            lengths = [length for _, length, _ in ours]
            if kind == "missed":
                continue
            if not lengths:
                assert (got[name + "meanduration"], got[name + "sumduration"], got[name + "stdduration"]) == (
                    0,
                    0,
                    None,
                )
                continue
            assert got[name + "sumduration"] == sum(lengths)
            assert got[name + "meanduration"] == pytest.approx(mean(lengths))
            assert got[name + "stdduration"] == (pytest.approx(stdev(lengths)) if len(lengths) > 1 else None)
            assert got[name + "modeduration"] == Counter(lengths).most_common(1)[0][0]
            total, held = sum(lengths), [length for length in lengths if length]
            if total:
                plain = -sum(length / total * math.log(length / total) for length in held)
                assert got[name + "entropyduration"] == pytest.approx(plain + (len(held) - 1) / (2 * total), abs=1e-12)
            else:
                assert got[name + "entropyduration"] is None


@FEW
@given(
    st.lists(
        st.tuples(SECONDS, st.sampled_from(["sent", "received"]), st.booleans(), st.sampled_from("abc")),
        min_size=1,
        max_size=40,
        unique_by=lambda row: row[0],
    )
)
def test_texts_as_forest_has_them(drawn):
    rows = sorted((DAY0 + second * 1000, kind, mms, 5, who) for second, kind, mms, who in drawn)
    found = by_day(features("forest", texts=stream("texts", *rows, columns="time kind mms length contact")))
    for day, got in found.items():
        sms = [(kind, who) for time, kind, mms, _, who in rows if (time - DAY0) // DAY == day and not mms]
        to, of = ({who for kind, who in sms if kind == way} for way in ("sent", "received"))
        assert (got["num_s"], got["num_s_tel"], got["num_r_tel"]) == (
            sum(k == "sent" for k, _ in sms),
            len(to),
            len(of),
        )
        assert got["text_reciprocity_incoming"] == sum(kind == "received" and who not in to for kind, who in sms)
        assert got["text_reciprocity_outgoing"] == sum(kind == "sent" and who not in of for kind, who in sms)
        assert got["num_uniq_individuals_call_or_text"] == len(to | of)


# --- coverage -----------------------------------------------------------------------------------------------------------


@FEW
@given(st.lists(SECONDS, min_size=1, max_size=200, unique=True))
def test_coverage(drawn):
    moments = sorted(DAY0 + second * 1000 for second in drawn)
    rows = stream("screen", *((moment, "on") for moment in moments), columns="time event")
    peers, own = by_day(features("rapids", screen=rows)), by_day(features("samen", screen=rows))
    for day in range((moments[-1] - DAY0) // DAY + 1):
        begin = DAY0 + day * DAY
        ours = [moment - begin for moment in moments if begin <= moment < begin + DAY]
        if day not in own:
            assert not ours
            continue
        minutes = {moment // MINUTE for moment in ours}
        hours = Counter(minute // 60 for minute in minutes)
        got = {name.removeprefix("coverage_screen_"): value for name, value in own[day].items()}
        assert got["valid_min"] == len(minutes)
        assert got["day_min"] == sum(8 <= minute // 60 < 20 for minute in minutes)
        assert got["valid_hours"] == sum(count > 30 for count in hours.values())
        edges = [0, *ours, DAY]
        longest = max(after - before for before, after in itertools.pairwise(edges))
        assert got["longest_gap_min"] == pytest.approx(longest / MINUTE)
        assert got["bins_share"] == pytest.approx(len({minute // 10 for minute in minutes}) / 144)
        if ours:
            name = "phone_data_yield_rapids_ratiovalidyielded"
            assert peers[day][name + "minutes"] == pytest.approx(len(minutes) / 1440)
            assert peers[day][name + "hours"] == pytest.approx(
                sum(count > 30 for count in hours.values()) / (DAY / HOUR)
            )
