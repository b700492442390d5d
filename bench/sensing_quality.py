"""How many of ten kinds of faults the monitors find, and how often they cry out for nothing. `make bench-sensing-quality`.

Made-up people with gaps, travel and a change of device send for four weeks. Without faults every alarm at the end of the
second, third and fourth week is a false one. Then each kind of fault is put in, again and again, for one person at a time; it
counts as found when the right alarm names the right person and stream.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from samen.rooms.sensing import daybook, quality
from samen.rooms.sensing.daybook import DAY, HOUR
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.faults import Fault, received
from samen.rooms.sensing.simulator.streams import lived

WEEKS = (2, 3, 4)
STREAMS = {  # kind -> streams that it strikes in turn, and days since it began
    "silent": (("accelerometer", "gps", "screen", "battery"), 3),
    "thin": (("accelerometer", "gps", "battery", "heart_minute"), 7),
    "skewed": (("screen", "gps", "bluetooth", "heart_minute"), 7),
    "shrinking": (("accelerometer", "gps", "bluetooth", "heart_minute"), 13),
    "doubled": (("bluetooth", "screen", "gps", "accelerometer"), 7),
    "flipped": (("screen",), 4),
    "clock": (("battery",), 2),
    "lost": (("heart_minute", "gps", "screen", "accelerometer"), 3),
    "draining": (("battery",), 4),
    "backlog": (("battery",), 5),
}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--times", type=int, default=8, help="faults of each kind")
    given = asked.parse_args()
    plan = Plan(
        seed=given.seed,
        people=given.people,
        days=28,
        every=60,
        gap_hours=4.0,
        gap_share=0.3,
        trips_away=2,
        swapped_on=12,
    )
    begun = time.perf_counter()
    tables = lived(plan).tables
    print(
        f"{given.people} people, 28 days, {sum(map(len, tables.values())):,} rows made in {time.perf_counter() - begun:.0f} s"
    )
    false = []
    came = received(tables)
    for week in WEEKS:
        now = plan.first_day + week * 7 * DAY + 3 * HOUR
        until = {name: rows.filter(pl.col("time") < now) for name, rows in came.tables.items()}
        begun = time.perf_counter()
        book = daybook.daily(until)
        false += quality.alarms(book, came.arrivals, now)
        print(f"week {week}: {book.height:,} rows of the book and its alarms in {time.perf_counter() - begun:.1f} s")
    weeks = given.people * len(WEEKS)
    print(f"false alarms: {len(false)} in {weeks} participant-weeks, {100 * len(false) / weeks:.2f} in 100 {false[:5]}")
    end = plan.first_day + plan.days * DAY
    kinds = 0
    for kind, (streams, ago) in STREAMS.items():
        found = 0
        for number in range(given.times):
            person, stream = f"p{number:04d}", streams[number % len(streams)]
            mine = pl.lit(True) if kind == "lost" else pl.col("person") == person
            own = {
                name: rows.filter(mine) for name, rows in tables.items() if kind != "lost" or name in (stream, "calls")
            }
            broken = received(own, (Fault(kind, person, stream, end - ago * DAY, seed=number),))
            alarms = quality.alarms(daybook.daily(broken.tables), broken.arrivals, end + 3 * HOUR)
            wanted = "" if kind == "lost" else person
            found += any(each.kind == kind and each.person == wanted and each.stream in ("", stream) for each in alarms)
        kinds += found == given.times
        print(f"{kind:10} found {found} of {given.times}")
    print(f"kinds found every time: {kinds} of {len(STREAMS)}")


if __name__ == "__main__":
    main()
