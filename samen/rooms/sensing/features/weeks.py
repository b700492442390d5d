"""One person's own week, quarter of an hour by quarter of an hour, their ways, and the stretches that are hidden in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from samen.rooms.sensing import gaps
from samen.rooms.sensing.features import shapes
from samen.rooms.sensing.features.stays import Samen
from samen.rooms.sensing.features.ways import USUAL_SPEED
from samen.rooms.sensing.sphere import Floats, Whole, distance
from samen.rooms.sensing.zones import stretches

HOUR = 3_600_000  # ms
STAY, MOVE, HIDDEN = 0, 1, 2


@dataclass(frozen=True)
class Slots:
    """One person's time in quarters of an hour: begin of each (ms UTC and on the clock) and the place (-1 hidden)."""

    begins: Whole
    clock: Whole
    place: Whole


def slots(pieces: pl.DataFrame) -> dict[str, Slots]:
    """Cut each person's pieces into quarters of an hour; the way between two places belongs half to each of them.

    Takes: pieces by person and begin. Gives: the slots of each person.
    """
    is_move, kind = pl.col("kind") == "move", pl.col("kind")
    run = pl.struct("person", is_move).rle_id().alias("run")
    told = pl.when(kind == "stay").then("place").when(kind == "hidden").then(gaps.UNKNOWN)
    held = pieces.select(
        "begins",
        "ends",
        "ahead",
        is_move.alias("moves"),
        run,
        told.forward_fill().over("person").fill_null(gaps.UNKNOWN).alias("from"),
        told.backward_fill().over("person").fill_null(gaps.UNKNOWN).alias("to"),
    )
    columns = {name: held[name].to_numpy() for name in held.columns}
    runs = np.flatnonzero(np.r_[True, columns["run"][1:] != columns["run"][:-1]])
    half = ((columns["begins"][runs] + columns["ends"][np.r_[runs[1:], len(held)] - 1]) // 2)[columns["run"]]
    people = pieces["person"].unique(maintain_order=True)
    return {
        person: _slots({name: values[low:high] for name, values in columns.items()}, half[low:high])
        for person, (low, high) in zip(people, stretches(pieces["person"], people), strict=True)
    }


def _slots(columns: Mapping[str, Whole], half: Whole) -> Slots:
    begins, last = columns["begins"], columns["ends"][-1]
    grid = np.arange(begins[0] // gaps.SLOT, last // gaps.SLOT + 1) * gaps.SLOT
    middle = grid + gaps.SLOT // 2
    at = np.searchsorted(begins, middle, side="right") - 1
    inside = (at >= 0) & (middle < last)
    at = np.where(inside, at, 0)
    place = np.where(columns["moves"][at] & (middle >= half[at]), columns["to"][at], columns["from"][at])
    return Slots(grid, grid + columns["ahead"][at], np.where(inside, place, gaps.UNKNOWN))


def knows(week: Slots, settings: Samen) -> bool:
    """Say whether enough days were seen for a week of one's own."""
    is_seen = week.place >= 0
    return bool(is_seen.any()) and len(np.unique(week.clock[is_seen] // gaps.DAY)) >= settings.least_days


@dataclass(frozen=True)
class Person:
    """One person's week, how long and quick their ways are, and their hidden stretches slot by slot."""

    settings: Samen
    latitude: Floats  # of all places
    longitude: Floats
    states: int
    week: gaps.Week
    speed: float  # km/h
    apart: Floats  # km in a straight line between the states' places
    ways: Floats  # km from each state to each other
    detour: float
    rows: tuple[Whole, Whole]  # begin and end of each slot (ms)
    hidden: list[tuple[gaps.Stretch, Floats, Floats]]  # with km from where it began and to where it ended


def people(
    pieces: pl.DataFrame, weeks: Mapping[str, Slots], places: pl.DataFrame, known: list[str], settings: Samen
) -> list[Person]:
    """Learn about each person."""
    kind = pl.col("kind").replace_strict({"stay": STAY, "move": MOVE, "hidden": HIDDEN}, return_dtype=pl.Int64)
    coded = pieces.with_columns(kind.alias("kind")).drop("home", "unseen", "slack")
    columns = {name: coded[name].to_numpy() for name in coded.columns if name != "person"}
    whose = pl.Series(known, dtype=pl.String)
    middles = [places[axis].to_numpy() for axis in shapes.AXES]
    both = zip(known, stretches(pieces["person"], whose), stretches(places["person"], whose), strict=True)
    return [
        _person(
            {name: values[low:high] for name, values in columns.items()},
            weeks[person],
            (middles[0][first:last], middles[1][first:last]),
            settings,
        )
        for person, (low, high), (first, last) in both
    ]


def _person(columns: Mapping[str, Whole], week: Slots, middles: tuple[Floats, Floats], settings: Samen) -> Person:
    latitude, longitude = middles
    states = min(len(latitude), gaps.STATES)
    moves = columns["kind"] == MOVE
    took = (columns["ends"] - columns["begins"])[moves].sum() / HOUR
    km = columns["metres"][moves].sum() / 1000
    apart = distance(latitude[:states, None], longitude[:states, None], latitude[:states], longitude[:states]) / 1000
    ways, detour = _own_ways(columns, apart)
    chance = np.random.default_rng(settings.seed)
    learned = gaps.learned(np.minimum(week.place, states - 1), week.clock, chance)
    near = (latitude[:states], longitude[:states])
    rows, hidden = _hidden(columns, near, ways, detour)
    speed = float(km / took) if took > 0 and km > 0 else USUAL_SPEED * 3.6
    return Person(settings, latitude, longitude, states, learned, speed, apart, ways, detour, rows, hidden)


def _own_ways(columns: Mapping[str, Whole], apart: Floats) -> tuple[Floats, float]:
    """Give km from each state to each other, the median of the ways seen or else straight times the usual detour, and that."""
    kind, place = columns["kind"], np.minimum(columns["place"], len(apart) - 1)
    starts = np.flatnonzero(np.r_[True, (kind[1:] != kind[:-1]) | (place[1:] != place[:-1])])
    km = np.add.reduceat(columns["metres"], starts) / 1000
    kinds, places = kind[starts], place[starts]
    at = np.flatnonzero(kinds == MOVE)
    at = at[(at > 0) & (at < len(kinds) - 1)]
    at = at[(kinds[at - 1] == STAY) & (kinds[at + 1] == STAY) & (places[at - 1] != places[at + 1])]
    at = at[(places[at - 1] >= 0) & (places[at + 1] >= 0)]
    one, other, km = places[at - 1], places[at + 1], km[at]
    straight = apart[one, other].sum()
    detour = float(km.sum() / straight) if straight > 0 else 1.0
    table = apart * detour
    pair = np.minimum(one, other) * len(apart) + np.maximum(one, other)
    for each in np.unique(pair):
        here, there = divmod(int(each), len(apart))
        table[here, there] = table[there, here] = np.median(km[pair == each])
    return table, detour


def _hidden(
    columns: Mapping[str, Whole], places: tuple[Floats, Floats], ways: Floats, detour: float
) -> tuple[tuple[Whole, Whole], list[tuple[gaps.Stretch, Floats, Floats]]]:
    """Lay each hidden stretch out in slots."""
    kind, states = columns["kind"], len(ways)
    place = np.minimum(columns["place"], states - 1)
    stays = np.flatnonzero(kind == STAY)
    begun, ended, found = [], [], []
    for at in np.flatnonzero(kind == HIDDEN).tolist():
        begins, ends, ahead = (int(columns[name][at]) for name in ("begins", "ends", "ahead"))
        edges = np.arange((begins + gaps.SLOT // 2) // gaps.SLOT + 1, (ends + gaps.SLOT // 2) // gaps.SLOT) * gaps.SLOT
        borders = np.r_[begins, edges, ends]
        before, after = (kind[side] if 0 <= side < len(kind) else HIDDEN for side in (at - 1, at + 1))
        next_stay = np.searchsorted(stays, at)
        last = int(place[stays[next_stay - 1]]) if next_stay else gaps.UNKNOWN
        coming = int(place[stays[next_stay]]) if next_stay < len(stays) else gaps.UNKNOWN
        stretch = gaps.Stretch(
            clock=borders[:-1] // gaps.SLOT * gaps.SLOT + ahead,
            before=last if before != HIDDEN else gaps.UNKNOWN,
            after=coming if after != HIDDEN else gaps.UNKNOWN,
            has_left=bool(before == MOVE),
            arrives=bool(after == MOVE),
        )
        leads = []
        for where, known, moves in (
            (at, stretch.before, stretch.has_left),
            (min(at + 1, len(kind) - 1), stretch.after, stretch.arrives),
        ):
            north, east = (np.asarray(columns[axis][where], dtype=np.float64) for axis in shapes.AXES)
            leads.append(ways[known] if known >= 0 and not moves else detour * distance(north, east, *places) / 1000)
        begun.append(borders[:-1])
        ended.append(borders[1:])
        found.append((stretch, leads[0], leads[1]))
    nothing = np.zeros(0, np.int64)
    return (np.concatenate([nothing, *begun]), np.concatenate([nothing, *ended])), found
