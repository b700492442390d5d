"""How long a way was of which a phone saw parts: a straight line cuts the corners that lie in between."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from samen.rooms.sensing.sphere import EARTH, Floats, Whole, corners, distance

Flags = npt.NDArray[np.bool_]

MINUTE = 60_000  # ms
CORNER = 25.0  # m: a path is straight as long as no minute lies farther from it
TURNED = 0.26  # sine of 15 degrees: two headings that differ by less are one
LONGEST = 2.0  # times the straight line: a longer way is not believed without being seen
AROUND = 50.0  # m around the middle of a stay that still belong to it
USUAL_SPEED = 5.0  # m/s, a bicycle: the speed of a way as long as none was seen


@dataclass(frozen=True)
class Minutes:
    """Where a person was, minute by minute: one entry for each, and what is true of the step from it to the next."""

    person: Whole  # number, equal for one person
    time: Whole  # ms
    latitude: Floats  # degrees; of the middle of the stay while staying
    longitude: Floats
    place: Whole  # -1 on the way
    seen: Flags  # steps: of one person and without a long break
    rests: Flags  # steps: within one stay


@dataclass(frozen=True)
class Ways:
    """For each step: how long the way was, how much of that was not seen, and how long it took."""

    metres: Floats
    unseen: Floats  # m of it that lie between two looks of the phone and were concluded
    travel: Floats  # ms, no longer than the step


def travelled(minutes: Minutes) -> Ways:
    """Give the length of each step of the way.

    A step between two looks of the phone that are over two minutes apart is blind. The headings before and after say where
    it turned: on from the one and back from the other, up to where they meet; with one heading alone, on along it and then
    across. Without any, the person's own ways between the same two places say how much longer than straight it was, or
    else all of their ways; if there are none, it counts as straight.
    """
    straight = _straight(minutes)
    lasting = np.diff(minutes.time)
    moves = minutes.seen & ~minutes.rests
    metres = _without_jitter(minutes, straight)
    blind = moves & (lasting > 2 * MINUTE)
    bent, is_known = _bent(minutes, straight, moves & ~blind & (straight > CORNER))
    metres = np.where(blind, np.maximum(bent, straight), metres)
    trip = np.cumsum(np.r_[True, ~moves[1:] | ~moves[:-1]]) if len(moves) else np.zeros(0, np.int64)
    unknown = blind & ~is_known
    metres = np.where(unknown, straight * _detours(minutes, moves, trip, metres, unknown), metres)
    speed = _speeds(minutes, moves & ~blind & (straight > CORNER), trip, straight, lasting)
    staying = minutes.place >= 0
    away = np.maximum(metres - AROUND * (staying[:-1] * 1.0 + staying[1:]), 0)
    travel = np.minimum(away / speed * 1000, lasting)
    return Ways(metres, np.where(blind, metres, 0.0), np.where(moves, travel, 0.0))


def _straight(minutes: Minutes) -> Floats:
    axes = (minutes.latitude, minutes.longitude)
    return distance(*(axis[:-1] for axis in axes), *(axis[1:] for axis in axes))


def _without_jitter(minutes: Minutes, straight: Floats) -> Floats:
    """Give the length of each step along the path, without the bends that are smaller than jitter."""
    latitude, longitude = minutes.latitude, minutes.longitude
    stretch = np.cumsum(np.r_[True, ~minutes.seen])
    kept = np.flatnonzero(corners(latitude, longitude, stretch, np.full(len(latitude), CORNER)))
    bends = distance(latitude[kept[:-1]], longitude[kept[:-1]], latitude[kept[1:]], longitude[kept[1:]])
    line = np.searchsorted(kept, np.arange(len(straight)), side="right") - 1
    along = np.bincount(line, straight, minlength=len(bends))[: len(bends)]
    return np.asarray(straight * (bends / np.where(along > 0, along, 1))[line])


def _bent(minutes: Minutes, straight: Floats, heads: Flags) -> tuple[Floats, Flags]:
    """Give the length of each step by the headings of the steps before and after (which head somewhere), and where it is known."""
    latitude, longitude = minutes.latitude, minutes.longitude
    east = np.radians(np.diff(longitude)) * EARTH * np.cos(np.radians(latitude[:-1]))
    north = np.radians(np.diff(latitude)) * EARTH
    long = np.where(straight > 0, straight, 1)
    units = east / long, north / long
    before, after = np.r_[False, heads[:-1]], np.r_[heads[1:], False]
    one = [np.r_[0.0, axis[:-1]] for axis in units]
    other = [np.r_[axis[1:], 0.0] for axis in units]
    loose = CORNER / np.where(heads, long, 1)  # sine of the angle that jitter may turn a heading by
    first = _across(east, north, one, np.r_[1.0, loose[:-1]])
    last = _across(east, north, other, np.r_[loose[1:], 1.0])
    turn = one[0] * other[1] - one[1] * other[0]
    sharp = before & after & (np.abs(turn) > TURNED)
    safe = np.where(sharp, turn, 1)
    on, back = (east * other[1] - north * other[0]) / safe, (one[0] * north - one[1] * east) / safe
    meets = sharp & (on > -CORNER) & (back > -CORNER)
    bent = np.where(before & after, (first + last) / 2, np.where(before, first, last))
    bent = np.where(meets, np.abs(on) + np.abs(back), bent)
    return np.clip(bent, straight, LONGEST * straight), before | after


def _across(east: Floats, north: Floats, unit: list[Floats], loose: Floats) -> Floats:
    """Give the way on along a heading and then across; straight where jitter alone may have turned the heading."""
    along, across = np.abs(east * unit[0] + north * unit[1]), np.abs(east * unit[1] - north * unit[0])
    straight = np.hypot(east, north)
    return np.where(across > loose * straight, along + across, straight)


def _detours(minutes: Minutes, moves: Flags, trip: Whole, metres: Floats, unknown: Flags) -> Floats:
    """Give for each step how many times longer than straight the person's ways are: between its two places, or all of them."""
    at = np.flatnonzero(moves)
    steps = pl.DataFrame({"trip": trip[at], "step": at, "metres": metres[at], "unknown": unknown[at]})
    trips = steps.group_by("trip", maintain_order=True).agg(
        pl.col("step").first().alias("from"),
        (pl.col("step").last() + 1).alias("to"),
        pl.col("metres").sum(),
        pl.col("unknown").any(),
    )
    one, other = trips["from"].to_numpy(), trips["to"].to_numpy()
    ends = (minutes.latitude, minutes.longitude)
    places = np.sort(np.column_stack([minutes.place[one], minutes.place[other]]), axis=1)
    trips = trips.with_columns(
        pl.Series("person", minutes.person[one]),
        pl.Series("here", places[:, 0]),
        pl.Series("there", places[:, 1]),
        pl.Series("straight", distance(*(axis[one] for axis in ends), *(axis[other] for axis in ends))),
    )
    is_told = ~pl.col("unknown") & (pl.col("here") >= 0) & (pl.col("here") != pl.col("there"))
    ratio = (pl.col("metres") / pl.col("straight")).clip(1, LONGEST)
    between = ratio.filter(is_told).median().over("person", "here", "there")
    every = ratio.filter(is_told).mean().over("person")
    trips = trips.with_columns(pl.coalesce(pl.when(pl.col("here") >= 0).then(between), every, 1.0).alias("detour"))
    found = np.ones(len(moves))
    found[at] = steps.join(trips.select("trip", "detour"), on="trip", how="left", maintain_order="left")["detour"]
    return found


def _speeds(minutes: Minutes, quick: Flags, trip: Whole, straight: Floats, lasting: Whole) -> Floats:
    """Give the speed of each step (m/s): the median of what was seen of its way, else of the person's ways."""
    on_the_way = quick & (minutes.place[:-1] < 0) & (minutes.place[1:] < 0)
    speed = pl.when("quick").then(pl.col("metres") / pl.col("lasting") * 1000)
    steps = pl.DataFrame(
        {"person": minutes.person[:-1], "trip": trip, "quick": on_the_way, "metres": straight, "lasting": lasting}
    )
    own = steps.filter("quick").with_columns(speed.alias("speed"))
    by_trip = own.group_by("trip").agg(pl.col("speed").median())
    by_person = own.group_by("person").agg(pl.col("speed").median().alias("usual"))
    steps = steps.select("person", "trip").join(by_trip, on="trip", how="left", maintain_order="left")
    steps = steps.join(by_person, on="person", how="left", maintain_order="left")
    return steps.select(pl.coalesce("speed", "usual", USUAL_SPEED).alias("speed"))["speed"].to_numpy()
