"""Steps from raw acceleration: against known cadences, and against numbers of another implementation."""

import numpy as np
import polars as pl
import pytest

from samen.rooms.sensing import streams
from samen.rooms.sensing.features import gait
from samen.rooms.sensing.features.gait import GRID, Oak
from samen.rooms.sensing.squeezing import squeezed
from tests.rooms.sensing.streamed import features, ms, ready

G = 9.80665
# summed over seconds, from ssqueezepy 0.6.6 with ("gmw", beta 90, gamma 3), in its own unit times (32 / ln 2)²
SEEN_ELSEWHERE = {(26, 5): 52.872, (26, 14): 51.280, (62, 9): 8.719, (16, 18): 0.321, (25, 0): 1.737}


def phone(seconds: np.ndarray, up: np.ndarray, scale: float = G) -> pl.DataFrame:
    rows = {
        "person": "noor",
        "device": "phone",
        "time": ms("2024-01-10T10:00") + np.rint(seconds * 1000).astype(np.int64),
    }
    return streams.shaped(pl.DataFrame(rows | {"x": 0.0, "y": 0.0, "z": scale * up}), "accelerometer")


def walking(hertz: float, seconds: int, *, rate: int = 20, strength: float = 0.4) -> pl.DataFrame:
    at = np.arange(seconds * rate) / rate
    return phone(at, 1 + strength * np.sin(2 * np.pi * hertz * at))


def walked(rows: pl.DataFrame, **settings: float) -> pl.DataFrame:
    return gait.walked(ready(accelerometer=rows).tables["accelerometer"], Oak(**settings))


def test_the_transform_gives_the_numbers_of_another_implementation():
    at = np.arange(200) / 10
    wave = 0.4 * np.sin(2 * np.pi * 1.8 * at) + 0.15 * np.sin(2 * np.pi * 3.6 * at + 1)
    wave += 0.1 * np.cos(2 * np.pi * (0.7 * at + 0.02 * at * at))
    frequencies, power = squeezed(np.pad(wave, (50, 49))[None], 10)
    shown = np.column_stack([np.interp(GRID, frequencies, column) for column in power[0].T])
    seconds = shown[:, 50:250].reshape(80, 20, 10).sum(axis=2)
    assert seconds.sum() == pytest.approx(1197.818, rel=1e-3)
    assert {at: seconds[at] for at in SEEN_ELSEWHERE} == pytest.approx(SEEN_ELSEWHERE, rel=2e-3)


@pytest.mark.parametrize("hertz", [1.5, 1.8, 2.2])
def test_steps_are_cadence_times_seconds(hertz: float):
    day = features("forest", accelerometer=walking(hertz, 60))[0]
    assert day["walking_time"] == 60
    assert day["steps"] == pytest.approx(60 * hertz, rel=0.02)
    assert day["cadence"] == pytest.approx(hertz, abs=0.05)


def test_a_phone_in_g_gives_the_same_steps():
    in_ms2 = walking(1.8, 20)
    in_g = in_ms2.with_columns(pl.col("z") / G)
    assert walked(in_g)["cadence"].to_list() == walked(in_ms2)["cadence"].to_list()


def test_what_sways_slower_and_faster_than_steps_or_too_weakly_is_no_walking():
    at = np.arange(400) / 20
    shaken = phone(at, 1 + 0.4 * np.sin(2 * np.pi * 3.1 * at) + 0.4 * np.sin(2 * np.pi * 0.8 * at))
    assert walked(shaken).is_empty()
    assert walked(walking(1.8, 20, strength=0.14)).is_empty()


def test_two_seconds_are_too_few_and_three_are_enough():
    assert walked(walking(1.8, 2)).is_empty()
    assert walked(walking(1.8, 3)).height == 3
    assert walked(walking(1.8, 3), min_t=4).is_empty()


def test_a_last_second_with_seven_tenths_is_filled_and_one_with_less_is_cut():
    at = np.arange(57) / 10
    filled = phone(at, 1 + 0.4 * np.sin(2 * np.pi * 1.8 * at))
    assert walked(filled).height == 6
    assert walked(filled.head(56)).height == 5


def test_a_break_parts_two_bouts_and_no_second_is_made_up_between():
    first, second = walking(1.8, 10), walking(1.8, 10).with_columns(pl.col("time") + 20_000)
    both = walked(pl.concat([first, second]))
    assert both["time"].to_list() == [*walked(first)["time"], *walked(second)["time"]]
    assert both.height == 20


def test_an_hour_of_lying_still_counts_no_steps_but_says_that_it_was_measured():
    still = phone(np.arange(0, 100, 0.1), np.ones(1000))
    day = features("forest", accelerometer=still)[0]
    assert (day["walking_time"], day["steps"], day["cadence"]) == (0, 0, None)
