"""What the house's own pages may ask of the companion."""

from samen.people.access import Allowed
from samen.rooms.companion import systems
from samen.rooms.companion.store import recalls

# What these said stands where it was said: a turn of a talk, or an answer to a question, is no news of another day.
SAID_IN_PLACE = frozenset({systems.TALK.id, systems.GUIDE.id, systems.REPHRASE.id})


def has_corrections(access: Allowed) -> bool:
    """Say whether the person was told that a text which they met was wrong, and has not read it yet. Scope TALK, ground own."""
    return recalls.waits(access)
