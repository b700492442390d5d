"""Places where one person stays, what their own days say of each, and the names that they gave: arithmetic on whereabouts.

What a place is for others (a clinic, a church, a pub) is not known here and is never looked up: there is no list of places but
the person's own. What is said of a place is when they are there, and that it looks like home when nights and days agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, cast

import numpy as np
import polars as pl

from samen.rights.words import Phrase
from samen.rooms.sensing.features import shapes, stays
from samen.rooms.sensing.sphere import distance

WORDS = "sensing.own_places"
WINDOW = 28  # days that are looked over: four of each weekday
LEAST_DAYS = 7  # seen for a part, before anything is said
SEEN_MIN = 360  # minutes: a day of which less was seen counts neither way
THERE_MIN = 15  # minutes: a shorter stop is no day at a place
NIGHT_HOURS, NIGHT_SEEN_MIN = 6, 180  # from midnight; a night of which less was seen counts neither way
OFTEN_DAYS = 3  # a place of fewer days is no place to name
REACH_M = 150.0  # between the middle of a place and that of a name: two estimates of one place lie closer
MOST_PLACES = 12  # that are said one by one
LONGEST_NAME, MOST_NAMES = 60, 40


class Kind(StrEnum):
    """What a person's own days say of a place. There is no kind that says what a place is for others."""

    HOME = "home"  # most nights, and most of all time
    NIGHTS = "nights"  # some nights
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"
    OFTEN = "often"


NUMBERS_OF: Mapping[str, tuple[str, str]] = {  # of each kind: what was counted, and of how many
    Kind.HOME: ("nights", "nights_seen"),
    Kind.NIGHTS: ("nights", "nights_seen"),
    Kind.WEEKDAYS: ("weekdays", "weekdays_seen"),
    Kind.WEEKENDS: ("weekends", "weekends_seen"),
    Kind.OFTEN: ("days", "days"),
}


@dataclass(frozen=True)
class Place:
    """One place of the window, by time: 1 is where most of it was spent."""

    number: int
    latitude: float  # degrees
    longitude: float
    minutes: int
    days: int  # on which they were there
    nights: int
    nights_seen: int  # of all nights
    weekdays: int
    weekdays_seen: int
    weekends: int  # Saturdays and Sundays
    weekends_seen: int
    last: str  # ISO minute of the clock at which the newest stay began
    kind: str  # of Kind; "" for a place that nothing is said of
    sure: str  # fairly, little; "" with the kind


@dataclass(frozen=True)
class Day:
    """Where the minutes of one day went."""

    day: date
    at: Mapping[int, int]  # number of a place -> minutes
    other: int  # in places that are not among those that are said
    way: int
    unseen: int


@dataclass(frozen=True)
class Found:
    """What the window holds."""

    places: tuple[Place, ...]
    days: tuple[Day, ...]  # oldest first; those alone of which something was seen


@dataclass(frozen=True)
class Name:
    """A name that a person gave, or a place that they want left out (no words), and where: several middles once merged."""

    id: str
    words: str
    middles: tuple[tuple[float, float], ...]  # degrees
    since: date | None = None  # when it was given

    @property
    def left_out(self) -> bool:
        """Say whether the person wants nothing said of this place."""
        return not self.words


def found(rows: pl.DataFrame, on: date) -> Found:
    """Give a person's places in the window that ends with `on`.

    Takes: gps of one person by time, with local.
    """
    since = on - timedelta(days=WINDOW - 1)
    pieces = stays.pieces(rows, stays.Samen())
    cuts = _by_day(pieces).filter(pl.col("day").is_between(since, on))
    if cuts.is_empty():
        return Found((), ())
    middles = {row["place"]: row for row in shapes.places(pieces).iter_rows(named=True)}
    days = _seen_days(cuts)
    told = _places(cuts, days, middles)
    return Found(told, _days(cuts, {each: number for number, each in enumerate(_order(cuts), 1)}, len(told)))


def _by_day(pieces: pl.DataFrame) -> pl.DataFrame:
    """Cut pieces at midnight of the person's clock. Adds: day, from, to (minutes of the clock), minutes, night (of them)."""
    clock = {edge: (pl.col(edge) + pl.col("ahead")) for edge in ("begins", "ends")}
    whole = pieces.with_columns(clock["begins"].alias("begins_local"), clock["ends"].alias("ends_local"))
    first = (pl.col("begins_local") // stays.DAY).alias("day")
    spans = whole.with_columns(pl.int_ranges(first, (pl.col("ends_local") - 1) // stays.DAY + 1).alias("day"))
    cuts = spans.explode("day").drop_nulls("day")
    start = pl.col("day") * stays.DAY
    edges = [(pl.col(name) - start).clip(0, stays.DAY) / stays.MINUTE for name in ("begins_local", "ends_local")]
    return cuts.with_columns(edges[0].alias("from"), edges[1].alias("to")).with_columns(
        (pl.col("to") - pl.col("from")).alias("minutes"),
        (pl.min_horizontal(pl.col("to"), NIGHT_HOURS * 60) - pl.col("from")).clip(0).alias("night"),
        pl.col("day").cast(pl.Int32).cast(pl.Date),
    )


def _seen_days(cuts: pl.DataFrame) -> pl.DataFrame:
    """Give day, seen and night (minutes that were seen), and whether it is a Saturday or Sunday."""
    seen = pl.col("kind") != "hidden"
    return cuts.group_by("day").agg(
        pl.col("minutes").filter(seen).sum().alias("seen"), pl.col("night").filter(seen).sum().alias("night"),
    ).with_columns((pl.col("day").dt.weekday() >= 6).alias("weekend"))  # fmt: skip


def _order(cuts: pl.DataFrame) -> list[int]:
    """Give the places by time, most first."""
    staying = cuts.filter(pl.col("kind") == "stay", pl.col("place") >= 0)
    by_time = staying.group_by("place").agg(pl.col("minutes").sum()).sort("minutes", "place", descending=[True, False])
    return by_time["place"].to_list()


def _places(cuts: pl.DataFrame, days: pl.DataFrame, middles: Mapping[int, Mapping[str, Any]]) -> tuple[Place, ...]:
    staying = cuts.filter(pl.col("kind") == "stay", pl.col("place") >= 0)
    by_day = staying.group_by("place", "day").agg(pl.col("minutes", "night").sum())
    both = by_day.join(days, on="day", suffix="_seen")
    enough = days.filter(pl.col("seen") >= SEEN_MIN)
    there = (pl.col("minutes") >= THERE_MIN) & (pl.col("seen") >= SEEN_MIN)
    nights = pl.col("night_seen") >= NIGHT_SEEN_MIN
    counted = both.group_by("place").agg(
        pl.col("minutes").sum(),
        (pl.col("minutes") >= THERE_MIN).sum().alias("days"),
        (nights & (2 * pl.col("night") > pl.col("night_seen"))).sum().alias("nights"),
        (there & ~pl.col("weekend")).sum().alias("weekdays"),
        (there & pl.col("weekend")).sum().alias("weekends"),
    )
    last = staying.with_columns((pl.col("place") != pl.col("place").shift()).fill_null(True).alias("new"))
    last = last.filter("new").group_by("place").agg(pl.col("begins_local").max().cast(pl.Datetime("ms")).alias("last"))
    rows = counted.join(last, on="place").sort("minutes", "place", descending=[True, False])
    seen = {
        "nights_seen": days.filter(pl.col("night") >= NIGHT_SEEN_MIN).height,
        "weekdays_seen": enough.filter(~pl.col("weekend")).height,
        "weekends_seen": enough.filter("weekend").height,
    }
    made = []
    for number, row in enumerate(rows.head(MOST_PLACES).iter_rows(named=True), 1):
        figures = {name: row[name] for name in ("days", "nights", "weekdays", "weekends")} | seen
        kind, sure = kind_of(figures, most_time=number == 1) if enough.height >= LEAST_DAYS else ("", "")
        middle = middles[row["place"]]
        made.append(
            Place(
                number=number,
                latitude=middle["latitude"],
                longitude=middle["longitude"],
                minutes=round(row["minutes"]),
                last=f"{row['last']:%Y-%m-%dT%H:%M}",
                kind=kind,
                sure=sure,
                **figures,
            )
        )
    return tuple(made)


def kind_of(figures: Mapping[str, int], *, most_time: bool) -> tuple[str, str]:
    """Say what the days and nights at a place look like, and how sure that is; nothing where they look like nothing.

    Home needs most nights and most of all time: where somebody works at night is where they are at night, and is not home.
    """
    nights, seen = figures["nights"], figures["nights_seen"]
    weekdays, weekends = (_share(figures[name], figures[f"{name}_seen"]) for name in ("weekdays", "weekends"))
    at_night = _share(nights, seen)
    if most_time and nights >= 3 and at_night >= 2 / 3:
        return Kind.HOME, "fairly" if at_night >= 0.8 and seen >= 7 else "little"
    if nights >= 2 and at_night >= 0.15:
        return Kind.NIGHTS, "fairly" if nights >= 4 else "little"
    if figures["weekdays"] >= 4 and weekdays >= 0.4 and weekends <= 0.2:
        return Kind.WEEKDAYS, "fairly" if weekdays >= 0.6 and figures["weekdays_seen"] >= 10 else "little"
    if figures["weekends"] >= 3 and weekends >= 0.4 and weekdays <= 0.1:
        return Kind.WEEKENDS, "fairly" if weekends >= 0.6 and figures["weekends_seen"] >= 6 else "little"
    return (Kind.OFTEN, "fairly") if figures["days"] >= OFTEN_DAYS else ("", "")


def reason(place: Mapping[str, Any]) -> Phrase:
    """Give what was counted of a place (plain, as a finding keeps it), as the reason for what it looks like."""
    part, whole = NUMBERS_OF[place["kind"]]
    return Phrase(f"{WORDS}.why.{place['kind']}", {"x": place[part], "of": place[whole], "n": place[part]})


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _days(cuts: pl.DataFrame, numbers: Mapping[int, int], said: int) -> tuple[Day, ...]:
    """Give where each day's minutes went; what no piece covers was not seen."""
    moved = (
        pl.col("ahead").last() - pl.col("ahead").first()
    ) / stays.MINUTE  # a day with another clock is longer, or shorter
    lengths = cuts.group_by("day").agg((stays.DAY / stays.MINUTE - moved).alias("long"))
    sums = cuts.filter(pl.col("kind") != "hidden").group_by("day", "kind", "place").agg(pl.col("minutes").sum())
    made = []
    for (day, long), of in (
        sums.join(lengths, on="day").sort("day", "place").group_by("day", "long", maintain_order=True)
    ):
        rows = list(of.select("kind", "place", "minutes").iter_rows())
        at = {
            numbers[place]: minutes
            for kind, place, minutes in rows
            if kind == "stay" and numbers.get(place, said + 1) <= said
        }
        way = sum(minutes for kind, _, minutes in rows if kind == "move")
        staying = sum(minutes for kind, _, minutes in rows if kind == "stay")
        unseen = max(cast(float, long) - staying - way, 0.0)
        told = {number: round(minutes) for number, minutes in sorted(at.items()) if round(minutes)}
        made.append(Day(cast(date, day), told, round(staying - sum(at.values())), round(way), round(unseen)))
    return tuple(made)


def name_of(middle: tuple[float, float], names: Sequence[Name]) -> Name | None:
    """Give the name whose middle lies nearest, within reach; None for a place without one."""
    pairs = [(each, *point) for each in names for point in each.middles]
    if not pairs:
        return None
    metres = distance(
        np.full(len(pairs), middle[0]), np.full(len(pairs), middle[1]),
        np.array([each[1] for each in pairs]), np.array([each[2] for each in pairs]),
    )  # fmt: skip
    nearest = int(np.argmin(metres))
    return pairs[nearest][0] if metres[nearest] <= REACH_M else None


def still_seen(names: Sequence[Name], rows: pl.DataFrame) -> tuple[Name, ...]:
    """Give what stays of names when measurements went: middles alone near which a point still lies, and names that have one.

    Takes: gps of one person.
    """
    latitude, longitude = rows["latitude"].to_numpy(), rows["longitude"].to_numpy()
    kept = []
    for each in names:
        middles = tuple(
            point
            for point in each.middles
            if len(latitude)
            and np.nanmin(distance(latitude, longitude, *(np.full(len(latitude), axis) for axis in point))) <= REACH_M
        )
        if middles:
            kept.append(replace(each, middles=middles))
    return tuple(kept)
