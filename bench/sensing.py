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
import pyarrow as pa
import pyarrow.parquet as pq

from samen.rooms.sensing import computing, segments, streams, zones
from samen.rooms.sensing.features import coverage, mobility, screen
from samen.rooms.sensing.features.stays import Samen
from samen.rooms.sensing.reading import beiwe
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.simulator.days import Plan, simulated

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


LOCATION = ("person", "time", "device", "latitude", "longitude", "accuracy")
PART = 40  # people whose rows are in memory at once


def location_weeks(file: Path, people: int, *, gap_hours: float = 0.0, days: int = 7) -> int:
    """Write GPS at 1 Hz, 2 min on and 10 min off, for so many people, ten of them different; gives the number of rows."""
    made = simulated(Plan(people=min(people, 10), days=days, gap_hours=gap_hours)).gps.select(LOCATION).to_arrow()
    whose = made["person"].to_pylist()
    with pq.ParquetWriter(file, made.schema) as out:
        for start in range(0, people, 10):
            name = pa.array([f"p{int(each[1:]) + start:05d}" for each in whose], type=made.schema.field("person").type)
            rows = made.set_column(0, made.schema.field("person"), name)
            out.write_table(rows.set_column(2, made.schema.field("device"), name), row_group_size=len(whose))
    return len(whose) * -(-people // 10)


def location_days(file: Path, people: int, settings: Samen) -> int:
    """Compute the day set of whereabouts from a file, some people at a time; gives the number of days."""
    table, days = pl.scan_parquet(file), 0
    rows = table.select(pl.len()).collect().item()
    a_part = -(-rows // max(people // PART, 1))
    for start in range(0, rows, a_part):
        read = Read({"gps": table.slice(start, a_part).collect()})
        ready = computing.made_ready(
            read, roster=None, changes=pl.DataFrame(schema=zones.CHANGES), zone="Europe/Amsterdam"
        )
        laid = segments.laid_out(segments.DAILY, ready.seen, ready.spans)
        days += mobility.samen(ready.tables, laid, settings).height
    return days


def quickest(work: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds of the quickest of a few runs: on the clock, and of processor time on all cores."""
    taken = []
    for _ in range(RUNS):
        begun, used = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - begun, time.process_time() - used))
    return min(each[0] for each in taken), min(each[1] for each in taken)


def locations() -> None:
    """Measure whereabouts in a batch of 200 PW from a file, beside a scan of it, with gaps, ten times less, and for a year."""
    home = Path(tempfile.mkdtemp(prefix="samen-bench-sensing-"))
    try:
        taken = {}
        for people in (20, 200):
            file = home / f"{people}.parquet"
            rows = location_weeks(file, people)
            assert location_days(file, people, Samen()) >= people * 7
            taken[people] = quickest(lambda file=file, people=people: location_days(file, people, Samen()))
        means = pl.col("time", "latitude", "longitude", "accuracy").mean()
        scan = quickest(lambda: pl.scan_parquet(file).select(pl.col("person").n_unique(), means).collect())
        wall, used = taken[200]
        tell(
            f"whereabouts by day, batch of 200 PW ({rows:,} rows), from a file",
            f"{wall * 5:.1f} ms/PW ({used * 5:.1f} of processor), {scan[1] / used:.0%} of the scan's rate",
            "≤ 15 ms/PW, ≥ 25 %",
        )
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell("whereabouts, most memory of this process until then", f"{most:,.0f} MB", "≤ 1,000 MB, alone")
        tell("whereabouts, ten times the rows", f"{taken[200][1] / taken[20][1]:.1f} × the processor time", "≤ 11 ×")
        file = home / "gaps.parquet"
        location_weeks(file, 40, gap_hours=5.0)
        wall, used = quickest(lambda: location_days(file, 40, Samen()))
        tell("the same with a gap of five hours a day", f"{wall * 25:.1f} ms/PW ({used * 25:.1f})", "≤ 75 ms/PW")
        file = home / "year.parquet"
        rows = location_weeks(file, 1, days=364, gap_hours=2.0)
        wall, used = quickest(lambda: location_days(file, 1, Samen()))
        tell(f"one participant-year of GPS ({rows:,} rows)", f"{wall:.1f} s ({used:.1f} of processor)", "≤ 10 s")
    finally:
        shutil.rmtree(home)


WORKS: dict[str, Callable[[], None]] = {
    "beiwe": reading_beiwe,
    "screen": screens,
    "coverage": accelerometer_coverage,
    "location": locations,
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
