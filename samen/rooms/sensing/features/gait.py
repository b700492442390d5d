"""Steps and cadence from raw acceleration, wherever a phone is carried."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.signal import windows

from samen.rooms.sensing.segments import within
from samen.rooms.sensing.sphere import Floats, Whole
from samen.rooms.sensing.squeezing import squeezed
from samen.rooms.sensing.streams import GRAVITY

RATE = 10  # Hz, to which acceleration is resampled
APART = 1_000  # ms: a longer break begins a new bout
NEARLY = 0.7  # a last second with this share of its samples is filled, with less it is cut
MARGIN = 5  # s of zeros on both sides
GRID = np.arange(0.5, 4.5, 0.05)  # Hz
AT_ONCE = 64  # bouts in one transform


@dataclass(frozen=True)
class Oak:
    """Parameters of Forest's oak (Straczkiewicz et al. 2023), under their own names."""

    TABLE: ClassVar[str] = "oak"

    min_amp: float = 0.3  # g, peak to peak in a second
    step_freq: tuple[float, float] = (1.4, 2.3)  # Hz
    alpha: float = 0.6  # largest peak below ÷ peak of steps
    beta: float = 2.5  # largest peak above ÷ peak of steps
    min_t: int = 3  # s
    delta: int = 20  # bins of 0.05 Hz by which cadence may change in a second


def forest(rows: pl.DataFrame, segments: pl.DataFrame, settings: Oak) -> pl.DataFrame:
    """Walking as Forest's oak finds it.

    Takes:  accelerometer by person and time, with local.
    Gives:  at, walking_time (s), steps (count, a sum of cadences), cadence (steps/s, null without walking). The peer lets a
            peak count when either the peak above or the one below is weak enough, so a strong slower sway can count as steps.
    Source: Straczkiewicz et al. 2023, doi:10.1038/s41746-022-00745-z; facts sheet, part 7.
    """
    seconds = walked(rows, settings)
    counted = within(seconds, segments).group_by("at", maintain_order=True)
    found = counted.agg(
        pl.len().cast(pl.Int64).alias("walking_time"), pl.col("cadence").sum().alias("steps"), pl.col("cadence").mean()
    )
    seen = within(rows.select("person", "time"), segments).select("at").unique(maintain_order=True)
    return seen.join(found, on="at", how="left", maintain_order="left").select(
        "at", pl.col("walking_time").fill_null(0), pl.col("steps").fill_null(0.0), "cadence"
    )


def walked(rows: pl.DataFrame, settings: Oak) -> pl.DataFrame:
    """Give person, time (ms UTC, begin of the second), cadence (Hz): one row for each second of walking."""
    starts, lengths, magnitude = _resampled(rows)
    firsts = np.cumsum(lengths) - lengths
    moving = _moving(magnitude, settings)
    begun, found = [], []
    enough = np.add.reduceat(np.r_[moving, False].astype(np.int64), firsts // RATE) if len(firsts) else firsts
    for length in np.unique(lengths[enough >= settings.min_t]):
        bouts = np.flatnonzero((lengths == length) & (enough >= settings.min_t))
        for some in range(0, len(bouts), max(1, AT_ONCE * 100 // int(length))):
            chosen = bouts[some : some + max(1, AT_ONCE * 100 // int(length))]
            at = firsts[chosen][:, None] + np.arange(length)
            valid = moving[firsts[chosen][:, None] // RATE + np.arange(length // RATE)]
            cadence = cadences(magnitude[at], valid, settings)
            bout, second = np.nonzero(cadence)
            begun.append(np.column_stack([starts[chosen][bout], second]))
            found.append(cadence[bout, second])
    rows_at = np.concatenate(begun) if begun else np.zeros((0, 2), dtype=np.int64)
    return pl.DataFrame(
        {
            "person": rows["person"][rows_at[:, 0]],
            "time": rows["time"][rows_at[:, 0]] + pl.Series(rows_at[:, 1] * 1000, dtype=pl.Int64),
            "cadence": pl.Series(np.concatenate(found) if found else [], dtype=pl.Float64),
        }
    ).sort("person", "time")


def _resampled(rows: pl.DataFrame) -> tuple[Whole, Whole, Floats]:
    """Give for each bout the row where it starts and its samples (whole seconds), and the magnitude in g less 1 of all."""
    time = rows["time"].to_numpy()
    person = rows["person"].rle_id().to_numpy()
    is_first = (
        np.r_[True, (person[1:] != person[:-1]) | (np.diff(time) > APART)] if len(time) else np.zeros(0, np.bool_)
    )
    starts = np.flatnonzero(is_first)
    stops = np.r_[starts[1:], len(time)]
    whole = (time[stops - 1] - time[starts]) * RATE // 1000 + 1
    lasting, rest = whole // RATE, whole % RATE
    lengths = (lasting + (rest >= NEARLY * RATE)) * RATE
    starts, whole, lengths = starts[lengths > 0], whole[lengths > 0], lengths[lengths > 0]
    bout = np.repeat(np.arange(len(starts)), lengths)
    tick = np.arange(len(bout)) - (np.cumsum(lengths) - lengths)[bout]
    tick = np.minimum(tick, whole[bout] - 1)
    far = (np.cumsum(is_first) - 1) * (
        int(np.ptp(time)) + 10_000 if len(time) else 0
    )  # bouts lie apart on one long line
    line = (time - (time[0] if len(time) else 0) + far).astype(np.float64)
    wanted = line[starts][bout] + tick * (1000 / RATE)
    axes = (
        [np.interp(wanted, line, rows[axis].to_numpy()) for axis in ("x", "y", "z")] if len(line) else [np.zeros(0)] * 3
    )
    magnitude = np.sqrt(axes[0] ** 2 + axes[1] ** 2 + axes[2] ** 2)
    mean = np.bincount(bout, magnitude, minlength=len(starts)) / np.maximum(lengths, 1)
    return starts, lengths, magnitude / np.where(mean > 5, GRAVITY, 1.0)[bout] - 1


def _moving(magnitude: Floats, settings: Oak) -> npt.NDArray[np.bool_]:
    by_second = magnitude.reshape(-1, RATE)
    return np.asarray(np.ptp(by_second, axis=1) >= settings.min_amp)


def cadences(magnitude: Floats, valid: npt.NDArray[np.bool_], settings: Oak) -> Floats:
    """Give the cadence in each second (Hz, 0 = no walking): bout, second.

    Takes: magnitude (g, less 1) of bouts of one length; valid: which of their seconds move enough.
    """
    tapered = magnitude * windows.tukey(magnitude.shape[1], alpha=0.02)
    padded = np.pad(tapered, ((0, 0), (MARGIN * RATE, MARGIN * RATE - 1)))
    shown = slice(MARGIN * RATE, MARGIN * RATE + magnitude.shape[1])
    frequencies, power = squeezed(padded, RATE, shown=shown)
    seconds = power.reshape(*power.shape[:2], -1, RATE).sum(axis=3)
    high = np.clip(np.searchsorted(frequencies, GRID), 1, len(frequencies) - 1)
    share = ((GRID - frequencies[high - 1]) / (frequencies[high] - frequencies[high - 1]))[:, None]
    strength = seconds[:, high - 1] * (1 - share) + seconds[:, high] * share
    at = _step_peaks(strength.swapaxes(1, 2), settings)
    return _lasting(np.where(valid, at, -1), settings)


def _step_peaks(strength: Floats, settings: Oak) -> Whole:
    """Give the bin of the peak of steps in each second (bout, second), -1 where no peak counts."""
    is_peak = np.zeros(strength.shape, dtype=np.bool_)
    middle = strength[..., 1:-1]
    is_peak[..., 1:-1] = (middle > strength[..., :-2]) & (middle >= strength[..., 2:])
    low, high = (int(np.argmin(np.abs(GRID - edge))) for edge in settings.step_freq)
    peaks = np.where(is_peak, strength, 0.0)
    best = peaks[..., low : high + 1].argmax(axis=-1) + low
    own = np.take_along_axis(peaks, best[..., None], axis=-1)[..., 0]
    below, above = peaks[..., :low].max(axis=-1), peaks[..., high + 1 :].max(axis=-1)
    counts = (own > 0) & ((above < settings.beta * own) | (below < settings.alpha * own))
    return np.where(counts, best, -1)


def _lasting(at: Whole, settings: Oak) -> Floats:
    """Keep what lasts long enough without jumping, and give its cadence."""
    bouts, seconds = at.shape
    linked = (at[:, 1:] >= 0) & (at[:, :-1] >= 0) & (np.abs(np.diff(at, axis=1)) <= settings.delta)
    run = np.cumsum(np.column_stack([np.ones(bouts, dtype=np.bool_), ~linked]).reshape(-1)) - 1
    long = np.bincount(run)[run].reshape(bouts, seconds) >= settings.min_t
    return np.where((at >= 0) & long, GRID[np.maximum(at, 0)], 0.0)
