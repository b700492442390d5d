"""A batch is judged before anything is written: whose stream, which time, agreed to or not, and without identifiers."""

import json

from hypothesis import given
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
