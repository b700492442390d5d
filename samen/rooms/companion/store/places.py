"""What the guide reads from its own lists: needs, towns, holidays, the shapes of HSDS, and the entries that ship."""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from samen.rooms.companion import hsds, tokens
from samen.rooms.companion.guide import Town
from samen.rooms.companion.hours import Holiday, holidays_of
from samen.rooms.companion.store import modules

LANGUAGES = ("en", "nl")
GUIDE = Path(__file__).parent.parent / "content" / "guide"
LISTS = ("nl", "be", "eu")


@cache
def needs() -> Mapping[str, Mapping[str, Any]]:
    """Give the needs by id, in the order in which the first page shows them."""
    return {each["id"]: each for each in tomllib.loads((GUIDE / "needs.toml").read_text())["need"]}


@cache
def said_for_needs() -> Mapping[str, frozenset[str]]:
    """Give the words that people use for each need, in both languages, as the index writes them."""
    return {
        need: frozenset(
            word for each in ("en", "nl") for said in (words[each], *words["say"][each]) for word in tokens.words(said)
        )
        for need, words in needs().items()
    }


@cache
def likes() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Give how people say each need, by language: its own words, phrases of the guide, and those of the talk's subjects about the same."""
    subjects = modules.shipped().intents
    found: dict[str, dict[str, tuple[str, ...]]] = {each: {} for each in LANGUAGES}
    for each in tomllib.loads((GUIDE / "like.toml").read_text())["need"]:
        words = needs().get(each["id"], {"en": "", "nl": "", "say": {"en": (), "nl": ()}})
        for language in LANGUAGES:
            lent = [phrase for subject in each.get("subjects", ()) for phrase in subjects[subject].like[language]]
            own = (words[language], *words["say"][language], *each[language], *lent)
            found[language][each["id"]] = tuple(filter(None, own))
    return found


@cache
def asking() -> Mapping[str, Any]:
    """Give the patterns by which wishes are read from a question."""
    return tomllib.loads((GUIDE / "asking.toml").read_text())


@cache
def holidays() -> tuple[Holiday, ...]:
    """Give the table of public holidays."""
    return holidays_of(tomllib.loads((GUIDE / "holidays.toml").read_text())["holiday"])


@cache
def shapes() -> Mapping[str, hsds.Shape]:
    """Give the shapes of HSDS."""
    return hsds.shapes_of(tomllib.loads((GUIDE / "hsds.toml").read_text()))


def listed() -> list[Mapping[str, Any]]:
    """Give the entries that ship, as they are written."""
    return [each for name in LISTS for each in tomllib.loads((GUIDE / f"{name}.toml").read_text())["entry"]]


@cache
def _towns() -> Mapping[str, Sequence[Town]]:
    found: dict[str, list[Town]] = {}
    with (GUIDE / "places.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            town = Town(row["name"], row["country"], float(row["latitude"]), float(row["longitude"]))
            for name in (row["name"], *filter(None, row["also"].split("|"))):
                found.setdefault(_plain(name), []).append(town)
    return found


def town(said: str, country: str) -> Town | None:
    """Give the town that somebody named, in any of the languages; of one name, the one of that country, then the largest."""
    found = _towns().get(_plain(said), ())
    return next((each for each in found if each.country == country), next(iter(found), None))


def town_names() -> list[tuple[str, str]]:
    """Give every town that is known, as country and name."""
    return sorted({(each.country, each.name) for found in _towns().values() for each in found})


def _plain(name: str) -> str:
    return " ".join(tokens.WORD.findall(tokens.bare(name)))
