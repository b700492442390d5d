"""The few features of a day that people see and that are compared with their own usual, and how each is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from samen.rights.words import Category, Phrase
from samen.rooms.sensing import kinds

WORDS = "sensing.measure"


@dataclass(frozen=True)
class Measure:
    """One feature of our own profile as people meet it."""

    name: str  # its sentences stand under `sensing.measure`
    column: str
    stream: str
    shown: str  # hours (of minutes), hours_plain (of hours), clock (minutes after midnight), count, km, bpm, minutes
    covered: bool = (
        True  # coverage says how much was measured; a step counter is silent while somebody sits, and says nothing
    )
    skewed: bool = False  # compared as logarithm: a walk of 4 km more weighs less after 20 km than after 1

    @property
    def category(self) -> Category:
        """Give what a person says yes or no to."""
        return kinds.CATEGORIES[self.stream]


MEASURES: tuple[Measure, ...] = (
    Measure("asleep", "sleep_asleep_min", "sleep", "hours"),
    Measure("bed", "sleep_bed_min", "sleep", "clock"),
    Measure("steps", "steps_total_count", "steps", "count", covered=False, skewed=True),
    Measure("home", "mobility_home_h", "gps", "hours_plain"),
    Measure("distance", "mobility_distance_km", "gps", "km", skewed=True),
    Measure("places", "mobility_places_count", "gps", "count"),
    Measure("screen", "screen_unlock_total_min", "screen", "hours", skewed=True),
    Measure("unlocks", "screen_unlock_count", "screen", "count", skewed=True),
    Measure("first_use", "screen_first_unlock_min", "screen", "clock"),
    Measure("called", "calls_out_total_min", "calls", "minutes", skewed=True),
    Measure("texted", "texts_sent_count", "texts", "count", skewed=True),
    Measure("pulse", "heart_rate_median_bpm", "heart", "bpm"),
    Measure("exertion", "acceleration_exertional_min", "accelerometer", "minutes", skewed=True),
)
BY_NAME: Mapping[str, Measure] = {each.name: each for each in MEASURES}
BY_COLUMN: Mapping[str, Measure] = {each.column: each for each in MEASURES}


def amount(measure: Measure, value: float) -> tuple[str, dict[str, str | int]]:
    """Give how a value is said: the key of its unit and the blanks. A clock is the time of day, whatever day it lies on."""
    if measure.shown in ("hours", "hours_plain"):
        minutes = round(value if measure.shown == "hours" else value * 60)
        return f"{WORDS}.unit.hours", {"h": minutes // 60, "m": f"{minutes % 60:02d}"}
    if measure.shown == "clock":
        minutes = round(value) % 1440
        return f"{WORDS}.unit.clock", {"h": minutes // 60, "m": f"{minutes % 60:02d}"}
    figure = f"{value:.1f}" if measure.shown == "km" and value < 100 else f"{value:.0f}"
    return f"{WORDS}.unit.{measure.shown}", {"x": figure}


def said(name: str, value: float) -> Phrase:
    """Give a value with its unit, to be said in the reader's language."""
    key, blanks = amount(BY_NAME[name], value)
    return Phrase(key, blanks)
