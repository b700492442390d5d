"""What hidden time may have added to a segment: draws from the person's own week, summed up with what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from samen.rooms.sensing import gaps
from samen.rooms.sensing.features import shapes
from samen.rooms.sensing.features.stays import Samen
from samen.rooms.sensing.features.weeks import Person, Slots, knows, people
from samen.rooms.sensing.segments import cut
from samen.rooms.sensing.sphere import Floats, Whole, distance
from samen.rooms.sensing.zones import stretches

HOUR = 3_600_000  # ms
UNSURE = 0.1  # standard deviation of a way that was concluded, as a share of it (measured on the simulator)
ROUGH = 0.02  # the same of a way that was seen
BORDER = 0.022  # h: standard deviation of the moment of coming and going, for what was seen of it
MIDDLE = 0.03  # km: the same of the distance between the middles of two stays
LEAST_SEEN = 0.25  # share of a segment's time that must have been seen; with less there is no value
AT_LEAST = 1 / 60  # h: less time in a place is no visit


@dataclass(frozen=True)
class Seen:
    """What was seen: features of each segment, hours in each place of it, and where the places are."""

    features: pl.DataFrame
    staying: pl.DataFrame
    places: pl.DataFrame


NAMES = ("home_h", "moving_h", "distance_km", "transitions_count", *shapes.NAMES, "max_home_km")


def modelled(
    pieces: pl.DataFrame, weeks: Mapping[str, Slots], segments: pl.DataFrame, seen: Seen, settings: Samen
) -> pl.DataFrame:
    """Give at, modelled_h, and for each feature <name>_modelled (median of the draws), <name>_low and <name>_high.

    Takes:  pieces by person; what was seen. Segments with too little, and people with too few days, are not there.
    """
    columns = [f"{name}_{edge}" for name in NAMES for edge in ("modelled", "low", "high")]
    schema = {"at": pl.UInt32, "modelled_h": pl.Float64, **dict.fromkeys(columns, pl.Float64)}
    enough = (pl.col("hidden_h") > 0) & (pl.col("seen_h") >= LEAST_SEEN * (pl.col("seen_h") + pl.col("hidden_h")))
    wanted = segments.select("at", "person", "begins").join(
        seen.features.filter(enough), on="at", maintain_order="left"
    )
    known = [person for person in wanted["person"].unique(maintain_order=True) if knows(weeks[person], settings)]
    wanted = wanted.filter(pl.col("person").is_in(known))
    if not settings.draws or wanted.is_empty():
        return pl.DataFrame(schema=schema)
    known_people = people(pieces, weeks, seen.places, known, settings)
    slot_of = np.cumsum([0, *(len(person.rows[0]) for person in known_people)])
    begins, ends = (np.concatenate([person.rows[edge] for person in known_people]) for edge in (0, 1))
    number = np.repeat(np.arange(len(known_people)), np.diff(slot_of))
    order = pl.Series(known, dtype=pl.String)
    episodes = pl.DataFrame({"person": order[number], "begins": begins, "ends": ends, "slot": np.arange(len(begins))})
    parts = cut(episodes, segments.join(wanted.select("at"), on="at", how="semi"))
    slot, hours = parts["slot"].to_numpy(), ((parts["ends"] - parts["begins"]) / HOUR).to_numpy()
    row = np.searchsorted(wanted["at"].to_numpy(), parts["at"].to_numpy())
    staying = seen.staying.join(wanted.select("at"), on="at", how="semi").sort("at")
    times = (
        np.searchsorted(wanted["at"].to_numpy(), staying["at"].to_numpy()),
        *(staying[n].to_numpy() for n in ("place", "hours")),
    )
    values = {name: wanted[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in _NEEDED}
    found = []
    for at, (low, high) in enumerate(stretches(wanted["person"], order)):
        held = np.flatnonzero((slot >= slot_of[at]) & (slot < slot_of[at + 1]))
        known_times = np.searchsorted(times[0], [low, high])
        own = {name: column[low:high] for name, column in values.items()}
        of = _Parts(slot[held] - slot_of[at], hours[held], row[held] - low)
        stays = tuple(column[known_times[0] : known_times[1]] for column in times)
        found.append(_of_person(known_people[at], own, of, (stays[0] - low, stays[1], stays[2])))
    table = {name: np.concatenate([each[name] for each in found]) for name in columns}
    return pl.DataFrame(
        {
            "at": wanted["at"],
            "modelled_h": wanted["hidden_h"],
            **{n: pl.Series(v, nan_to_null=True) for n, v in table.items()},
        }
    )


_NEEDED = (
    *("begins", "home", "noise_h", "noise_km", "home_most_h", "moving_h", "distance_km", "transitions_count"),
    *("diameter_km", "max_home_km"),
)


@dataclass(frozen=True)
class _Parts:
    """Slots of hidden stretches as segments cut them."""

    slot: Whole
    hours: Floats
    row: Whole  # number of the segment


def _of_person(
    person: Person, of: Mapping[str, Floats], parts: _Parts, times: tuple[Whole, Whole, Floats]
) -> Mapping[str, Floats]:
    """Draw what was hidden, and sum each segment up with what was seen in it."""
    draws, slot, row = person.settings.draws, parts.slot, parts.row
    shape = (len(of["begins"]), draws, len(person.latitude))
    total = np.zeros(shape)
    total[times[0], :, times[1]] = times[2][:, None]
    states, changes = _drawn(person)
    visited = np.zeros((*shape[:2], person.states), dtype=np.bool_)
    for state in range(person.states):
        there = states[slot] == state
        np.add.at(total[:, :, state], row, parts.hours[:, None] * there)
        np.logical_or.at(visited[:, :, state], row, there)
    segment_of = np.full(len(states), -1)
    segment_of[slot] = row  # of a slot that a border cuts, the later
    at, draw, one, other, km, shift, part = changes
    inside = segment_of[at] >= 0
    where, draw, one, other, km, shift, part = (
        each[inside] for each in (segment_of[at], draw, one, other, km, shift, part)
    )
    took = km / person.speed
    for place, given in ((one, shift - took * part), (other, -shift - took * (1 - part))):
        is_place = place >= 0
        np.add.at(total, (where[is_place], draw[is_place], place[is_place]), given[is_place])
    added = {"km": np.zeros(shape[:2]), "h": np.zeros(shape[:2]), "n": np.zeros(shape[:2])}
    for name, values in (("km", km), ("h", took), ("n", (one != other) & (one >= 0) & (other >= 0))):
        np.add.at(added[name], (where, draw), values)
    return _summed(person, of, np.where(total > AT_LEAST, total, 0), added, visited)


def _drawn(person: Person) -> tuple[Whole, tuple[np.ndarray, ...]]:
    """Draw each stretch.

    Gives: state of each slot and draw; of each change: slot, draw, from, to, km, shift (h, by which it was later than the
    border of its slot), and the part of the way that goes off the time in the place that was left. Time that was seen in a
    place is never taken away.
    """
    states, changes = [], []
    offset = 0
    for stretch, begun, ended in person.hidden:
        chance = np.random.default_rng((person.settings.seed, int(stretch.clock[0])))
        draws = gaps.drawn(person.week, stretch, person.settings.draws, chance)
        states.append(draws)
        path = np.vstack([np.full(draws.shape[1], stretch.before), draws, np.full(draws.shape[1], stretch.after)])
        step, draw = np.nonzero(path[1:] != path[:-1])
        one, other = path[step, draw], path[step + 1, draw]
        km = person.ways[np.maximum(one, 0), np.maximum(other, 0)]
        km = np.where(step == 0, begun[np.maximum(other, 0)], km)
        km = np.where(step == len(draws), ended[np.maximum(one, 0)], km)
        km = km * np.maximum(1 + UNSURE * chance.normal(size=len(km)), 0.2)
        is_first, is_last = step == 0, step == len(draws)
        luck = chance.uniform(-0.5, 0.5, len(km)) * gaps.SLOT / HOUR
        shift = np.where(is_first, np.abs(luck) * (not stretch.has_left), luck)
        shift = np.where(is_last, -np.abs(luck) * (not stretch.arrives), shift)
        part = np.where(is_first, 0, np.where(is_last, 1, 0.5))
        changes.append((np.minimum(step, len(draws) - 1) + offset, draw, one, other, km, shift, part))
        offset += len(draws)
    return np.vstack(states), tuple(np.concatenate(each) for each in zip(*changes, strict=True))


def _summed(
    person: Person, of: Mapping[str, Floats], total: Floats, added: Mapping[str, Floats], visited: np.ndarray
) -> Mapping[str, Floats]:
    size = (4 + len(person.latitude), total.shape[1])
    luck = np.stack(
        [np.random.default_rng((person.settings.seed, int(begin))).normal(size=size) for begin in of["begins"]]
    )
    told = {name: values[:, None] for name, values in of.items()}
    off = luck[:, 4:].transpose(0, 2, 1) * told["noise_h"][:, :, None]
    total = np.where(total > 0, np.maximum(total + off, AT_LEAST), 0)
    home = np.nan_to_num(of["home"], nan=-1).astype(np.int64)
    found = dict(shapes.of_draws(total, person.latitude, person.longitude))
    at_home = total[np.arange(len(home)), :, np.maximum(home, 0)]
    found["home_h"] = np.minimum(at_home, told["home_most_h"] + told["noise_h"])
    found["moving_h"] = np.maximum(told["moving_h"] + added["h"] + luck[:, 0] * told["noise_h"], 0)
    found["distance_km"] = np.maximum(told["distance_km"] + added["km"] + luck[:, 1] * told["noise_km"], 0)
    found["transitions_count"] = told["transitions_count"] + added["n"]
    widest, far = _widths(person, total, visited, told["diameter_km"], home)
    found["diameter_km"] = np.maximum(widest + (widest > 0) * luck[:, 2] * MIDDLE, 0)
    found["max_home_km"] = np.maximum(np.fmax(told["max_home_km"], far) + luck[:, 3] * MIDDLE, 0)
    table = {}
    for name, draws in found.items():
        hide = (home < 0) & (name in ("home_h", "max_home_km"))
        for edge, values in zip(
            ("modelled", "low", "high"), (np.median(draws, axis=1), *gaps.shortest(draws)), strict=True
        ):
            table[f"{name}_{edge}"] = np.where(hide, np.nan, values)
    return table


def _widths(person: Person, total: Floats, visited: np.ndarray, seen: Floats, home: Whole) -> tuple[Floats, Floats]:
    """Give the diameter, and the distance from home of what was drawn (km)."""
    reached = (
        distance(
            person.latitude[:, None],
            person.longitude[:, None],
            person.latitude[: person.states],
            person.longitude[: person.states],
        )
        / 1000
    )
    was_there = (total > 0).any(axis=1)  # segment, place: with what all draws agree on
    widest = np.where(np.isnan(seen), 0, seen) + np.zeros(visited.shape[:2])
    was_there &= np.isfinite(seen)
    seen_there = np.where(((total > 0).all(axis=1) & was_there)[:, :, None], reached, 0).max(axis=1)  # segment, state
    for state in range(person.states):
        others = np.where(visited, person.apart[state], 0).max(axis=2)
        widest = np.maximum(widest, np.where(visited[:, :, state], np.maximum(others, seen_there[:, None, state]), 0))
    far = np.where(visited, reached[np.maximum(home, 0)][:, None, :], 0).max(axis=2)
    return widest, far
