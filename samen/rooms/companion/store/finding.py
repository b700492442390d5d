"""Which services may fit a question: what is searched by is read from the tables once, and again when something in them changed.

A process keeps for each service what narrows a search down (some 200 bytes), and the lists of services of each need, language and word
that somebody asked for. Only what may be shown is read whole.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from samen.rooms.companion import entry as entries
from samen.rooms.companion.guide import GONE, Candidate, Town, Wanted
from samen.rooms.companion.models.guide import Change, Document, Facet, Service, Spot, Word
from samen.rooms.companion.store import places

MOST = 50  # services that are weighed for one question, of each sort: near, and usable from anywhere
NAME = 4.0  # weight from which a word stands in a name
SIGN = "="  # before a need among the words of a service
WORDY = 4  # letters from which the beginning of a word is enough
READ = 20_000  # entries and lists that a process keeps


@dataclass(frozen=True)
class Row:
    """What narrows a search down, of one service."""

    id: UUID
    changed_at: datetime
    country: str
    anywhere: bool
    free: bool | None
    youngest: int | None
    oldest: int | None
    has_language: bool


@dataclass
class Directory:
    """All services by their place in the order of names, with the lists that were asked for so far."""

    stamp: tuple[Any, ...]
    rows: Sequence[Row]
    places: Mapping[UUID, int]
    spots: Mapping[int, Sequence[tuple[float, float]]]
    facets: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    words: dict[str, Mapping[int, float]] = field(default_factory=dict)

    def having(self, kind: str, value: str) -> frozenset[int]:
        """Give the services that have a need, a language or a way in."""
        found = self.facets.get((kind, value))
        if found is None:
            ids = Facet.objects.filter(kind=kind, value=value).values_list("service", flat=True)
            found = frozenset(self.places[each] for each in ids if each in self.places)
            if len(self.facets) < READ:
                self.facets[kind, value] = found
        return found

    def holding(self, word: str) -> Mapping[int, float]:
        """Give the services in which a word stands, with its weight."""
        found = self.words.get(word)
        if found is None:
            made: dict[int, float] = {}
            for service, weight in Word.objects.filter(matches(word)).values_list("service", "weight"):
                place = self.places.get(service)
                if place is not None:
                    made[place] = max(weight, made.get(place, 0.0))
            found = made
            if len(self.words) < READ:
                self.words[word] = found
        return found


_kept: dict[str, Directory] = {}
_read: dict[UUID, tuple[datetime, entries.Entry]] = {}


def directory() -> Directory:
    """Give all services that are offered, read anew when something changed."""
    now = Service.objects.aggregate(last=Max("changed_at"), number=Count("id"))
    stamp = (
        now["last"],
        now["number"],
        Change.objects.aggregate(last=Max("id"))["last"],
    )  # an import has one time for all
    kept = _kept.get("")
    if kept is None or kept.stamp != stamp:
        kept = _kept[""] = _directory(stamp)
    return kept


def _directory(stamp: tuple[Any, ...]) -> Directory:
    columns = ("id", "changed_at", "country", "anywhere", "free", "youngest", "oldest", "has_language")
    offered = Service.objects.exclude(status__in=GONE).order_by("name", "id").values_list(*columns)
    rows = [Row(*each) for each in offered]
    where = {each.id: place for place, each in enumerate(rows)}
    spots: dict[int, list[tuple[float, float]]] = {}
    for service, north, east in Spot.objects.values_list("service", "latitude", "longitude"):
        if service in where:
            spots.setdefault(where[service], []).append((north, east))
    return Directory(stamp, rows, where, spots)


def candidates(wanted: Wanted) -> list[Candidate]:
    """Give the services that may fit, no more than can be weighed: near ones and ones usable from anywhere.

    Where words were asked: those in which all of them stand, or some of them when there is none with all.
    """
    known = directory()
    fits = _fitting(known, wanted)
    if not wanted.words:
        return [Candidate(each) for each in _entries(known, _chosen(known, fits, wanted.town)).values()]
    lists = {word: known.holding(word) for word in wanted.words}
    held = [frozenset(each) for each in lists.values()]
    among = fits.intersection(*held) or fits & frozenset().union(*held)
    named = {place for place in among if any(each.get(place, 0.0) >= NAME for each in lists.values())}
    chosen = dict.fromkeys([*_chosen(known, named, wanted.town), *_chosen(known, among, wanted.town)])
    return [
        Candidate(
            entry,
            tuple(word for word, each in lists.items() if place in each),
            sum(each.get(place, 0.0) for each in lists.values()),
        )
        for place, entry in _entries(known, chosen).items()
    ]


def _fitting(known: Directory, wanted: Wanted) -> set[int]:
    """Leave out what is known not to fit. What nobody told stays, and the page says that nobody told it."""
    lists = [known.having("access", each) for each in wanted.access]
    if wanted.needs:
        lists.append(reduce(frozenset.union, (known.having("need", each) for each in wanted.needs)))
    fits = lists[0].intersection(*lists[1:]) if lists else frozenset(range(len(known.rows)))
    spoken = known.having("language", wanted.language) if wanted.language else frozenset()
    return {place for place in fits if _fits(known.rows[place], wanted, speaks=place in spoken)}


def _fits(row: Row, wanted: Wanted, *, speaks: bool) -> bool:
    if wanted.country and row.country not in (wanted.country, ""):
        return False
    if wanted.language and row.has_language and not speaks:
        return False
    if wanted.free and row.free is False:
        return False
    age = wanted.age
    return age is None or ((row.youngest is None or row.youngest <= age) and (row.oldest is None or row.oldest >= age))


def _chosen(known: Directory, fits: Iterable[int], town: Town | None) -> list[int]:
    """Give services of these: the near ones and those usable from anywhere, or the first by name when nobody named a town."""
    rows = known.rows
    if town is None:
        return heapq.nsmallest(2 * MOST, fits, key=lambda place: (not rows[place].anywhere, place))
    wide = cos(radians(town.latitude)) ** 2
    away = [
        (min((north - town.latitude) ** 2 + (east - town.longitude) ** 2 * wide for north, east in spots), place)
        for place in fits
        if (spots := known.spots.get(place))
    ]
    near = [place for _, place in heapq.nsmallest(MOST, away)]
    return [*near, *heapq.nsmallest(MOST, (place for place in fits if rows[place].anywhere))]


def _entries(known: Directory, chosen: Iterable[int]) -> dict[int, entries.Entry]:
    """Give entries whole; one that this process has read since it was last changed is not read again."""
    asked = {known.rows[place].id: place for place in chosen}
    changed = {number: known.rows[place].changed_at for number, place in asked.items()}
    new = [each for each in asked if each not in _read or _read[each][0] != changed[each]]
    if len(_read) + len(new) > READ:
        _read.clear()
        new = list(asked)
    for number, document in Document.objects.filter(service__in=new).values_list("service", "document") if new else ():
        _read[number] = (changed[number], entries.entry_of(document))
    return {place: _read[number][1] for number, place in asked.items() if number in _read}


def matches(word: str) -> Q:
    """Match a word, its beginning, and the needs that people use it for."""
    itself = Q(word=word) if len(word) < WORDY else Q(word__gte=word, word__lt=word + "\uffff")
    needs = [f"{SIGN}{need}" for need, said in places.said_for_needs().items() if _said(word, said)]
    return itself | Q(word__in=needs) if needs else itself


def _said(word: str, said: frozenset[str]) -> bool:
    return word in said or (len(word) >= WORDY and any(each.startswith(word) for each in said))
