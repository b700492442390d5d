"""How fast streams are read and features computed. `make bench-sensing`; name works to run only those.

PW is one participant-week as the sheet of facts counts it: accelerometer 3,024,000 rows (10 Hz, 10 s on, 10 s off), about 1,150
events of a screen. Each figure is the best of three runs, for a shared machine is slow by chance, never quick. A new work is a
function here and a line in WORKS.
"""

import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import polars as pl

from samen.rooms.sensing import computing, segments, streams, zones
from samen.rooms.sensing.features import coverage, screen
from samen.rooms.sensing.reading import beiwe
from samen.rooms.sensing.reading.receipt import Read

T0 = 1_704_067_200_000  # 2024-01-01 00:00 UTC
HOUR, WEEK = 3_600_000, 7 * 86_400_000  # ms
RUNS = 3


def best(work: Callable[[], object]) -> float:
    """Give the seconds of the quickest of a few runs."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def tell(what: str, measured: str, aim: str) -> None:
    print(f"{what:<64} {measured:<34} aim {aim}")


def accelerometer_week(person: str) -> pl.DataFrame:
    """Give one PW of an accelerometer at rest with noise and an hour of walking a day."""
    random = np.random.default_rng(7)
    time_of = T0 + np.arange(0, WEEK, 20_000)[:, None] + np.arange(100) * 100
    moments = time_of.ravel()
    is_walking = (moments // HOUR) % 24 == 17
    noise = random.normal(0, 0.05, (3, len(moments)))
    beat = np.where(is_walking, 3 * np.sin(2 * np.pi * 1.8 * moments / 1000), 0)
    return pl.DataFrame(
        {
            "person": person,
            "time": moments,
            "device": person,
            "x": noise[0],
            "y": noise[1],
            "z": 9.80665 + beat + noise[2],
        }
    )


def screen_weeks(people: int) -> pl.DataFrame:
    """Give PWs of a screen: some 55 uses a day of on, unlock and off."""
    random = np.random.default_rng(11)
    uses = 384
    begins = T0 + np.sort(random.integers(0, WEEK - 600_000, (people, uses)), axis=1)
    moments = np.stack([begins, begins + 1500, begins + 1500 + random.integers(5_000, 90_000, begins.shape)], axis=2)
    names = np.repeat([f"p{number:05d}" for number in range(people)], uses * 3)
    table = pl.DataFrame(
        {
            "person": names,
            "time": moments.ravel(),
            "device": names,
            "event": np.tile(["on", "unlocked", "off"], people * uses),
        }
    )
    return streams.shaped(table, "screen")


def made_ready(**tables: pl.DataFrame) -> tuple[computing.Ready, pl.DataFrame]:
    """Give tables with their local time, and every local day."""
    ready = computing.made_ready(
        Read(tables), roster=None, changes=pl.DataFrame(schema=zones.CHANGES), zone="Europe/Amsterdam"
    )
    return ready, segments.laid_out(segments.DAILY, ready.seen, ready.spans)


def reading_beiwe() -> None:
    """Measure a week of an accelerometer in 168 hourly files, each row checked."""
    home = Path(tempfile.mkdtemp(prefix="samen-bench-sensing-"))
    try:
        rows = accelerometer_week("p1")
        folder = home / "study" / "p1" / "accelerometer"
        folder.mkdir(parents=True)
        shown = pl.from_epoch("time", time_unit="ms")
        for (hour,), of_hour in rows.with_columns(hour=pl.col("time") // HOUR).group_by("hour"):
            name = time.strftime("%Y-%m-%d %H_00_00+00_00.csv", time.gmtime(hour * HOUR // 1000))
            of_hour.select(
                pl.col("time").alias("timestamp"),
                shown.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f").alias("UTC time"),
                pl.lit(3).alias("accuracy"),
                "x",
                "y",
                "z",
            ).write_csv(folder / name)
        read = beiwe.read(home / "study", salt=b"bench")
        assert read.tables["accelerometer"].height == rows.height
        seconds = best(lambda: beiwe.read(home / "study", salt=b"bench"))
        files = sorted(folder.glob("*.csv"))
        scan = best(lambda: pl.scan_csv(files).select(pl.col("x", "y", "z").mean()).collect())
        tell(
            "read Beiwe CSV with validation, accelerometer, one PW",
            f"{rows.height / seconds / 1e6:.1f} M rows/s (scan {rows.height / scan / 1e6:.1f})",
            "≥ 3 M rows/s",
        )
    finally:
        shutil.rmtree(home)


def screens() -> None:
    """Measure the features of a screen in a batch of 200 PW, and ten times that."""
    taken = []
    for people in (200, 2000):
        ready, days = made_ready(screen=screen_weeks(people))
        rows = ready.tables["screen"]
        taken.append(best(lambda rows=rows, days=days: screen.samen(rows, days, screen.Samen())))
        peers = best(lambda rows=rows, days=days: screen.rapids(rows, days, screen.Rapids()))
        tell(
            f"screen, batch of {people} PW ({rows.height:,} rows)",
            f"samen {taken[-1] / people * 1000:.2f}, rapids {peers / people * 1000:.2f} ms/PW",
            "≤ 1 ms/PW",
        )
    tell("screen, ten times the rows", f"{taken[1] / taken[0]:.1f} × the time", "≤ 11 ×")


def accelerometer_coverage() -> None:
    """Measure how much of one PW of an accelerometer is there."""
    ready, days = made_ready(accelerometer=accelerometer_week("p1"))
    seconds = best(lambda: coverage.samen(ready.tables, days, coverage.Samen()))
    tell("coverage of an accelerometer, one PW", f"{seconds:.2f} s", "≤ 0.4 s (with activity and still bouts)")


WORKS: dict[str, Callable[[], None]] = {
    "beiwe": reading_beiwe,
    "screen": screens,
    "coverage": accelerometer_coverage,
}


def main() -> None:
    print(
        f"{platform.machine()}, Python {platform.python_version()}, Polars {pl.__version__}, {pl.thread_pool_size()} threads"
    )
    for name in sys.argv[1:] or WORKS:
        WORKS[name]()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
