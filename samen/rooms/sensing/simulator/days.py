"""Made-up people whose days are known: when they were home, where they went, how far; and what a phone would have written.

Seeded and pure: the same plan gives the same tables. Positions are known to the second; the phone sees them with jitter,
white and autocorrelated, with breaks, gaps, a change of device and faults.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.sphere import EARTH, Floats, Whole

DAY, MINUTE = 86_400, 60  # s
STOPS = 5  # home, work, and three others


@dataclass(frozen=True)
class Plan:
    """What is simulated."""

    people: int = 4
    days: int = 28
    first_day: int = 1_704_672_000_000  # ms UTC: Monday 8 January 2024
    every: int = 1  # s between two points while the phone measures
    on: int = 120  # s that it measures
    off: int = 600  # s that it rests; 0 = it never rests
    white: float = 5.0  # m: jitter of each point by itself, on each axis
    wander: float = 8.0  # m: jitter that lasts
    wander_for: float = 60.0  # s for which it lasts (a first-order autoregression)
    gap_hours: float = 0.0  # h that location is missing, once a day at a time between 08 and 20
    gap_share: float = 1.0  # share of the days that have a gap
    trips_away: int = 0  # days at the end that each person spends six zones to the west
    swapped_on: int | None = None  # day from which each person carries another device
    doubled: float = 0.0  # share of points that are written twice
    wild: float = 0.0  # share of points that lie a hundred kilometres off
    seed: int = 1


@dataclass(frozen=True)
class Made:
    """What the phones wrote, what is true of each day, and from when each device was in which zone."""

    gps: pl.DataFrame  # stream gps
    truth: pl.DataFrame  # person, day (local date), home_h, distance_m, hidden_h
    zones: pl.DataFrame  # device_id, tzcode, timestamp


def simulated(plan: Plan) -> Made:
    """Simulate people, each from a seed of their own, so that one more person changes nobody else."""
    made = [_person(plan, number) for number in range(plan.people)]
    return Made(*(pl.concat(parts) for parts in zip(*made, strict=True)))


@dataclass(frozen=True)
class Way:
    """Where one person was at each second of their own clock, from the first midnight on."""

    person: str
    at: Floats  # m to the east and to the north of home
    ahead: Whole  # s of the clock before UTC
    chance: np.random.Generator  # what comes of it later is drawn from here


def way_of(plan: Plan, number: int) -> Way:
    """Give the way of one person, from a seed of their own."""
    chance = np.random.default_rng((plan.seed, number))
    total = plan.days * DAY
    places = np.column_stack([chance.uniform(-6000, 6000, STOPS), chance.uniform(-6000, 6000, STOPS)])
    places[0] = 0.0
    times, east, north = _walk(_visits(chance, plan.days), places, chance.uniform(4, 12), total)
    second = np.arange(total)
    at = np.column_stack([np.interp(second, times, east), np.interp(second, times, north)])
    away = second >= (plan.days - plan.trips_away) * DAY
    ahead = np.where(away, -5 * 3600, 3600)  # New York and Amsterdam in winter
    return Way(f"p{number:04d}", at, ahead, chance)


def _person(plan: Plan, number: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    way, second = way_of(plan, number), np.arange(plan.days * DAY)
    hidden = _hidden(way.chance, plan)
    truth = _truth(way.person, plan, way.at, hidden)
    seen = np.flatnonzero((second % (plan.on + plan.off) < plan.on) & (second % plan.every == 0) & ~hidden)
    return _points(plan, way.chance, way.person, way.at, seen, way.ahead), truth, zones_of(plan, way.person)


def _visits(chance: np.random.Generator, days: int) -> list[tuple[int, int]]:
    """Give (second, place) of each departure: to work on weekdays, to other places in some evenings and weekends."""
    left: list[tuple[int, int]] = []
    for day in range(days):
        start = day * DAY
        if day % 7 < 5 and chance.random() < 0.9:
            left.append((start + int(chance.normal(8.2, 0.4) * 3600), 1))
            left.append((start + int(chance.normal(17.2, 0.7) * 3600), 0))
        elif chance.random() < 0.7:
            begin = chance.uniform(10, 14)
            left += [(start + int(begin * 3600), int(chance.integers(2, STOPS)))]
            left += [(start + int((begin + chance.uniform(1, 4)) * 3600), 0)]
        if chance.random() < 0.4:
            begin = chance.uniform(19.3, 20.5)
            left += [(start + int(begin * 3600), int(chance.integers(2, STOPS)))]
            left += [(start + int((begin + chance.uniform(0.8, 2.3)) * 3600), 0)]
    return left


def _walk(left: list[tuple[int, int]], places: Floats, speed: float, total: int) -> tuple[Floats, Floats, Floats]:
    """Give the corners of a path in time: straight along streets, first to the east or west, then to the north or south."""
    times, path, now = [0.0], [places[0]], places[0]
    for begin, place in left:
        to = places[place]
        begins = max(float(begin), times[-1])
        corner = np.array([to[0], now[1]])
        legs = (float(np.abs(corner - now).sum()), float(np.abs(to - corner).sum()))
        times += [begins, begins + legs[0] / speed, begins + sum(legs) / speed]
        path += [now, corner, to]
        now = to
    return np.array([*times, max(total, times[-1])]), np.array([*path, now])[:, 0], np.array([*path, now])[:, 1]


def _hidden(chance: np.random.Generator, plan: Plan) -> np.ndarray:
    hidden = np.zeros(plan.days * DAY, dtype=np.bool_)
    for day in range(plan.days):
        begin = day * DAY + int(chance.uniform(8, 20 - plan.gap_hours) * 3600)
        if chance.random() < plan.gap_share:
            hidden[begin : begin + int(plan.gap_hours * 3600)] = True
    return hidden


def _truth(person: str, plan: Plan, at: Floats, hidden: np.ndarray) -> pl.DataFrame:
    home = np.hypot(at[:, 0], at[:, 1]) <= 50
    steps = np.r_[np.hypot(*np.diff(at, axis=0).T), 0.0]
    by_day = [each.reshape(plan.days, DAY).sum(axis=1) for each in (home, steps, hidden)]
    dates = plan.first_day // 86_400_000 + np.arange(plan.days)
    return pl.DataFrame(
        {
            "person": [person] * plan.days,
            "day": pl.Series(dates.astype(np.int32)).cast(pl.Date),
            "home_h": by_day[0] / 3600,
            "distance_m": by_day[1],
            "hidden_h": by_day[2] / 3600,
        }
    )


def _points(
    plan: Plan, chance: np.random.Generator, person: str, at: Floats, seen: Whole, ahead: Whole
) -> pl.DataFrame:
    noisy = at[seen] + plan.white * chance.normal(size=(len(seen), 2)) + _wander(plan, chance, seen)
    noisy[chance.random(len(seen)) < plan.wild] += 100_000
    home = chance.uniform(-50, 55), chance.uniform(-170, 170)
    latitude = home[0] + np.degrees(noisy[:, 1] / EARTH)
    longitude = home[1] + np.degrees(noisy[:, 0] / EARTH / np.cos(np.radians(home[0])))
    longitude[ahead[seen] < 0] -= 6 * 15.0 if home[1] > -80 else -6 * 15.0
    second = np.full(len(seen), plan.days + 1) if plan.swapped_on is None else seen // DAY
    swapped = second >= (plan.swapped_on if plan.swapped_on is not None else plan.days + 2)
    rows = pl.DataFrame(
        {
            "person": [person] * len(seen),
            "time": plan.first_day + (seen - ahead[seen]) * 1000,
            "device": np.where(swapped, f"{person}-b", f"{person}-a"),
            "latitude": latitude,
            "longitude": longitude,
            "accuracy": np.full(len(seen), 1.5 * (plan.white + plan.wander)),
        }
    )
    again = rows.filter(pl.Series(chance.random(len(seen)) < plan.doubled))
    return streams.shaped(pl.concat([rows, again]).sort("time", maintain_order=True), "gps")


def _wander(plan: Plan, chance: np.random.Generator, seen: Whole) -> Floats:
    """Give jitter that lasts: a first-order autoregression over the seconds, started anew where the phone rested."""
    from_before = np.exp(-np.diff(seen, prepend=seen[:1]) / plan.wander_for)
    own = plan.wander * np.sqrt(1 - from_before**2)[:, None] * chance.normal(size=(len(seen), 2))
    if len(own):
        own[0] = plan.wander * chance.normal(size=2)
    return _recursive(from_before, own)


def _recursive(share: Floats, own: Floats) -> Floats:
    """Give x[t] = share[t] x[t-1] + own[t], by doubling the stretch that is summed: log2 passes over whole arrays."""
    total, factor = own.copy(), share.copy()
    step = 1
    while step < len(share) and np.abs(factor[step:]).max(initial=0) > 1e-9:
        total[step:] = total[step:] + factor[step:, None] * total[:-step]
        factor[step:] = factor[step:] * factor[:-step]
        factor[:step] = 0
        step *= 2
    return total


def zones_of(plan: Plan, person: str) -> pl.DataFrame:
    """Give from when each phone of a person is in which zone."""
    devices = [f"{person}-a"] if plan.swapped_on is None else [f"{person}-a", f"{person}-b"]
    leaves = plan.first_day + ((plan.days - plan.trips_away) * DAY + 5 * 3600) * 1000
    rows = [(device, "Europe/Amsterdam", 0) for device in devices]
    rows += [(device, "America/New_York", leaves) for device in devices if plan.trips_away]
    schema = {"device_id": pl.String, "tzcode": pl.String, "timestamp": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
