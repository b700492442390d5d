"""Which services fit what somebody needs, in which order, and why each is shown. Nobody can pay for a place.

Order, as `docs/operator/guide.md` says: what can be used comes before what is full or closed for a while; then what is open now; the
language, the age and the cost that were asked for; what is near; what was checked. A name that was asked for comes first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

from samen.rooms.companion.entry import Entry, Spot
from samen.rooms.companion.hours import Holiday, Now, State, now_of

STALE_DAYS = 365  # a year without a look: the entry stays and says so
OLD_DAYS = 3 * 365  # a source of more years than that is named as old
FAR_KM = 25.0
EARTH_KM = 6371.0
SHOWN = 10  # on a page
ACTIVE, PAUSED = "active", "temporarily closed"
GONE = ("inactive", "defunct")  # not found any more; the address of the entry says what became of it
LOOSENED = ("open", "free", "access", "language", "age")  # in which order a wish is let go when nothing meets all


class Freshness(StrEnum):
    """What can be said of how sure an entry is."""

    CHECKED = "checked"
    OLD_SOURCE = "old_source"
    STALE = "stale"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Town:
    """A place somebody named."""

    name: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for. All of it may be left out."""

    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    country: str = ""
    town: Town | None = None
    language: str = ""
    free: bool = False
    open: bool = False
    access: tuple[str, ...] = ()
    age: int | None = None

    @property
    def asks(self) -> bool:
        """Say whether anything was asked that services are looked up by."""
        return bool(self.words or self.needs or self.town)


@dataclass(frozen=True)
class Said:
    """A sentence to say: its key under `companion.guide`, and what stands in its blanks."""

    key: str
    blanks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """An entry that may fit: with the words that were found in it, and their weight."""

    entry: Entry
    found: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True)
class Hit:
    """An entry that is shown: why, what to know before one goes there, and how it stands now."""

    entry: Entry
    why: tuple[Said, ...]
    notes: tuple[Said, ...]
    now: Now
    km: float | None
    fresh: Freshness


@dataclass(frozen=True)
class Moment:
    """The moment of a search: with the public holidays, and what is known of the numbers of the crisis room's directory."""

    at: datetime
    holidays: Sequence[Holiday] = ()
    numbers: Mapping[str, tuple[bool, date]] = field(
        default_factory=dict
    )  # by id: verified or not, and when it was checked


@dataclass(frozen=True)
class Found:
    """What a search gives: hits in order, and which wishes were let go because nothing met them all."""

    hits: tuple[Hit, ...] = ()
    loosened: tuple[str, ...] = ()


def find(
    wanted: Wanted, candidates: Iterable[Candidate], moment: Moment, worth: Mapping[str, float] | None = None
) -> tuple[Hit, ...]:
    """Choose what fits, and order it. `worth` is how likely each need is meant; without it each that was asked for counts as one."""
    known = [each for each in candidates if each.entry.status not in GONE]
    likely = worth if worth is not None else dict.fromkeys(wanted.needs, 1.0)
    hits = [(_place(wanted, hit, each.weight, likely), hit) for each in known if (hit := _hit(wanted, each, moment))]
    return tuple(hit for _, hit in sorted(hits, key=lambda each: each[0]))


def looser(wanted: Wanted) -> Iterator[tuple[Wanted, tuple[str, ...]]]:
    """Give the question as it was asked, then with one wish less each time, and which wishes were let go."""
    let_go: tuple[str, ...] = ()
    yield wanted, let_go
    for wish in LOOSENED:
        if getattr(wanted, wish) not in (False, (), "", None):
            let_go = (*let_go, wish)
            wanted = _without(wanted, wish)
            yield wanted, let_go


def with_hours(hit: Hit, moment: Moment) -> Hit:
    """Look ahead for the hits that are shown: when each opens next, or until when it is open."""
    entry = hit.entry
    return replace(hit, now=now_of(entry.hours, moment.at, table=moment.holidays, country=entry.country))


def _without(wanted: Wanted, wish: str) -> Wanted:
    empty: Mapping[str, Any] = {"open": False, "free": False, "access": (), "language": "", "age": None}
    return replace(wanted, **{wish: empty[wish]})


def _hit(wanted: Wanted, candidate: Candidate, moment: Moment) -> Hit | None:
    """Give an entry as a hit, or nothing when something is known of it that does not fit."""
    entry = candidate.entry
    if wanted.needs and not entry.needs & set(wanted.needs):
        return None
    if wanted.language and entry.languages and wanted.language not in entry.languages:
        return None
    if wanted.free and entry.free is False:
        return None
    if not set(wanted.access) <= entry.access:
        return None
    if wanted.age is not None and not _fits_age(entry, wanted.age):
        return None
    now = now_of(entry.hours, moment.at, table=moment.holidays, country=entry.country, ahead=0)
    if wanted.open and now.state is not State.OPEN:
        return None
    km = distance(wanted.town, entry.spots)
    fresh = freshness(entry, moment)
    return Hit(
        entry=entry,
        why=tuple(_why(wanted, candidate, now, km)),
        notes=tuple(notes(wanted, entry, km)),
        now=now,
        km=km,
        fresh=fresh,
    )


def _fits_age(entry: Entry, age: int) -> bool:
    return (entry.youngest is None or age >= entry.youngest) and (entry.oldest is None or age <= entry.oldest)


def _why(wanted: Wanted, candidate: Candidate, now: Now, km: float | None) -> Iterable[Said]:
    """Say why an entry is shown: only what was asked for, and true of it."""
    entry = candidate.entry
    met = [each for each in wanted.needs if each in entry.needs]
    if met:
        yield Said("why.need", {"needs": met})
    if candidate.found:
        yield Said("why.words", {"words": candidate.found})
    if wanted.town is not None and km is not None and km <= FAR_KM:
        yield Said("why.near", {"km": max(1, round(km)), "town": wanted.town.name})
    elif wanted.town is not None and entry.anywhere:
        yield Said("why.anywhere")
    if wanted.open and now.state is State.OPEN:
        yield Said("why.open")
    if wanted.language and wanted.language in entry.languages:
        yield Said("why.language", {"spoken": wanted.language})
    if wanted.free and entry.free:
        yield Said("why.free")
    if wanted.age is not None and (entry.youngest is not None or entry.oldest is not None):
        yield Said("why.age", {"age": wanted.age})
    for each in wanted.access:
        yield Said(f"why.access.{each}")


def notes(wanted: Wanted, entry: Entry, km: float | None) -> Iterable[Said]:
    """Say what to know beforehand: far, full or closed, and what nobody told."""
    if entry.status == PAUSED:
        yield Said("note.paused")
    if entry.room:
        yield Said(f"note.{entry.room}")
    if wanted.town is not None and km is not None and km > FAR_KM:
        yield Said("note.far", {"km": round(km), "town": wanted.town.name})
    if entry.areas and wanted.town is not None and wanted.town.name not in entry.areas:
        yield Said("note.area", {"towns": ", ".join(entry.areas)})
    if wanted.free and entry.free is None:
        yield Said("note.cost_unknown")
    if wanted.language and not entry.languages:
        yield Said("note.language_unknown", {"spoken": wanted.language})


def _place(wanted: Wanted, hit: Hit, weight: float, likely: Mapping[str, float]) -> tuple[Any, ...]:
    """Give where a hit stands: smaller comes first. Nothing that can be bought is in here."""
    entry = hit.entry
    opens = {State.OPEN: 0, State.UNSURE: 1, State.UNKNOWN: 1, State.CLOSED: 2}[hit.now.state]
    return (
        entry.status == PAUSED,
        entry.room == "full",
        -weight if wanted.words else 0.0,
        -round(sum(likely.get(each, 0.0) for each in sorted(entry.needs)), 3),
        opens,
        bool(wanted.language) and wanted.language not in entry.languages,
        wanted.age is not None and entry.youngest is None and entry.oldest is None,
        {True: 0, None: 1, False: 2}[entry.free],
        _far(wanted, hit),
        hit.fresh in (Freshness.STALE, Freshness.UNVERIFIED),
        entry.name.casefold(),
        entry.id,
    )


def _far(wanted: Wanted, hit: Hit) -> int:
    """Give the distance in steps, so that a street more does not count: near, anywhere, in the region, far."""
    if wanted.town is None:
        return 0
    if hit.km is not None and hit.km <= FAR_KM:
        return int(hit.km // 5)
    return 6 if hit.entry.anywhere else 7 + int((hit.km or 0) // FAR_KM)


def distance(town: Town | None, spots: Sequence[Spot]) -> float | None:
    """Give how far the nearest place is, in km as the crow flies; None when nobody asked or there is no place."""
    if town is None:
        return None
    known = [
        kilometres(town.latitude, town.longitude, each.latitude, each.longitude)
        for each in spots
        if each.latitude is not None and each.longitude is not None
    ]
    return min(known, default=None)


def kilometres(north: float, east: float, to_north: float, to_east: float) -> float:
    """Give the length of the great circle between two points (haversine)."""
    half_north, half_east = radians(to_north - north) / 2, radians(to_east - east) / 2
    part = sin(half_north) ** 2 + cos(radians(north)) * cos(radians(to_north)) * sin(half_east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(part)))


def freshness(entry: Entry, moment: Moment) -> Freshness:
    """Say how sure an entry is, with the numbers that it names. What is old or unchecked is marked, and never taken away."""
    today = moment.at.date()
    numbers = [moment.numbers.get(each, (False, today)) for each in entry.numbers]
    if not entry.certain or entry.checked is None or not all(certain for certain, _ in numbers):
        return Freshness.UNVERIFIED
    if (today - min([entry.checked, *(checked for _, checked in numbers)])).days > STALE_DAYS:
        return Freshness.STALE
    if entry.page and (today - _month(entry.page)).days > OLD_DAYS:
        return Freshness.OLD_SOURCE
    return Freshness.CHECKED


def _month(said: str) -> date:
    """Read a year, or a year and month, as its first day."""
    year, _, rest = said.partition("-")
    return date(int(year), int(rest[:2] or 1), 1)
