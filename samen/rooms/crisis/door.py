"""What other rooms, and the house's own pages, may ask of the crisis room."""

from datetime import datetime

from samen.people.access import Allowed
from samen.rooms.crisis import numbers as numbers
from samen.rooms.crisis.store import watching


def is_watched(access: Allowed, now: datetime) -> bool:
    """Say whether a person's own watch is on: their pages carry a sign for as long. Scope RIGHTS, ground own."""
    return watching.is_on(access, now)
