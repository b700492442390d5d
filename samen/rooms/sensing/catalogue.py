"""Which features there are: one group for each subject and profile, and what it reads. Add yours to GROUPS."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from samen.rooms.sensing.features import (
    acceleration,
    apps,
    battery,
    calls,
    coverage,
    gait,
    games,
    heart,
    keyboard,
    mobility,
    movement,
    nearby,
    places,
    scores,
    screen,
    sleep,
    steps,
    surveys,
    texts,
)
from samen.rooms.sensing.features.flights import Jasmine
from samen.rooms.sensing.features.stays import Samen

PROFILES = ("samen", "rapids", "forest")
CONTENT = Path(__file__).parent / "content" / "profiles"


@dataclass(frozen=True)
class Feature:
    """What one column means, as `content/profiles` has it."""

    column: str  # {hour} and the like stand for what a setting or the data name
    group: str
    unit: str
    range: tuple[float, float]
    definition: str
    source: str
    version: str


@cache
def defined(profile: str) -> tuple[Feature, ...]:
    """Give every feature of a profile."""
    rows = tomllib.loads((CONTENT / f"{profile}.toml").read_text(encoding="utf-8"))["feature"]
    return tuple(Feature(**{**row, "range": tuple(row["range"])}) for row in rows)


def feature_of(profile: str, column: str) -> Feature | None:
    """Give what a column means; None when nobody wrote it down."""
    return next((each for each in defined(profile) if _pattern(each.column).fullmatch(column)), None)


def dictionary(profile: str) -> list[tuple[object, ...]]:
    """Give what every column of a profile means as a table, its heading first."""
    heading = ("column", "group", "unit", "least", "most", "definition", "source", "version")
    rows = [
        (each.column, each.group, each.unit, *each.range, each.definition, each.source, each.version)
        for each in defined(profile)
    ]
    return [heading, *rows]


@cache
def _pattern(column: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", r"\\w+", re.escape(column)))


@dataclass(frozen=True)
class Group:
    """One function of features, for one profile.

    The function takes (rows, segments, settings) and gives a table by `at` with plain names of features; here stands what
    is put before each name. It gets one table when it names one stream; with several, their rows one after another with a
    column `stream`, and only the columns that it names beside person, time, device and local; with `apart` all of them as
    they are, as a mapping from stream to table.
    """

    profile: str
    name: str
    prefix: str  # before each feature's name; "" when the names stand for themselves
    streams: tuple[str, ...]
    function: Callable[[Any, pl.DataFrame, Any], pl.DataFrame]
    settings: type  # frozen dataclass; its TABLE names the table of the file of settings
    columns: tuple[str, ...] = ()  # () = all of the stream's columns
    apart: bool = False


GROUPS: tuple[Group, ...] = (
    Group("samen", "coverage", "coverage_", coverage.PHONE, coverage.samen, coverage.Samen, apart=True),
    Group("samen", "screen", "screen_", ("screen",), screen.samen, screen.Samen),
    Group("samen", "battery", "battery_", ("battery",), battery.samen, battery.Samen),
    Group("samen", "calls", "calls_", ("calls",), calls.samen, calls.Samen),
    Group("samen", "texts", "texts_", ("texts",), texts.samen, texts.Samen),
    Group("samen", "surveys", "surveys_", surveys.STREAMS, surveys.samen, surveys.Samen, apart=True),
    Group(
        "rapids", "data_yield", "phone_data_yield_rapids_", coverage.PHONE, coverage.rapids, coverage.Rapids, apart=True
    ),
    Group("samen", "mobility", "mobility_", ("gps", "flights"), mobility.samen, Samen, apart=True),
    Group("rapids", "screen", "phone_screen_rapids_", ("screen",), screen.rapids, screen.Rapids),
    Group("rapids", "battery", "phone_battery_rapids_", ("battery",), battery.rapids, battery.Rapids),
    Group("rapids", "calls", "phone_calls_rapids_", ("calls",), calls.rapids, calls.Rapids),
    Group("rapids", "messages", "phone_messages_rapids_", ("texts",), texts.rapids, texts.Rapids),
    Group("forest", "surveys", "", surveys.STREAMS, surveys.forest, surveys.Sycamore, apart=True),
    Group(
        "forest",
        "calls and texts",
        "",
        ("calls", "texts"),
        texts.willow,
        texts.Willow,
        ("kind", "seconds", "contact", "mms", "length"),
    ),
    Group("rapids", "places", "phone_locations_doryab_", ("gps",), places.rapids, places.Doryab),
    Group("forest", "mobility", "", ("flights", "gps"), movement.forest, Jasmine, apart=True),
    Group("forest", "gait", "", ("accelerometer",), gait.forest, gait.Oak),
    Group(
        "rapids",
        "acceleration",
        "phone_accelerometer_rapids_",
        ("accelerometer",),
        acceleration.rapids,
        acceleration.Rapids,
    ),
    Group(
        "rapids", "exertion", "phone_accelerometer_panda_", ("accelerometer",), acceleration.panda, acceleration.Panda
    ),
    Group("samen", "acceleration", "acceleration_", ("accelerometer",), acceleration.samen, acceleration.Samen),
    Group("rapids", "steps by day", "fitbit_steps_summary_rapids_", ("steps_day",), steps.summary, steps.Summary),
    Group("rapids", "steps", "fitbit_steps_intraday_rapids_", ("steps_minute",), steps.intraday, steps.Intraday),
    Group("samen", "steps", "steps_", ("steps_minute",), steps.samen, steps.Samen),
    Group("rapids", "sleep", "fitbit_sleep_summary_rapids_", ("sleep_night",), sleep.rapids, sleep.Rapids),
    Group("samen", "sleep", "sleep_", ("sleep_night",), sleep.samen, sleep.Samen),
    Group("rapids", "heart", "fitbit_heartrate_intraday_rapids_", ("heart_minute",), heart.intraday, heart.Intraday),
    Group("rapids", "heart by day", "fitbit_heartrate_summary_rapids_", ("heart_day",), heart.summary, heart.Summary),
    Group("samen", "heart", "heart_", heart.STREAMS, heart.samen, heart.Samen, apart=True),
    Group(
        "rapids", "apps", "phone_applications_foreground_rapids_", apps.STREAMS, apps.rapids, apps.Rapids, apart=True
    ),
    Group("samen", "apps", "apps_", apps.STREAMS, apps.samen, apps.Samen, apart=True),
    Group("rapids", "keyboard", "phone_keyboard_rapids_", ("keyboard",), keyboard.rapids, keyboard.Rapids),
    Group("samen", "keyboard", "keyboard_", ("keyboard",), keyboard.samen, keyboard.Samen),
    Group("rapids", "bluetooth", "phone_bluetooth_rapids_", ("bluetooth",), nearby.rapids, nearby.Bluetooth),
    Group("rapids", "bluetooth of whom", "phone_bluetooth_doryab_", ("bluetooth",), nearby.doryab, nearby.Doryab),
    Group("rapids", "wifi", "phone_wifi_visible_rapids_", ("wifi",), nearby.rapids, nearby.Wifi),
    Group("samen", "bluetooth", "bluetooth_", ("bluetooth",), nearby.samen, nearby.Samen),
    Group("samen", "wifi", "wifi_", ("wifi",), nearby.samen, nearby.Samen),
    Group("samen", "games", "games_", ("activity_event",), games.samen, games.Samen),
    Group("samen", "scores", "scores_", scores.STREAMS, scores.samen, scores.Samen, apart=True),
)


def group_of(profile: str, column: str) -> Group | None:
    """Give the group of a profile that a column comes from: by what is put before its name, or else by its definition."""
    own = [group for group in GROUPS if group.profile == profile]
    found = [group for group in own if group.prefix and column.startswith(group.prefix)]
    if found:
        return max(found, key=lambda group: len(group.prefix))
    feature = feature_of(profile, column)
    return next((group for group in own if feature is not None and group.name == feature.group), None)


@cache
def features_of(group: Group) -> tuple[Feature, ...]:
    """Give what each column of a group means; the profile may file columns of several groups under one name."""
    return tuple(each for each in defined(group.profile) if group_of(group.profile, each.column) is group)
