"""What a person says yes or no to: streams as people know them, and which sensor's events belong to which."""

from collections.abc import Mapping
from typing import Any

from samen.rights.words import Category, Purpose, Recipient, Stream, Use

SPACE = "stream."  # ids of streams in the ring: stream.gps
ACTIVITIES = "activities"
RECEIVES = {
    Purpose.SELF_UNDERSTANDING: Recipient.PERSON,
    Purpose.CARE: Recipient.CARE_TEAM,
    Purpose.RESEARCH: Recipient.RESEARCHER,
}
CATEGORIES: Mapping[str, Category] = {
    "gps": Category.LOCATION,
    "accelerometer": Category.MOVEMENT,
    "gyro": Category.MOVEMENT,
    "magnetometer": Category.MOVEMENT,
    "device_motion": Category.MOVEMENT,
    "activity_recognition": Category.MOVEMENT,
    "screen": Category.SCREEN,
    "battery": Category.SCREEN,
    "keyboard": Category.SCREEN,
    "apps": Category.SCREEN,
    "app_use": Category.SCREEN,
    "calls": Category.CALLS,
    "texts": Category.CALLS,
    "bluetooth": Category.NEARBY,
    "wifi": Category.NEARBY,
    "steps": Category.STEPS,
    "sleep": Category.SLEEP,
    "heart": Category.HEART,
    "body": Category.HEART,
    ACTIVITIES: Category.QUESTIONNAIRES,
}
ALSO_CALLED = {
    "location": "gps",
    "locations": "gps",
    "gyroscope": "gyro",
    "device_state": "screen",
    "screen_state": "screen",
    "messages": "texts",
    "sms": "texts",
    "telephony": "calls",
    "steps_minute": "steps",
    "steps_day": "steps",
    "heart_rate": "heart",
    "heart_minute": "heart",
    "heart_day": "heart",
    "sleep_night": "sleep",
    "sleep_level": "sleep",
    "analytics": "app_use",
    "activity": ACTIVITIES,
    "activity_event": ACTIVITIES,
    "activity_events": ACTIVITIES,
    "survey": ACTIVITIES,
    "survey_answers": ACTIVITIES,
    "survey_timings": ACTIVITIES,
}
_BODY = (
    "respiratory_rate",
    "oxygen_saturation",
    "blood_pressure",
    "blood_glucose",
    "body_temperature",
    "weight",
    "segment",
    "nutrition",
)
SENSORS: Mapping[str, str] = {
    "lamp.gps": "gps",
    "lamp.accelerometer": "accelerometer",
    "lamp.gyroscope": "gyro",
    "lamp.magnetometer": "magnetometer",
    "lamp.device_motion": "device_motion",
    "lamp.device_state": "screen",
    "lamp.screen_state": "screen",
    "lamp.steps": "steps",
    "lamp.sleep": "sleep",
    "lamp.telephony": "calls",
    "lamp.calls": "calls",
    "lamp.sms": "texts",
    "lamp.nearby_device": "bluetooth",
    "lamp.bluetooth": "bluetooth",
    "lamp.wifi": "wifi",
    "lamp.heart_rate": "heart",
    "lamp.heartratevariability_sdnn": "heart",
    "lamp.analytics": "app_use",
    "lamp.activity_recognition": "activity_recognition",
    **{f"lamp.{name}": "body" for name in _BODY},
}
BY_DATA = frozenset(  # sensors of which the data say which stream it is, or what of it may be kept
    sensor for sensor, stream in SENSORS.items() if stream in ("screen", "calls", "bluetooth")
)
POWER = frozenset({"4", "5", "charging", "unplugged", "battery_charging", "battery_unplugged", "full"})


def use_for(stream: str, purpose: Purpose) -> Use:
    """Give the use of a stream for a purpose: each purpose has one recipient."""
    return Use(CATEGORIES[stream], purpose, RECEIVES[purpose])


def declared() -> list[Stream]:
    """Give every stream as the ring takes it."""
    return [
        Stream(f"{SPACE}{name}", f"sensing.stream.{name}", tuple(use_for(name, purpose) for purpose in RECEIVES))
        for name in CATEGORIES
    ]


def named(word: str) -> str | None:
    """Give the stream that a word means: its own name, or a peer's for it; None for no stream."""
    name = word.strip().lower().removeprefix("lamp.")
    if name in CATEGORIES:
        return name
    return ALSO_CALLED.get(name) or SENSORS.get(f"lamp.{name}")


def stream_of(sensor: object, data: Any) -> str | None:
    """Give the stream that a LAMP event belongs to; None for a sensor that nobody can have said yes to."""
    stream = SENSORS.get(sensor) if isinstance(sensor, str) else None
    if stream not in ("screen", "calls", "bluetooth") or not isinstance(data, dict):
        return stream
    if stream == "screen":
        said = str(data.get("representation", "")).lower()
        code = str(data.get("value", data.get("state", ""))).removesuffix(".0").lower()
        return "battery" if said in POWER or code in POWER else stream
    if stream == "calls":
        lasts = "duration" in data or "call_duration" in data or "call_type" in data
        return "texts" if "sms_type" in data or not lasts else stream
    return "wifi" if "wifi" in str(data.get("type", "")).lower() or "bssid" in data else stream
