"""The room's tables. Django looks for them here, so this file is not empty."""

from samen.rooms.sensing.models import activities, features, own_places, own_signs, quality, studies, way_in  # noqa: F401
