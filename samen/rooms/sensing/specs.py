"""The kinds of sensors and activities that programs may name, in LAMP's shape."""

from typing import Any

from samen.rooms.sensing.kinds import SENSORS

ACTIVITIES = (
    "lamp.survey",
    "lamp.spatial_span",
    "lamp.trails_b",
    "lamp.jewels_a",
    "lamp.jewels_b",
    "lamp.balloon_risk",
    "lamp.cats_and_dogs",
    "lamp.pop_the_bubbles",
    "lamp.digit_span",
    "lamp.breathe",
    "lamp.journal",
    "lamp.tips",
    "lamp.dbt_diary_card",
    "samen.trails_a",  # our own, where LAMP has no name
    "samen.go_no_go",
    "samen.thought_record",
    "samen.safety_plan",
    "samen.relapse_plan",
)


def of(kind: str) -> list[dict[str, Any]]:
    """Give the specs of sensors or of activities."""
    if kind == "sensor":
        return [{"name": name, "settings_schema": {}} for name in sorted(SENSORS)]
    shape: dict[str, Any] = {"static_data_schema": {}, "temporal_slice_schema": {}, "settings_schema": {}}
    return [{"name": name, **shape} for name in ACTIVITIES]
