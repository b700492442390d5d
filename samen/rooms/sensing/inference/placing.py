"""Which places are a person's own, as suggestions with reason and how sure: the inference of `sensing.places`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.sensing import own_places
from samen.rooms.sensing.inference.changing import day
from samen.rooms.sensing.inference.resting import hours
from samen.rooms.sensing.own_places import WORDS, Name, Place
from samen.rooms.sensing.simulator import staying

TOLD = 6  # suggestions that the explanation goes through one by one


@dataclass(frozen=True)
class Whereabouts:
    """What is read: points of the last four weeks, and the names that the person gave."""

    rows: pl.DataFrame  # gps with local
    on: date  # the newest day that is over
    names: tuple[Name, ...] = ()


def infer(gathered: Gathered) -> Finding:
    """Find places and say what the days at each look like; nothing of a place that its person wants left out."""
    read: Whereabouts = gathered.data
    seen = own_places.found(read.rows, read.on)
    pairs = [(each, own_places.name_of((each.latitude, each.longitude), read.names)) for each in seen.places]
    told = [
        _named(each) if name else each
        for each, name in pairs
        if (name and not name.left_out) or (each.kind and not name)
    ]
    if not told:
        why = "nothing_measured" if not seen.days else "too_few_days" if _too_few(seen) else "no_place"
        nothing: dict[str, Any] = {"on": read.on.isoformat(), "places": [], "days": []}
        return Finding("abstain", nothing, f"{WORDS}.sure.abstain", True, f"{WORDS}.reason.{why}")
    value = {
        "on": read.on.isoformat(),
        "places": [_plain(each) for each in told],
        "days": [_plain_day(each, {place.number for place in told}) for each in seen.days],
    }
    is_sure = all(each.sure == "fairly" for each in told)
    return Finding("found", value, f"{WORDS}.sure.{'fairly' if is_sure else 'little'}")


def _too_few(seen: own_places.Found) -> bool:
    return sum(1440 - each.unseen >= own_places.SEEN_MIN for each in seen.days) < own_places.LEAST_DAYS


def _named(place: Place) -> Place:
    """Give a place that its person named: it is said of whatever its days look like, and however few."""
    return place if place.kind else replace(place, kind=own_places.Kind.OFTEN, sure="fairly")


def _plain(each: Place) -> dict[str, Any]:
    return asdict(each) | {"latitude": round(each.latitude, 5), "longitude": round(each.longitude, 5)}  # to a metre


def _plain_day(each: own_places.Day, told: set[int]) -> dict[str, Any]:
    """Give a day with the places that are said; what is left out is counted with all others."""
    at = [[number, minutes] for number, minutes in each.at.items() if number in told]
    other = each.other + sum(minutes for number, minutes in each.at.items() if number not in told)
    return {"day": each.day.isoformat(), "at": at, "other": other, "way": each.way, "unseen": each.unseen}


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    """Say it with the person's own names first, then what was seen of each place, then what was read."""
    read: Whereabouts = gathered.data
    places: list[Mapping[str, Any]] = finding.value["places"]
    if finding.abstained:
        says = Phrase(f"{WORDS}.says.abstain", {"reason": Phrase(finding.reason)})
    else:
        has_home = any(each["kind"] == "home" for each in places)
        says = Phrase(f"{WORDS}.says.{'home' if has_home else 'no_home'}", {"n": len(places)})
    seen = [each for each in finding.value["days"]]
    return Explanation(
        says=says,
        says_to_staff=Phrase(f"{WORDS}.staff"),
        factors=(
            *_own_words(places, read.names),
            *(_line(each, read.names) for each in places[:TOLD]),
            Phrase(f"{WORDS}.factor.read", {"n": len(seen), "day": day(read.on)}),
        ),
        would_change=Phrase(f"{WORDS}.would_change.{finding.code}"),
        sure=Phrase(finding.sureness),
        decides=Phrase(f"{WORDS}.who_decides"),
        object=Phrase(f"{WORDS}.objecting"),
    )


def _own_words(places: Sequence[Mapping[str, Any]], names: Sequence[Name]) -> tuple[Phrase, ...]:
    mine = [(each, own_places.name_of((each["latitude"], each["longitude"]), names)) for each in places]
    lines = [
        Phrase(f"{WORDS}.factor.own_words", {"words": name.words, "hours": hours(each["minutes"])})
        for each, name in mine
        if name is not None
    ]
    return tuple(lines[:TOLD]) or (Phrase(f"{WORDS}.factor.no_words"),)


def _line(each: Mapping[str, Any], names: Sequence[Name]) -> Phrase:
    mine = own_places.name_of((each["latitude"], each["longitude"]), names)
    which = (
        Phrase(f"{WORDS}.which.named", {"words": mine.words})
        if mine
        else Phrase(f"{WORDS}.which.number", {"n": each["number"]})
    )
    return Phrase(
        f"{WORDS}.factor.of_place",
        {"which": which, "reason": own_places.reason(each), "sure": Phrase(f"{WORDS}.how.{each['sure']}")},
    )


def of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read a made-up month (`month`, as `simulator.staying` writes it) up to `on`."""
    return Gathered(items=(), data=Whereabouts(staying.points(piece["month"]), date.fromisoformat(piece["on"])))
