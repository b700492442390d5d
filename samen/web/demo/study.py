"""A study of the demo: two people take part, each with their own yes, and the book of what came in is counted."""

from datetime import datetime, timedelta

from samen.people.roles import Scope
from samen.rights.words import Purpose
from samen.rooms.sensing.store import keys, quality, studies
from samen.web.demo import own, texts


def take_part(now: datetime) -> None:
    """Make the study, and let people take part in it."""
    words = texts.read("study")
    begun = now - timedelta(days=words["begun"])
    found = studies.make(words["name"], at=begun)
    for who in words["taking_part"]:
        mine = own.access(who["email"], Scope.RIGHTS, now)
        keys.enrol(mine, found, at=begun)
        for stream in who["streams"]:
            own.opens(mine, stream, [Purpose.RESEARCH], now, since=begun)
        quality.note(keys.participant_of(mine, at=now), at=now)
