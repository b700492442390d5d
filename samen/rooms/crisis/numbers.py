"""Numbers to call, from a dated directory: `content/help/numbers.toml` says where each was read, and when."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "content" / "help" / "numbers.toml"
COUNTRIES = ("nl", "be", "eu")
STALE_DAYS = 365  # older than this is marked with its date on the page; nothing is ever taken away for its age


class BadDirectory(ValueError):
    """The directory of numbers cannot be used: the message names the entry and what it lacks."""


@dataclass(frozen=True)
class Number:
    """One number to call, as the page shows it in one language."""

    id: str
    country: str
    shown: str  # as people dial it
    tel: str  # as a phone takes it
    name: str
    about: str  # for whom, and what it is for
    hours: str  # empty: we do not know
    source: str
    page: str  # date of the page it was read in: year-month, or empty when the page has none
    checked: date  # when we read it
    certain: bool  # False: the page says that we have not verified it
    urgent: bool  # for danger now
    note: str = ""
    topics: tuple[str, ...] = ()  # suicide, poison, abuse: what an imminent reply may give it for
    stale: bool = False


def load(language: str, today: date, path: Path = DIRECTORY) -> tuple[Number, ...]:
    """Read the directory in one language, with what is too old marked.

    Raises: BadDirectory for an entry that lacks a field, a date or a language.
    """
    return read(tomllib.loads(path.read_text()), language, today)


def read(directory: Mapping[str, Any], language: str, today: date) -> tuple[Number, ...]:
    """Turn the parsed directory into numbers, in the order in which it lists them."""
    found = []
    for entry in directory.get("number", []):
        try:
            found.append(_number(entry, language))
        except (KeyError, TypeError, ValueError) as wrong:
            raise BadDirectory(
                f"{entry.get('id', 'an entry without id')}: {wrong!r}. Mend it in {DIRECTORY.name}."
            ) from wrong
    return tuple(replace(each, stale=(today - each.checked).days > STALE_DAYS) for each in found)


def _number(entry: Mapping[str, Any], language: str) -> Number:
    if entry["country"] not in COUNTRIES or not isinstance(entry["checked"], date):
        raise ValueError("country or checked date")
    return Number(
        id=entry["id"],
        country=entry["country"],
        shown=entry["shown"],
        tel=entry["tel"],
        name=entry["name"][language],
        about=entry["about"][language],
        hours=entry["hours"][language] if "hours" in entry else "",
        note=entry["note"][language] if "note" in entry else "",
        source=entry["source"],
        page=entry.get("page", ""),
        checked=entry["checked"],
        certain=entry["certainty"] == "read",
        urgent=entry.get("urgent", False),
        topics=tuple(entry.get("topics", ())),
    )


def of_country(numbers: Sequence[Number], country: str) -> tuple[Number, ...]:
    """Give a country's numbers: danger now first, then in the directory's order, what we have not verified last."""
    mine = [each for each in numbers if each.country == country]
    return tuple(sorted(mine, key=lambda each: (not each.urgent, not each.certain)))


def block(numbers: Sequence[Number], country: str, topic: str) -> tuple[Number, ...]:
    """Give the few numbers of one escalation: danger now first, then those for this topic, verified ones alone."""
    mine = of_country(numbers, country)
    return tuple(each for each in mine if each.certain and (each.urgent or topic in each.topics))


def fresh(numbers: Sequence[Number]) -> bool:
    """Say whether every verified number was checked recently enough for a computer to give it."""
    return not any(each.stale for each in numbers if each.certain)
