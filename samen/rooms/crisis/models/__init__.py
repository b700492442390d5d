"""The room's tables. Django looks for them here, so this file is not empty."""

from samen.rooms.crisis.models import audit, contact, hearing, labels, line, selftest, watching  # noqa: F401
