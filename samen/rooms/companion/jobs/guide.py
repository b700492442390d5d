"""What the guide's pages and its public interface do alike: make sure that our own entries are there, and look services up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from django.utils import timezone

from samen.rooms.companion import entry, guide, systems
from samen.rooms.companion.guide import Candidate, Found, Wanted
from samen.rooms.companion.store import finding, places
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store.guide import Kept
from samen.rooms.crisis import door as crisis

_taken_over: set[str] = set()  # the lists that this process has taken over already


def ready(at: datetime) -> None:
    """Take over the entries that ship, once for each version of them; what was changed here stays."""
    version = _version()
    if version in _taken_over and store.has_listed():
        return
    store.ship(at=at)
    _taken_over.add(version)


@cache
def _version() -> str:
    return sha256(b"".join((places.GUIDE / f"{name}.toml").read_bytes() for name in places.LISTS)).hexdigest()


def today() -> date:
    """Give today's date where the service is."""
    return timezone.localdate()


def numbers(named: Iterable[str], language: str = "en") -> list[crisis.numbers.Number]:
    """Give the numbers of the crisis room's directory that an entry names; one that is gone from there is left out."""
    listed = {each.id: each for each in systems.listed_numbers(language, today())}
    return [listed[each] for each in named if each in listed]


def whole(kept: Kept) -> dict[str, Any]:
    """Give a service with its organization, and with the numbers that it names in the crisis room's directory."""
    document = kept.whole
    named = [entry.named(str(kept.id), each.id, each.shown) for each in numbers(entry.entry_of(kept.document).numbers)]
    return {**document, **({"phones": [*named, *document.get("phones", ())]} if named else {})}


def look(wanted: Wanted, at: datetime) -> Found:
    """Find services. When nothing meets every wish, wishes are let go one after the other, and the answer says which."""
    moment = systems.moment_of(at)
    known: dict[Wanted, list[Candidate]] = {}  # which may fit does not hang on the hour
    for asked, let_go in guide.looser(wanted):
        at_any_hour = replace(asked, open=False)
        if at_any_hour not in known:
            known[at_any_hour] = finding.candidates(asked)
        hits = guide.find(asked, known[at_any_hour], moment)
        if hits:
            return Found(hits, let_go)
    return Found()
