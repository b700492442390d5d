"""How fast the store takes files in, computes a day anew, shows a year, and lets go of somebody. `make bench-sensing-store`.

    .venv/bin/python bench/sensing_store.py [import] [late] [page] [erase] [--people 20] [--rows 500000]

Works on a home of its own, which is removed afterwards. A row counts as in the store once as an event and once as a typed row,
as a phone's are. By the clock and in processor time, for other work on the same cores slows the clock alone.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="samen-bench-store-")
os.environ |= {"SAMEN_HOME": HOME, "SAMEN_DEMO": "1", "DJANGO_SETTINGS_MODULE": "samen.web.settings"}
sys.path.insert(0, str(Path(__file__).parents[1]))

import django

django.setup()

import numpy as np
import polars as pl
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rooms.sensing import kinds, measures, turning
from samen.rooms.sensing.commands import importing as command
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import archive, erasing, inbox, keys, refreshing
from samen.rooms.sensing.store.events import Range

T0 = 1_767_225_600_000  # 2026-01-01 00:00 UTC
HOUR, DAY = 3_600_000, 86_400_000  # ms
STREAMS = ("accelerometer", "gps", "screen", "steps", "calls")
PLANTED = "plantedplantedplanted0001"  # the name of a device of the one who goes


def main() -> None:
    """Do the works that were asked for, or all."""
    asked = argparse.ArgumentParser()
    asked.add_argument("works", nargs="*", default=["import", "late", "page", "erase"])
    asked.add_argument("--people", type=int, default=20)
    asked.add_argument("--rows", type=int, default=500_000)
    given = asked.parse_args()
    call_command("migrate", interactive=False, verbosity=0)
    works: dict[str, Callable[[], None]] = {
        "import": bringing,
        "late": late_hour,
        "page": year,
        "erase": lambda: letting_go(given.people, given.rows),
    }
    for name in given.works:
        works[name]()


@contextmanager
def timed(what: str, aim: str, rows: int = 0) -> Iterator[None]:
    """Tell how long something took, and how many rows that is in a second."""
    wall, own = time.perf_counter(), time.process_time()
    yield
    wall, own = time.perf_counter() - wall, time.process_time() - own
    of_rows = (
        f", {rows / wall / 1e6:.2f} M rows/s by the clock, {rows / own / 1e6:.2f} of processor time" if rows else ""
    )
    print(f"{what}: {wall:.2f} s, {own:.2f} s of processor time{of_rows} (aim {aim}; load {os.getloadavg()[0]:.0f})")


def somebody(name: str) -> tuple[Allowed, Participant]:
    """Make somebody who says yes to some streams from the beginning of the year."""
    now = timezone.now()
    account = people.create_account(f"{name}@example.org", name)
    person = people.create_person(name, "en", account)
    own = Allowed(person.id, Scope.RIGHTS, Ground.OWN, Role.PERSON, account.id)
    begin = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    for stream in STREAMS:
        rights.tell(own, rights.stream(f"{kinds.SPACE}{stream}"), at=now)
        for purpose in kinds.RECEIVES:
            use = kinds.use_for(stream, purpose)
            rights.say_of_stream(
                own, rights.stream(f"{kinds.SPACE}{stream}"), use, yes=True, at=now, language="en", since=begin
            )
    return own, keys.participant_of(own, at=now)


def axes(rows: int, begin: int, step: int, seed: int) -> pl.DataFrame:
    """Give an accelerometer's rows."""
    chance = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "time": begin + np.arange(rows) * step,
            **{axis: chance.normal(9.8 * (axis == "z"), 0.05, rows) for axis in ("x", "y", "z")},
        }
    )


def bringing() -> None:
    """Import a Beiwe accelerometer, and the same files again."""
    _, who = somebody("import")
    folder = Path(HOME) / "beiwe" / "p1" / "accelerometer"
    folder.mkdir(parents=True)
    rows = axes(3_024_000, T0, 200, 1)
    shown = pl.from_epoch("time", time_unit="ms")
    for (hour,), of_hour in rows.with_columns(hour=pl.col("time") // HOUR).group_by("hour"):
        name = time.strftime("%Y-%m-%d %H_00_00+00_00.csv", time.gmtime(hour * HOUR // 1000))  # type: ignore[operator]
        of_hour.select(
            pl.col("time").alias("timestamp"),
            shown.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f").alias("UTC time"),
            pl.lit(3).alias("accuracy"),
            *("x", "y", "z"),
        ).write_csv(folder / name)
    for what in ("import of a Beiwe accelerometer into the store", "the same files again"):
        with timed(what, "≥ 3 M rows/s", rows.height):
            bring(folder.parents[1], who.code)


def bring(folder: Path, code: str) -> None:
    """Do what `samen sensing import` does."""
    command.bring_in(folder, command.Format.beiwe, code, None, None, None, None, "en")


def late_hour() -> None:
    """Compute a day anew after an hour that came late, with an accelerometer at 5 Hz all day."""
    _, who = somebody("late")
    put(who, axes(3 * DAY // 200, T0, 200, 2))
    for each in range(3):
        with timed(f"a day anew after a late hour, run {each + 1}", "≤ 1 s"):
            refreshing.refresh(who, T0 + DAY + 9 * HOUR, T0 + DAY + 10 * HOUR, near=True)


def year() -> None:
    """Show one's days of a year in which every measure that people see has a value each day, and three hundred others lie beside them."""
    _, who = somebody("year")
    chance, first = random.Random(2), timezone.localdate() - timedelta(days=400)
    names = [*(each.column for each in measures.MEASURES), *(f"accelerometer_other{at}_count" for at in range(300))]
    for day in (first + timedelta(days=at) for at in range(400)):
        rows = pl.DataFrame({"feature": names, "value": [chance.gauss(5, 1) for _ in names]})
        refreshing.keep(who, rows.select(pl.lit(day).alias("day"), "feature", "value", pl.lit(0.9).alias("coverage")))
    client = Client(SERVER_NAME="localhost")
    client.force_login(people.account_of("year@example.org"))
    for path in ("/signals", "/signals/days?span=year", "/signals/accelerometer"):
        taken = []
        for _ in range(5):
            begun = time.process_time()
            answer = client.get(path)
            taken.append((time.process_time() - begun) * 1000)
        told = f"{min(taken):.0f} ms of processor time, status {answer.status_code}, {len(answer.content):,} bytes"
        print(f"{path}, a year with {len(names)} values a day: {told} (aim ≤ 300 ms)")


def put(who: Participant, rows: pl.DataFrame, *, with_events: bool = False, device: str = "d" * 32) -> None:
    """Put rows into the archive as a move does: typed, and where asked as events too."""
    key = pl.concat_str(pl.lit(who.key[:16]), pl.int_range(pl.len()).cast(pl.String).str.zfill(16))
    kept = rows.select(
        pl.lit(who.key).alias("person"),
        "time",
        pl.lit(device).alias("device"),
        *("x", "y", "z"),
        pl.lit("accelerometer").alias("consent"),
        pl.int_range(1, pl.len() + 1).alias("origin"),
        pl.lit(0, dtype=pl.Int32).alias("part"),
    ).cast(dict(turning.schema_of("accelerometer")))  # type: ignore[arg-type]
    with archive.alone():
        move = archive.moved() + 1
        archive.append_typed({"accelerometer": [archive.in_bucket(kept, who.bucket)]}, move)
        if with_events:
            numbers = [part for axis in ("x", "y", "z") for part in (pl.lit(f',"{axis}":'), axis)][1:]
            body = pl.concat_str(pl.lit('{"data":{"x":'), *numbers, pl.lit('},"sensor":"lamp.accelerometer"}'))
            events = rows.select(
                pl.lit(who.bucket, dtype=pl.Int32).alias("bucket"),
                pl.lit(who.key).alias("person"),
                pl.lit("sensor").alias("kind"),
                pl.lit("accelerometer").alias("stream"),
                pl.lit("lamp.accelerometer").alias("name"),
                "time",
                key.alias("key"),
                pl.lit(device).alias("device"),
                body.alias("body"),
            )
            archive.events().append(events, move)
            archive.events().make_safe(archive.events().safe_version())


def letting_go(n: int, rows: int) -> None:
    """Erase one day of somebody, and then all of them, from a store with many others; look for every byte that is left."""
    crowd = [somebody(f"p{at}") for at in range(n)]
    chance = random.Random(1)
    for at, (_, who) in enumerate(crowd):
        put(who, axes(rows, T0, 10_000, at), with_events=True, device=PLANTED if at == 0 else "d" * 32)
    own, gone = crowd[0]
    neighbour = chance.choice(crowd[1:])[1]
    before = held(neighbour)
    size = sum(file.stat().st_size for file in (Path(HOME) / "sensing").rglob("*") if file.is_file())
    print(f"{n * rows * 2:,} rows in store, {size / 1e6:.0f} MB")
    with timed("erase one day of somebody", "≤ 60 s"):
        erasing.events(own, gone, Range("", T0 + DAY, T0 + 2 * DAY), at=timezone.now())
        inbox.sweep()
    with timed("erase somebody, with the look at every byte", "≤ 60 s"):
        with transaction.atomic():
            people.destroy_key(own.person)
        erasing.person(own.person)
        inbox.sweep()
        found = [name for name in (gone.key, PLANTED) if stands(name)]
    print(f"what is left of them: {found or 'nothing'}; a neighbour is the same: {held(neighbour) == before}")


def held(who: Participant) -> int:
    """Give a number that all rows of somebody make."""
    table = archive.typed("accelerometer").newest()
    rows = pl.scan_delta(table).filter(pl.col("bucket") == who.bucket, pl.col("person") == who.key).collect()  # type: ignore[arg-type]
    return int(rows.hash_rows(seed=1).sum())


def stands(name: str) -> bool:
    """Say whether a text stands anywhere in the home's files: as it is, or in what a Parquet file holds."""
    for file in Path(HOME).rglob("*"):
        if file.is_file() and (name.encode() in file.read_bytes() or name in file.name):
            return True
    for file in (Path(HOME) / "sensing").rglob("part-*.parquet"):
        held_in = pl.scan_parquet(file, hive_partitioning=False)
        if not held_in.filter((pl.col("person") == name) | (pl.col("device") == name)).head(1).collect().is_empty():
            return True
    return False


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
