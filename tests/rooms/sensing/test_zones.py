"""What a person's clock showed: summer time, flights, several devices."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.sensing import zones

FLOWN = 1_704_988_800_000  # 2024-01-11 16:00 UTC


def spans_of(*rows: tuple[str, str, int], first: int = 0, devices: tuple[str, ...] = ("phone",)) -> pl.DataFrame:
    changes = zones.changes_of(pl.DataFrame(rows, schema=["device_id", "tzcode", "timestamp"], orient="row"))
    seen = pl.DataFrame({"person": ["noor"] * len(devices), "device": list(devices)}).with_columns(
        first=pl.lit(first, dtype=pl.Int64), last=pl.lit(FLOWN * 2, dtype=pl.Int64)
    )
    return zones.spans(seen, changes)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "Pacific/Apia"]),
    st.lists(st.integers(0, 4_000_000_000_000), min_size=1, max_size=20),
)
def test_a_clock_shows_what_the_zone_database_says(zone: str, moments: list[int]):
    rows = pl.DataFrame({"person": ["noor"] * len(moments), "time": sorted(moments)})
    shown = zones.localised(rows, spans_of(("phone", zone, 0)))["local"].to_list()
    there = [
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=each))
        .astimezone(ZoneInfo(zone))
        .replace(tzinfo=None)
        for each in sorted(moments)
    ]
    assert shown == there


def test_after_a_flight_the_clock_is_that_of_the_new_place():
    rows = pl.DataFrame({"person": ["noor"] * 2, "time": [FLOWN - 1, FLOWN]})
    laid = spans_of(("phone", "Europe/Amsterdam", 0), ("phone", "America/New_York", FLOWN))
    assert zones.localised(rows, laid)["local"].dt.hour().to_list() == [16, 11]


def test_a_new_phone_brings_its_own_zone_from_the_day_it_was_first_used():
    changes = zones.changes_of(
        pl.DataFrame(
            {"device_id": ["old", "new"], "tzcode": ["Europe/Amsterdam", "America/New_York"], "timestamp": [0, 0]}
        )
    )
    seen = pl.DataFrame(
        {"person": ["noor"] * 2, "device": ["old", "new"], "first": [1_700_000_000_000, FLOWN], "last": [FLOWN, FLOWN]}
    )
    rows = pl.DataFrame({"person": ["noor"] * 2, "time": [FLOWN - 1, FLOWN]})
    assert zones.localised(rows, zones.spans(seen, changes))["local"].dt.hour().to_list() == [16, 11]


def test_a_watch_that_no_file_of_zones_names_follows_the_phone():
    laid = spans_of(("phone", "Asia/Tokyo", 0), devices=("phone", "watch"))
    assert laid["offset"].unique().to_list() == [9 * 3_600_000]


def test_a_file_of_zones_may_name_the_person():
    assert spans_of(("noor", "Asia/Tokyo", 0))["offset"].unique().to_list() == [9 * 3_600_000]


def test_a_zone_that_does_not_exist_is_refused_by_name():
    with pytest.raises(zones.BadZones) as refused:
        spans_of(("phone", "Europe/Atlantis", 0))
    assert refused.value.values == {"zone": "Europe/Atlantis"}
