"""What hidden time may have added to a segment: draws from the person's own week, summed up with what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from samen.rooms.sensing import gaps
from samen.rooms.sensing.features import shapes
from samen.rooms.sensing.features.stays import Samen
from samen.rooms.sensing.features.ways import USUAL_SPEED
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


def modelled(
    pieces: pl.DataFrame, weeks: Mapping[str, Slots], segments: pl.DataFrame, seen: Seen, settings: Samen
) -> pl.DataFrame:
    """Give at, modelled_h, and for each feature <name>_modelled (median of the draws), <name>_low and <name>_high.

    Takes:  pieces by person; what was seen. Segments with too little, and people with too few days, are not there.
    """
    names = ("home_h", "moving_h", "distance_km", "transitions_count", *shapes.NAMES, "max_home_km")
    columns = [f"{name}_{edge}" for name in names for edge in ("modelled", "low", "high")]
    found = [pl.DataFrame(schema={"at": pl.UInt32, "modelled_h": pl.Float64, **dict.fromkeys(columns, pl.Float64)})]
    enough = (pl.col("hidden_h") > 0) & (pl.col("seen_h") >= LEAST_SEEN * (pl.col("seen_h") + pl.col("hidden_h")))
    wanted = segments.join(seen.features.filter(enough), on="at")
    if not settings.draws or wanted.is_empty():
        return found[0]
    laid = segments.join(wanted.select("at"), on="at", how="semi").partition_by("person", as_dict=True)
    mine = pieces.join(wanted.select("person").unique(), on="person", how="semi").partition_by("person", as_dict=True)
    times = seen.staying.join(wanted.select("at"), on="at", how="semi").partition_by("person", as_dict=True)
    middles = seen.places.partition_by("person", as_dict=True)
    for key, of in wanted.partition_by("person", as_dict=True).items():
        week = weeks[key[0]]
        days = len(np.unique(week.clock[week.place >= 0] // gaps.DAY))
        if days >= settings.least_days and key in middles and key in times:
            person = _Person(week, mine[key], middles[key], settings)
            found.append(_of_person(person, laid[key], of.sort("at"), times[key]).select(found[0].columns))
    return pl.concat(found)


class _Person:
    """One person's week, and how long and quick their ways are."""

    def __init__(self, week: Slots, pieces: pl.DataFrame, middles: pl.DataFrame, settings: Samen) -> None:
        self.settings, self.pieces = settings, pieces
        self.latitude, self.longitude = (middles[axis].to_numpy() for axis in shapes.AXES)
        self.size = len(self.latitude)
        self.states = min(self.size, gaps.STATES)
        state = np.minimum(week.place, self.states - 1)
        self.week = gaps.learned(state, week.clock, np.random.default_rng(settings.seed))
        ways = pieces.filter(pl.col("kind") == "move")
        took = float((ways["ends"] - ways["begins"]).to_numpy().sum()) / HOUR
        metres = float(ways["metres"].to_numpy().sum()) / 1000
        self.speed = metres / took if took > 0 and metres > 0 else USUAL_SPEED * 3.6  # km/h
        self.apart = self.from_point(self.latitude[: self.states, None], self.longitude[: self.states, None])
        self.ways, self.detour = self._own_ways()

    def from_point(self, latitude: Floats, longitude: Floats) -> Floats:
        """Give km in a straight line from a point to each of the states' places."""
        return distance(latitude, longitude, self.latitude[: self.states], self.longitude[: self.states]) / 1000

    def _own_ways(self) -> tuple[Floats, float]:
        """Give km from each state to each other: the median of the ways seen, else straight times the usual detour."""
        run = pl.struct("kind", "place").rle_id()
        runs = self.pieces.group_by(run.alias("run"), maintain_order=True).agg(
            pl.col("kind", "place").first(), pl.col("metres").sum()
        )
        ways = runs.with_columns(pl.col("place").shift().alias("from"), pl.col("place").shift(-1).alias("to")).filter(
            pl.col("kind") == "move", pl.col("from") >= 0, pl.col("to") >= 0, pl.col("from") != pl.col("to")
        )
        one, other = (ways[name].to_numpy().clip(max=self.states - 1) for name in ("from", "to"))
        km, straight = ways["metres"].to_numpy() / 1000, self.apart[one, other]
        detour = float(km.sum() / straight.sum()) if straight.sum() > 0 else 1.0
        table = self.apart * detour
        pairs = pl.DataFrame({"one": np.minimum(one, other), "other": np.maximum(one, other), "km": km})
        for a, b, length in pairs.group_by("one", "other").agg(pl.col("km").median()).iter_rows():
            table[a, b] = table[b, a] = length if a != b else 0.0
        return table, detour


@dataclass(frozen=True)
class _Hidden:
    """Hidden stretches slot by slot: number of the stretch, span (ms), clock; and each stretch's edges."""

    rows: pl.DataFrame
    stretches: list[tuple[gaps.Stretch, Floats, Floats]]  # with km from where it began and to where it ended


def _hidden(person: _Person) -> _Hidden:
    """Lay each hidden stretch out in slots."""
    pieces = person.pieces
    kinds, place = pieces["kind"].to_list(), pieces["place"].clip(upper_bound=person.states - 1)
    stays = pl.DataFrame({"kind": kinds, "place": place}).select(
        pl.when(pl.col("kind") == "stay").then("place").alias("stay")
    )
    last, coming = (stays["stay"].fill_null(strategy=way).fill_null(gaps.UNKNOWN) for way in ("forward", "backward"))
    rows: list[pl.DataFrame] = []
    stretches: list[tuple[gaps.Stretch, Floats, Floats]] = []
    for at in (index for index, kind in enumerate(kinds) if kind == "hidden"):
        begins, ends, ahead = pieces["begins"][at], pieces["ends"][at], pieces["ahead"][at]
        edges = np.arange((begins + gaps.SLOT // 2) // gaps.SLOT + 1, (ends + gaps.SLOT // 2) // gaps.SLOT) * gaps.SLOT
        borders = np.r_[begins, edges, ends]
        before, after = (kinds[at - 1] if at else "hidden"), (kinds[at + 1] if at + 1 < len(kinds) else "hidden")
        stretch = gaps.Stretch(
            clock=borders[:-1] // gaps.SLOT * gaps.SLOT + ahead if at else borders[:-1] + ahead,
            before=last[at] if before != "hidden" else gaps.UNKNOWN,
            after=coming[at] if after != "hidden" else gaps.UNKNOWN,
            has_left=before == "move",
            arrives=after == "move",
        )
        begun, ended = (
            person.detour * person.from_point(*(pieces[axis][min(where, len(kinds) - 1)] for axis in shapes.AXES))
            for where in (at, at + 1)
        )
        if stretch.before >= 0 and not stretch.has_left:
            begun = person.ways[stretch.before]
        if stretch.after >= 0 and not stretch.arrives:
            ended = person.ways[:, stretch.after]
        rows.append(pl.DataFrame({"begins": borders[:-1], "ends": borders[1:], "stretch": len(stretches)}))
        stretches.append((stretch, begun, ended))
    return _Hidden(pl.concat(rows).with_row_index("slot"), stretches)


def _of_person(person: _Person, laid: pl.DataFrame, of: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    """Draw what was hidden, and sum each segment up with what was seen in it."""
    found, draws = _hidden(person), person.settings.draws
    episodes = found.rows.with_columns(pl.lit(laid["person"][0]).alias("person"))
    parts = cut(episodes, laid)
    row = np.searchsorted(of["at"].to_numpy(), parts["at"].to_numpy())
    slot, hours = parts["slot"].to_numpy(), ((parts["ends"] - parts["begins"]) / HOUR).to_numpy()
    shape = (of.height, draws, person.size)
    total = np.zeros(shape)
    total[np.searchsorted(of["at"].to_numpy(), times["at"].to_numpy()), :, times["place"].to_numpy()] = times[
        "hours"
    ].to_numpy()[:, None]
    states, changes = _drawn(person, found)
    for state in range(person.states):
        np.add.at(total[:, :, state], row, hours[:, None] * (states[slot] == state))
    segment_of = np.full(found.rows.height, -1)
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
    visited = np.zeros((*shape[:2], person.states), dtype=np.bool_)
    for state in range(person.states):
        np.logical_or.at(visited[:, :, state], row, states[slot] == state)
    return _summed(person, of, np.where(total > AT_LEAST, total, 0), added, visited)


def _drawn(person: _Person, found: _Hidden) -> tuple[Whole, tuple[np.ndarray, ...]]:
    """Draw each stretch.

    Gives: state of each slot and draw; of each change: slot, draw, from, to, km, shift (h, by which it was later than the
    border of its slot), and the part of the way that goes off the time in the place that was left. Time that was seen in a
    place is never taken away.
    """
    states, changes = [], []
    offset = 0
    for stretch, begun, ended in found.stretches:
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
    person: _Person, of: pl.DataFrame, total: Floats, added: Mapping[str, Floats], visited: np.ndarray
) -> pl.DataFrame:
    def column(name: str) -> Floats:
        return of[name].cast(pl.Float64).fill_null(np.nan).to_numpy()[:, None]

    size = (4 + person.size, total.shape[1])
    luck = np.stack([np.random.default_rng((person.settings.seed, begin)).normal(size=size) for begin in of["begins"]])
    off = luck[:, 4:].transpose(0, 2, 1) * column("noise_h")[:, :, None]
    total = np.where(total > 0, np.maximum(total + off, AT_LEAST), 0)
    home = of["home"].to_numpy()
    rows = np.arange(of.height)
    found = dict(shapes.of_draws(total, person.latitude, person.longitude))
    at_home = total[rows, :, np.maximum(home, 0)]
    found["home_h"] = np.minimum(at_home, column("home_most_h") + column("noise_h"))
    found["moving_h"] = np.maximum(column("moving_h") + added["h"] + luck[:, 0] * column("noise_h"), 0)
    found["distance_km"] = np.maximum(column("distance_km") + added["km"] + luck[:, 1] * column("noise_km"), 0)
    found["transitions_count"] = column("transitions_count") + added["n"]
    widest, far = _widths(person, total, visited, column("diameter_km"), home)
    found["diameter_km"] = np.maximum(widest + (widest > 0) * luck[:, 2] * MIDDLE, 0)
    found["max_home_km"] = np.maximum(np.fmax(column("max_home_km"), far) + luck[:, 3] * MIDDLE, 0)
    unknown = home < 0
    table: dict[str, object] = {"at": of["at"], "modelled_h": of["hidden_h"]}
    for name, draws in found.items():
        low, high = gaps.shortest(draws)
        middle = np.median(draws, axis=1)
        for edge, values in (("modelled", middle), ("low", low), ("high", high)):
            hide = unknown if name in ("home_h", "max_home_km") else np.zeros(len(unknown), np.bool_)
            table[f"{name}_{edge}"] = pl.Series(np.where(hide, np.nan, values), nan_to_null=True, dtype=pl.Float64)
    return pl.DataFrame(table)


def _widths(person: _Person, total: Floats, visited: np.ndarray, seen: Floats, home: Whole) -> tuple[Floats, Floats]:
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
