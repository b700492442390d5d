"""Why there is no value: each reason by hand."""

import polars as pl
import pytest

from samen.rooms.sensing import computing, segments
from tests.rooms.sensing.streamed import ready, stream

CALLS = stream(
    "calls", ("2024-01-11T10:00", "in", 5, "a"), ("2024-01-15T10:00", "in", 5, "a"), columns="time kind seconds contact"
)


def reasons(column: str, **tables: pl.DataFrame) -> dict[str, str]:
    made = ready(**tables)
    laid = segments.laid_out(segments.DAILY, made.seen, made.spans)
    found = computing.why_missing(made.tables, laid, "samen", {}).filter(column=column)
    return {row["segment_start"][8:10] + row["person"]: row["reason"] for row in found.to_dicts()}


def screen(*times: str, person: str = "noor") -> pl.DataFrame:
    return stream("screen", *((time, "on") for time in times), columns="time event", person=person)


def test_days_before_between_and_after_say_which_they_are():
    both = pl.concat([screen("2024-01-10T08:00", "2024-01-16T08:00"), screen("2024-01-10T08:00", person="sam")])
    assert reasons("calls_in_mean_min", screen=both, calls=CALLS) == {
        "10noor": "not_yet",
        "12noor": "nothing_measured",
        "13noor": "nothing_measured",
        "14noor": "nothing_measured",
        "16noor": "no_more",
        "10sam": "never",
    }


@pytest.mark.parametrize(
    ("status", "reason"), [("shutdown", "off"), ("power_save_on", "low_power"), ("doze_on", "low_power")]
)
def test_a_phone_that_shut_down_or_saved_power_says_why_nothing_came(status: str, reason: str):
    battery = stream("battery", ("2024-01-11T11:00", status, None), columns="time status level")
    assert set(reasons("calls_in_mean_min", battery=battery, calls=CALLS).values()) == {reason}


def test_a_phone_that_came_back_is_not_said_to_be_off():
    battery = stream(
        "battery",
        ("2024-01-11T11:00", "shutdown", None),
        ("2024-01-11T12:00", "reboot", None),
        columns="time status level",
    )
    assert set(reasons("calls_in_mean_min", battery=battery, calls=CALLS).values()) == {"nothing_measured"}


def test_one_call_is_too_little_for_a_spread():
    assert reasons("calls_in_sd_min", calls=CALLS)["11noor"] == "too_little"
