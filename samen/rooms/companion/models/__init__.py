"""The room's tables. Django looks for them here, so this file is not empty."""

from samen.rooms.companion.models import guide, module, question, recall, rhythm, talk  # noqa: F401
