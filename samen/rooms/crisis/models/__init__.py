"""The room's tables. Django looks for them here."""

from samen.rooms.crisis.models import watching  # noqa: F401
