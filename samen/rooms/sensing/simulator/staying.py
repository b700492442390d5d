"""Made-up people whose places are known: where each stay was, from when to when, and the few points that a phone saw of it.

Coarser than `days.py` (a point each ten minutes), so that hundreds of months are made in seconds: for judging what is said of
places, where the way between them does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import numpy as np
import polars as pl

from samen.rooms.sensing import streams

EVERY = 10  # minutes between two points
JITTER = 9.0  # m on each axis
METRE = 1 / 111_195  # degrees of latitude
SPREAD = 6000  # m around home in which places lie
APART = 700  # m: two places of a made-up person are never nearer, so that each is one place


@dataclass(frozen=True)
class Month:
    """One person's stays: (minute since the first midnight, minute until which, place), and where the places lie."""

    first: date
    at: tuple[tuple[float, float], ...]  # m to the east and to the north of home, by place
    stays: tuple[tuple[int, int, int], ...]
    gaps: tuple[tuple[int, int], ...]  # minutes in which the phone saw nothing
    seed: int

    def plain(self) -> dict[str, Any]:
        """Give it as material: numbers alone."""
        return {"first": self.first.isoformat(), "at": [list(each) for each in self.at], "seed": self.seed,
                "stays": [list(each) for each in self.stays], "gaps": [list(each) for each in self.gaps]}  # fmt: skip


HOME, WORK, OTHER_HOME = 0, 1, 2
LIVES = ("days", "nights", "two_homes", "free", "unseen_nights")


def lived(random: Random, life: str, first: date, days: int) -> Month:
    """Make up a month of somebody who works by day, works at night, has two homes, has no work, or puts the phone off at night."""
    at = _places(random, 7)
    stays: list[tuple[int, int, int]] = []
    other = set[int]()
    if life == "two_homes":
        start = random.choice((3, 4))  # half of each week in the one, half in the other
        other = {day for day in range(days) if day % 7 >= start}
    for day in range(days):
        base, bed = day * 1440, OTHER_HOME if day in other else HOME
        is_weekend = (first.toordinal() + day - 1) % 7 >= 5  # day 1 of the calendar was a Monday
        night = random.gauss(7.2 * 60, 25)
        if life == "nights" and not is_weekend:
            stays += [(base, base + 380, WORK), (base + 410, base + 1330, HOME), (base + 1350, base + 1440, WORK)]
            continue
        if life != "unseen_nights":
            stays.append((base, base + round(night), bed))
        begin = round(night)
        stays += _day(
            random, base, begin, bed, is_weekend=is_weekend, works=life in ("days", "two_homes", "unseen_nights")
        )
    return Month(first, tuple(at), tuple(_joined(stays)), _gaps(random, days), random.randrange(2**31))


def _gaps(random: Random, days: int) -> tuple[tuple[int, int], ...]:
    """Give a stretch of one to five hours on about one day in three."""
    begins = [day * 1440 + random.randint(0, 1100) for day in range(days) if random.random() < 0.35]
    return tuple((begin, begin + random.randint(60, 300)) for begin in begins)


def _day(
    random: Random, base: int, begin: int, bed: int, *, is_weekend: bool, works: bool
) -> list[tuple[int, int, int]]:
    """Give the stays of one day after waking."""
    home_from, made = begin, []
    if works and not is_weekend and random.random() < 0.92:
        leaves, back = round(random.gauss(8.3 * 60, 15)), round(random.gauss(17 * 60, 30))
        made += [(home_from, leaves, bed), (leaves + 25, back, WORK)]
        home_from = back + 25
    elif random.random() < (0.75 if is_weekend else 0.6):
        leaves, long = round(random.uniform(10, 14) * 60), round(random.uniform(45, 180))
        goes = random.choice((3, 3, 4, 5)) if is_weekend else random.choice((4, 5, 6))
        made += [(home_from, leaves, bed), (leaves + 15, leaves + 15 + long, goes)]
        home_from = leaves + 30 + long
    if random.random() < 0.25:
        leaves, long = max(home_from + 20, round(random.uniform(19, 20) * 60)), round(random.uniform(60, 150))
        made += [(home_from, leaves, bed), (leaves + 15, leaves + 15 + long, random.choice((4, 5)))]
        home_from = leaves + 30 + long
    made.append((home_from, 1440, bed))
    return [(base + min(start, 1439), base + min(end, 1440), place) for start, end, place in made if start < end]


def _joined(stays: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for start, end, place in stays:
        if joined and joined[-1][2] == place and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end, place)
        else:
            joined.append((start, end, place))
    return joined


def _places(random: Random, n: int) -> list[tuple[float, float]]:
    at = [(0.0, 0.0)]
    while len(at) < n:
        east, north = random.uniform(-SPREAD, SPREAD), random.uniform(-SPREAD, SPREAD)
        if all(max(abs(east - one), abs(north - other)) >= APART for one, other in at):
            at.append((east, north))
    return at


def middle_of(at: tuple[float, float]) -> tuple[float, float]:
    """Give latitude and longitude (degrees) of a place of a made-up person; home lies on the equator."""
    return at[1] * METRE, at[0] * METRE


def points(month: Mapping[str, Any]) -> pl.DataFrame:
    """Give what a phone saw of a month that `plain` gave: stream gps with local, the clock being UTC. Between stays: the way."""
    chance = np.random.default_rng(month["seed"])
    start = (date.fromisoformat(month["first"]).toordinal() - date(1970, 1, 1).toordinal()) * 1440
    minutes, east, north = [], [], []
    for begin, end, place in month["stays"]:
        seen = np.arange(begin, end, EVERY)
        minutes.append(seen)
        east.append(np.full(len(seen), month["at"][place][0]))
        north.append(np.full(len(seen), month["at"][place][1]))
    minute = np.concatenate(minutes)
    at = np.column_stack([np.concatenate(east), np.concatenate(north)])
    noisy = at + JITTER * chance.normal(size=(len(minute), 2))
    is_seen = np.ones(len(minute), dtype=np.bool_)
    for begin, end in month["gaps"]:
        is_seen &= (minute < begin) | (minute >= end)
    minute, noisy = minute[is_seen], noisy[is_seen]
    rows = pl.DataFrame(
        {
            "person": ["made-up"] * len(minute),
            "time": (start + minute) * 60_000,
            "device": ["made-up"] * len(minute),
            "latitude": noisy[:, 1] * METRE,
            "longitude": noisy[:, 0] * METRE,
            "accuracy": np.full(len(minute), 1.5 * JITTER),
        }
    )
    local = pl.col("time").cast(pl.Datetime("ms")).alias("local")
    return streams.shaped(rows, "gps").with_columns(local)
