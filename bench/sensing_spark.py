"""Features on Spark: a master and two workers as processes of this machine, beside Polars alone. `make bench-sensing-spark`.

Made-up people carry their phones for a week (location two minutes of twelve, screen, steps, battery). Polars computes them one
after another in this process; then a standalone cluster does, with encrypted connections, as docs/operator/spark.md has it. Both
tables must be the same: counts and words at all, other numbers to one in 10^9. On one machine Spark can only lose; what is
measured is what it costs. Without Java or the extra `spark` it says so and ends.
"""

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl
import pyspark

from samen.rooms.sensing import computing, zones
from samen.rooms.sensing.commands import spark
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.streams import lived

STREAMS = ("gps", "screen", "steps_minute", "battery")
WORKERS, PATIENCE = 2, 90  # processes; seconds to start
HERE = "127.0.0.1"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=20)
    asked.add_argument("--days", type=int, default=7)
    given = asked.parse_args()
    made = lived(Plan(people=given.people, days=given.days, swapped_on=3), STREAMS)
    rows = sum(each.height for each in made.tables.values())
    study = computing.Study("samen", changes=zones.changes_of(made.zones))
    begun = time.perf_counter()
    here = computing.all_parts(
        [computing.part_of(each, study, explained=False) for each in apart(made.tables)], "samen"
    )
    alone = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as master:
        begun = time.perf_counter()
        with spark.session(master):
            started = time.perf_counter() - begun
            taken = []
            for _ in range(2):
                begun = time.perf_counter()
                there = spark.of_files([Read(made.tables)], study, master=master, beside=Path(folder), explained=False)
                taken.append(time.perf_counter() - begun)
    differ = different(here.features, there.features)
    load = os.getloadavg()[0]
    print(
        f"{given.people} people, {given.days} days, {rows / 1e6:.1f} M rows; load {load:.1f} on {os.cpu_count()} cores"
    )
    print(f"Polars, one person after another: {alone:.1f} s ({rows / alone / 1e6:.2f} M rows/s)")
    print(f"Spark, master and {WORKERS} workers of one core: session {started:.1f} s, then {taken[0]:.1f} s", end=" ")
    print(f"and again {taken[1]:.1f} s ({rows / taken[1] / 1e6:.2f} M rows/s)")
    print(f"values that differ: {differ} of {here.features.height * here.features.width}")
    sys.exit(1 if differ else 0)


def apart(tables: dict[str, pl.DataFrame]) -> list[Read]:
    """Give each person's tables."""
    people = sorted(set().union(*(set(rows["person"]) for rows in tables.values())))
    by_stream = {stream: rows.partition_by("person", as_dict=True) for stream, rows in tables.items()}
    return [Read({stream: of[(who,)] for stream, of in by_stream.items() if (who,) in of}) for who in people]


def different(ours: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """Count the values in which two tables differ."""
    n = 0
    for name in ours.columns:
        a, b = ours[name], theirs[name]
        if a.dtype.is_float():
            near = ((a - b).abs() <= 1e-9 * a.abs()) | (a.is_nan() & b.is_nan()) | (a.is_null() & b.is_null())
            n += int((~near.fill_null(False)).sum())
        else:
            n += int((~a.eq_missing(b)).sum())
    return n


@contextmanager
def cluster(folder: Path):
    """Run a master and its workers, each a process; gives the master's address."""
    port = free_port()
    (folder / "spark-defaults.conf").write_text(
        "spark.authenticate true\n"
        f"spark.authenticate.secret {secrets.token_hex(16)}\n"
        "spark.network.crypto.enabled true\n"
    )
    os.environ |= {"SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": HERE, "SPARK_LOCAL_DIRS": str(folder)}
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    starts = [str(Path(pyspark.__file__).parent / "bin" / "spark-class")]
    place, master = "org.apache.spark.deploy", f"spark://{HERE}:{port}"
    calls = [[f"{place}.master.Master", "--host", HERE, "--port", str(port), "--webui-port", "0"]]
    worker = [f"{place}.worker.Worker", master, "--host", HERE, "--cores", "1", "--memory", "2g", "--webui-port", "0"]
    calls += [[*worker, "--work-dir", str(folder / f"work-{number}")] for number in range(WORKERS)]
    running = []
    try:
        for number, call in enumerate(calls):
            with (folder / f"{number}.log").open("w") as log:
                running.append(subprocess.Popen([*starts, *call], stdout=log, stderr=log))
            wait_for(folder, number)
        yield master
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def wait_for(folder: Path, number: int) -> None:
    """Wait until a process says that it is up."""
    word = "I have been elected leader" if number == 0 else "Successfully registered with master"
    end = time.monotonic() + PATIENCE
    while word not in (text := (folder / f"{number}.log").read_text()):
        if time.monotonic() > end:
            sys.exit(f"A process of the cluster did not start:\n{text[-2000:]}")
        time.sleep(0.2)


def free_port() -> int:
    """Give a port that nobody uses."""
    with socket.socket() as found:
        found.bind((HERE, 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
