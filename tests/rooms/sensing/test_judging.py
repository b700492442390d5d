"""A batch is judged before anything is written: whose stream, which time, agreed to or not, and without identifiers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.sensing import judging, kinds
from samen.rooms.sensing.judging import ACTIVITY, SENSOR, Asked, Limits
from samen.rooms.sensing.reducing import reduced

T0 = 1_770_000_000_000
LIMITS = Limits(events=1000, bytes=10**6, events_a_minute=10**6, ahead_ms=1000, oldest_ms=0)


def asked(kind: str = SENSOR, **opened: int) -> Asked:
    return Asked(kind, b"key of a person", opened, T0 + 10_000, LIMITS, lambda: b"salt")


def event(time: object = T0, **data: object) -> dict[str, object]:
    return {"timestamp": time, "sensor": "lamp.gps", "data": {"latitude": 52.1, **data}}


def test_a_time_is_read_as_milliseconds_seconds_a_fraction_or_a_text():
    assert [judging.moment(each) for each in (T0, float(T0), T0 / 1000, str(T0), "x", None)] == [T0] * 4 + [None] * 2


def test_a_fraction_of_a_millisecond_is_kept_in_what_was_sent():
    (kept,), _ = judging.judged([event(T0 + 0.25)], asked(gps=0))
    assert (kept.time, json.loads(kept.body)["timestamp"]) == (T0, T0 + 0.25)


def test_the_same_event_has_the_same_key_whatever_the_order_of_its_parts():
    turned = {"data": {"b": 1, "latitude": 52.1}, "sensor": "lamp.gps", "timestamp": float(T0)}
    kept, receipt = judging.judged([event(b=1), turned], asked(gps=0))
    assert (len(kept), receipt.plain()["doubled"]) == (1, 1)


def test_a_code_of_power_belongs_to_the_battery_and_its_level_goes_where_only_the_screen_is_agreed_to():
    power = {"timestamp": T0, "sensor": "lamp.device_state", "data": {"value": 4, "battery_level": 50}}
    screen = {
        "timestamp": T0,
        "sensor": "lamp.device_state",
        "data": {"representation": "screen_on", "battery_level": 50},
    }
    kept, receipt = judging.judged([power, screen], asked(screen=0))
    assert receipt.plain()["streams"]["battery"]["refused"] == 1
    assert [json.loads(each.body)["data"] for each in kept] == [{"representation": "screen_on"}]


def test_what_a_person_answers_in_an_activity_stays_as_they_wrote_it():
    diary = {"timestamp": T0, "activity": "A1", "static_data": {"text": "call +31612345678"}, "temporal_slices": []}
    (kept,), _ = judging.judged([diary], asked(ACTIVITY, activities=0))
    assert json.loads(kept.body)["static_data"] == {"text": "call +31612345678"}


def test_identifiers_go_at_any_depth_and_under_any_name():
    data = {"deep": [{"bssid": "AA:BB:CC:DD:EE:FF"}], "odd": "+31 6 1234 5678", "rssi": -60, "ssid": "Home"}
    told = json.dumps(reduced(data, "wifi", lambda: b"salt"))
    assert not [each for each in ("AA:BB", "1234", "Home") if each in told]
    assert '"ssid_length": 4' in told
    assert reduced({"bssid": "aa:bb:cc:dd:ee:ff"}, "wifi", lambda: b"one") != reduced(
        {"bssid": "aa:bb:cc:dd:ee:ff"}, "wifi", lambda: b"other"
    )


def test_every_sensor_belongs_to_a_stream_that_can_be_agreed_to():
    assert set(kinds.SENSORS.values()) | set(kinds.ALSO_CALLED.values()) <= set(kinds.CATEGORIES)


@given(st.lists(st.one_of(st.none(), st.integers(), st.dictionaries(st.text(max_size=9), st.integers())), max_size=20))
def test_whatever_comes_in_is_accounted_for(sent):
    sent = [*sent, event(), event(), event(T0 + 10**9), event("soon")]
    kept, receipt = judging.judged(sent, asked(gps=T0))
    told = receipt.plain()
    assert told["received"] == len(sent) == sum(told[each] for each in judging.COUNTED)
    assert len(kept) == told["stored"]


@given(st.lists(st.tuples(st.integers(0, 2**40), st.text(max_size=20)), max_size=20))
def test_a_batch_is_unpacked_as_it_was_packed(each):
    kept = [judging.Kept(time, "gps", text or "-", time.to_bytes(16, "big"), json.dumps(text)) for time, text in each]
    assert judging.unpacked(judging.packed(kept)) == kept


NAMES = st.sampled_from(["x", "y", "latitude", "number", "name", "a-b", "},{"])
VALUES = st.one_of(
    st.integers(-9, 9), st.floats(-9, 9), st.booleans(), st.none(), st.sampled_from(["+31612345678", "},{"])
)
EVENTS = st.fixed_dictionaries(
    {
        "timestamp": st.one_of(st.integers(T0 - 3, T0 + 3), st.sampled_from([T0 + 0.5, None, T0 + 99_999])),
        "sensor": st.sampled_from(["lamp.accelerometer", "lamp.gps", "lamp.device_state", "lamp.odd"]),
        "data": st.dictionaries(NAMES, VALUES, max_size=3),
    }
)
ALIKE = st.lists(
    st.fixed_dictionaries(
        {
            "timestamp": st.integers(T0 - 3, T0 + 3),
            "sensor": st.just("lamp.accelerometer"),
            "data": st.fixed_dictionaries({"x": st.integers(0, 2), "y": st.floats(-9, 9)}),
        }
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(st.one_of(st.lists(EVENTS, max_size=6), ALIKE))
def test_a_batch_of_one_sensor_is_judged_at_once_as_one_by_one(events):
    opened = asked(accelerometer=T0 - 2, gps=T0 - 9)
    at_once = judging.judged(events, opened)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging, "_alike", lambda *given: None)
        one_by_one = judging.judged(events, opened)
    assert at_once[0] == one_by_one[0]
    assert at_once[1].plain() == one_by_one[1].plain()


def test_a_batch_of_numbers_is_judged_at_once():
    sent = [{"timestamp": T0 + n, "sensor": "lamp.accelerometer", "data": {"x": 1.5, "y": n}} for n in range(3)]
    assert judging._alike(sent, asked(accelerometer=0), 0, T0 + 10) is not None
    sent[1]["data"]["contact"] = 5
    assert judging._alike(sent, asked(accelerometer=0), 0, T0 + 10) is None
