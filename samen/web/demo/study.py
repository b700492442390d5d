"""A study of the demo: a researcher writes it, a clinical lead opens it, people take part, each with their own yes.

A second one is open and nobody takes part yet. The book of what came in is counted.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from samen.people.roles import Scope
from samen.rights.words import Purpose
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.store import keys, quality, running
from samen.rooms.sensing.store.running import Asked
from samen.web.demo import own, texts
from samen.web.demo.founding import Staff


def take_part(staff: Staff, now: datetime) -> None:
    """Let the studies be written and opened, and people take part in the first."""
    words = texts.read("study")
    begun = now - timedelta(days=words["begun"])
    first, *_ = [_opened(each, staff, begun) for each in words["study"]]
    for who in words["taking_part"]:
        mine = own.access(who["email"], Scope.RIGHTS, now)
        keys.enrol(mine, first.study, at=begun, streams=who["streams"])
        for stream in who["streams"]:
            own.opens(mine, stream, [Purpose.RESEARCH], now, since=begun)
        quality.note(keys.participant_of(mine, at=now), at=now)


def _opened(words: Mapping[str, Any], staff: Staff, begun: datetime) -> Leaflet:
    asked = Asked(
        name=words["name"],
        who=words["who"],
        why={"en": words["why_en"], "nl": words["why_nl"]},
        streams=tuple(words["streams"]),
        profile=words["profile"],
        until=(begun + timedelta(days=words["lasts"])).date(),
    )
    row = running.write(asked, by=staff["rin"], at=begun)
    running.open_for_people(row, by=staff["visser"], at=begun)
    return row
