"""Where somebody was, day by day, in their own names: what their pages say of a finding of places."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from samen.rooms.sensing import measures, own_places
from samen.rooms.sensing.own_places import WORDS, Name
from samen.words import say

UNBROKEN = "\N{NO-BREAK SPACE}"


def middle_of(place: Mapping[str, Any]) -> tuple[float, float]:
    """Give where a place of a finding lies."""
    return place["latitude"], place["longitude"]


def hours(minutes: float, language: str) -> str:
    """Give minutes as hours and minutes, which no line breaks."""
    whole = round(minutes)
    said = say(f"{measures.WORDS}.unit.hours", language, h=whole // 60, m=f"{whole % 60:02d}")
    return said.replace(" ", UNBROKEN)


def lines(value: Mapping[str, Any], names: Sequence[Name], language: str) -> dict[date, str]:
    """Give a line for each day of a finding: places by name, most time first, then all that has no name. Newest day first."""
    by_number = {each["number"]: own_places.name_of(middle_of(each), names) for each in value["places"]}
    days = sorted(value["days"], key=lambda each: str(each["day"]), reverse=True)
    return {date.fromisoformat(each["day"]): _line(each, by_number, language) for each in days}


def _line(day: Mapping[str, Any], by_number: Mapping[int, Name | None], language: str) -> str:
    named: dict[str, int] = {}
    unnamed, other = 0, day["other"]
    for number, minutes in day["at"]:
        name = by_number.get(number)
        if name is None:
            unnamed += minutes
        elif name.left_out:
            other += minutes
        else:
            named[name.words] = named.get(name.words, 0) + minutes
    most_first = sorted(named.items(), key=lambda each: -each[1])
    rest = {"unnamed": unnamed, "other": other, "way": day["way"], "unseen": day["unseen"]}
    return ", ".join(
        [
            *(say(f"{WORDS}.day.at", language, name=words, hours=hours(n, language)) for words, n in most_first),
            *(say(f"{WORDS}.day.{key}", language, hours=hours(n, language)) for key, n in rest.items() if n),
        ]
    )
