"""What the house's own pages may ask of the companion."""

from samen.people.access import Allowed
from samen.rooms.companion.store import recalls


def has_corrections(access: Allowed) -> bool:
    """Say whether the person was told that a text which they met was wrong, and has not read it yet. Scope TALK, ground own."""
    return recalls.waits(access)
