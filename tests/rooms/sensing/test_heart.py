"""Heart rate of a watch: by hand, and against a plain computation."""

import math
from collections import Counter
from statistics import mean, median, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
PEER = "fitbit_heartrate_intraday_rapids_"


def beats(*rows: tuple, **more):
    return stream("heart_minute", *rows, columns="time rate zone", **more)


def days(*rows: tuple):
    return stream("heart_day", *rows, columns="time resting sdnn")


RATES = beats(
    (DAY0, 60.0, "outofrange"),
    (DAY0 + MINUTE, 90.0, "fatburn"),
    (DAY0 + 2 * MINUTE, 60.0, "outofrange"),
    (DAY0 + 3 * MINUTE, 130.0, "cardio"),
)


def test_rates_of_a_day_as_the_peer_has_them_by_hand():
    (day,) = features("rapids", heart_minute=RATES)
    got = [day[f"{PEER}{name}hr"] for name in ("max", "min", "avg", "median", "mode", "diffmaxmode", "diffminmode")]
    assert got == [130, 60, 85, 75, 60, 70, 0]
    assert day[PEER + "stdhr"] == pytest.approx(stdev([60, 90, 60, 130]))
    assert day[PEER + "entropyhr"] == pytest.approx(-sum(n / 340 * math.log(n / 340) for n in (60, 90, 60, 130)))
    zones = [day[f"{PEER}minuteson{zone}zone"] for zone in ("outofrange", "fatburn", "cardio", "peak")]
    assert zones == [2, 1, 1, 0]


def test_of_several_most_frequent_rates_the_least_counts():
    (day,) = features("rapids", heart_minute=beats((DAY0, 72.0, None), (DAY0 + MINUTE, 62.0, None)))
    assert (day[PEER + "modehr"], day[PEER + "diffmaxmodehr"]) == (62, 10)


def test_resting_rates_are_of_days():
    found = features(
        "rapids", heart_day=days((DAY0, 67.0, None), (DAY0 + DAY, 70.0, None), (DAY0 + 2 * DAY, None, 41.0))
    )
    assert [day["fitbit_heartrate_summary_rapids_avgrestinghr"] for day in found] == [67, 70]
    assert found[0]["fitbit_heartrate_summary_rapids_entropyrestinghr"] == 0


def test_own_entropy_is_of_how_minutes_spread_and_rows_of_one_minute_make_one_rate():
    rows = beats(
        (DAY0, 60.0, None), (DAY0 + 30_000, 64.0, None), (DAY0 + MINUTE, 63.0, None), (DAY0 + 2 * MINUTE, 90.0, None)
    )
    (day,) = features("samen", heart_minute=rows)
    assert (day["heart_measured_min"], day["heart_rate_mean_bpm"]) == (3, pytest.approx((62 + 63 + 90) / 3))
    assert day["heart_rate_entropy_nats"] == pytest.approx(-(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)))
    assert day["heart_zone_peak_min"] is None  # nobody named a zone
    assert features("samen", heart_minute=RATES)[0]["heart_zone_peak_min"] == 0


def test_resting_rate_and_variability_stand_beside_the_minutes():
    (day,) = features("samen", heart_minute=RATES, heart_day=days((DAY0, 58.0, 44.0)))
    assert (day["heart_resting_mean_bpm"], day["heart_sdnn_mean_ms"], day["heart_measured_min"]) == (58, 44, 4)
    (day,) = features("samen", heart_day=days((DAY0, 58.0, 44.0)))
    assert (day["heart_sdnn_mean_ms"], day["heart_rate_mean_bpm"]) == (44, None)


def test_minutes_on_both_sides_of_midnight_belong_to_their_own_day():
    rows = beats((DAY0 + DAY - MINUTE, 60.0, "peak"), (DAY0 + DAY, 80.0, "peak"))
    assert [day[PEER + "avghr"] for day in features("rapids", heart_minute=rows)] == [60, 80]
    assert [day["heart_zone_peak_min"] for day in features("samen", heart_minute=rows)] == [1, 1]


@settings(deadline=None, max_examples=10)
@given(st.dictionaries(st.integers(0, 1439), st.integers(40, 200), min_size=1, max_size=60))
def test_rates_by_a_plain_computation(drawn):
    rows = [(DAY0 + minute * MINUTE, float(rate), None) for minute, rate in sorted(drawn.items())]
    (peer,), (own,) = features("rapids", heart_minute=beats(*rows)), features("samen", heart_minute=beats(*rows))
    rates = [rate for _, rate, _ in rows]
    counted, bins = Counter(rates), Counter(rate // 5 for rate in rates)
    mode = min(rate for rate, count in counted.items() if count == max(counted.values()))
    assert (peer[PEER + "modehr"], own["heart_rate_mode_bpm"]) == (mode, mode)
    assert peer[PEER + "medianhr"] == own["heart_rate_median_bpm"] == pytest.approx(median(rates))
    assert peer[PEER + "avghr"] == pytest.approx(mean(rates))
    assert own["heart_rate_sd_bpm"] == (pytest.approx(stdev(rates)) if len(rates) > 1 else None)
    total = sum(rates)
    assert peer[PEER + "entropyhr"] == pytest.approx(-sum(r / total * math.log(r / total) for r in rates), abs=1e-12)
    spread = -sum(n / len(rates) * math.log(n / len(rates)) for n in bins.values())
    assert own["heart_rate_entropy_nats"] == pytest.approx(spread, abs=1e-12)
