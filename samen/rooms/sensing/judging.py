"""What becomes of each event of a batch: kept, doubled, held back or refused. Decided before anything is written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # not in the stubs
from typing import Any, NamedTuple

from samen.rooms.sensing.kinds import ACTIVITIES, BY_DATA, SENSORS, stream_of
from samen.rooms.sensing.reading.receipt import EARLIEST, LATEST
from samen.rooms.sensing.reducing import Salt, is_flat, reduced

SENSOR, ACTIVITY = "sensor", "activity"
KEY_BYTES = 16  # 128 bits: what two events share when they say the same
SECONDS_BELOW = 100_000_000_000  # a smaller stamp is in seconds: see reading/lamp.py
PLAIN = frozenset({"timestamp", "sensor", "data"})
NUMBERS = frozenset({int, float, bool, type(None)})
_SLOW = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
# `encode` sets an encoder up anew for every call, which costs more than a small event itself; this is the one it sets up.
_CHUNKS = c_make_encoder and c_make_encoder(None, _SLOW.default, encode_basestring, None, ":", ",", True, False, True)


def _encode(value: Any) -> str:
    return "".join(_CHUNKS(value, 0)) if _CHUNKS else _SLOW.encode(value)


@dataclass(frozen=True)
class Limits:
    """What one batch may be. Said to every program at `/lamp/`."""

    events: int  # in one batch
    bytes: int  # of one batch
    events_a_minute: int  # of one key
    ahead_ms: int  # how far a device's clock may run ahead
    oldest_ms: int  # how long ago an event may have been; 0 = no limit but the person's yes


class Kept(NamedTuple):
    """One event that may be stored, without identifiers."""

    time: int  # ms since 1970, UTC
    stream: str
    name: str  # of the sensor, or the id of the activity
    key: bytes
    body: str  # JSON: the event as it came but for its time; one line


@dataclass
class Receipt:
    """The account of a batch: received = stored + doubled + quarantined + refused, by stream, with reasons."""

    streams: dict[str, dict[str, Any]] = field(default_factory=dict)

    def count(self, stream: str, what: str, reason: str = "", n: int = 1) -> None:
        """Count events of a stream."""
        of = self.streams.get(stream)
        if of is None:
            of = self.streams[stream] = {**dict.fromkeys(COUNTED, 0), "reasons": {}}
        of[what] += n
        if reason:
            of["reasons"][reason] = of["reasons"].get(reason, 0) + n

    def move(self, stream: str, source: str, to: str, n: int) -> None:
        """Count events otherwise than before."""
        self.streams[stream][source] -= n
        self.streams[stream][to] += n

    def total(self, what: str) -> int:
        """Give how many events of all streams went one way."""
        return sum(int(of[what]) for of in self.streams.values())

    def plain(self) -> dict[str, Any]:
        """Give the receipt as it is sent."""
        totals = {what: self.total(what) for what in COUNTED}
        streams = {
            name: {"received": sum(of[what] for what in COUNTED), **of} for name, of in sorted(self.streams.items())
        }
        return {"received": sum(totals.values()), **totals, "streams": streams}


COUNTED = ("stored", "doubled", "quarantined", "refused")


@dataclass(frozen=True)
class Asked:
    """What the judging of a batch stands on."""

    kind: str  # sensor or activity
    person: bytes  # the person's key: the same event of two people has two keys
    open: Mapping[str, int]  # stream -> from when on it may be kept, ms
    now: int  # ms
    limits: Limits
    salt: Salt


def judged(events: Sequence[Any], asked: Asked) -> tuple[list[Kept], Receipt]:
    """Judge a batch. Gives what may be stored, each event once, in its order, and the account of all."""
    latest = asked.now + asked.limits.ahead_ms
    earliest = max(EARLIEST, asked.now - asked.limits.oldest_ms) if asked.limits.oldest_ms else EARLIEST
    if (alike := _alike(events, asked, earliest, min(latest, LATEST))) is not None:
        return alike
    receipt, kept, seen = Receipt(), list[Kept](), set[bytes]()
    stored: dict[str, int] = {}
    begun = blake2b(digest_size=KEY_BYTES, key=asked.person)
    for event in events:
        if not isinstance(event, dict):
            receipt.count("-", "quarantined", "not_an_event")
            continue
        stamp = event.get("timestamp")
        stream, name = _whose(event, asked.kind)
        time = moment(stamp)
        if stream is None:
            receipt.count(name or "-", "quarantined", "sensor_unknown" if asked.kind == SENSOR else "not_an_event")
            continue
        fault = _fault(time, earliest, latest)
        if time is None or fault:
            receipt.count(stream, "quarantined", fault)
            continue
        since = asked.open.get(stream)
        if since is None or time < since:
            receipt.count(stream, "refused", "no_consent" if since is None else "before_consent")
            continue
        body = _body(event, asked, stream, name, whole=stamp == time)
        digest = begun.copy()
        digest.update(f"{time} {body}".encode("utf-8", "surrogatepass"))
        key = digest.digest()
        if key in seen:
            receipt.count(stream, "doubled")
            continue
        seen.add(key)
        stored[stream] = stored.get(stream, 0) + 1
        kept.append(Kept(time, stream, name, key, body))
    for stream, n in stored.items():
        receipt.count(stream, "stored", n=n)
    return kept, receipt


def _alike(events: Sequence[Any], asked: Asked, earliest: int, latest: int) -> tuple[list[Kept], Receipt] | None:
    """Judge a batch of one sensor whose data are numbers alone, all of which may be kept: the most by far, and all at once.

    Gives what looking at them one by one gives; None for any other batch.
    """
    try:
        stamps = [event["timestamp"] for event in events]
        sensors = {event["sensor"] for event in events}
        data = [event["data"] for event in events]
    except (KeyError, TypeError):
        return None
    is_plain = (
        asked.kind == SENSOR
        and len(sensors) == 1
        and {type(event) for event in events} == {dict}
        and {len(event) for event in events} == {len(PLAIN)}
        and {type(stamp) for stamp in stamps} == {int}
        and {type(each) for each in data} == {dict}
        and set(map(type, chain.from_iterable(each.values() for each in data))) <= NUMBERS
        and all(names and is_flat(names) for names in set(map(tuple, data)))
    )
    if not is_plain:
        return None
    name = sensors.pop()
    stream = SENSORS.get(name) if isinstance(name, str) and name not in BY_DATA else None
    since = asked.open.get(stream) if stream is not None else None
    first = min(stamps)
    if stream is None or since is None or first < max(since, earliest, SECONDS_BELOW + 1) or max(stamps) > latest:
        return None
    texts = _encode(data)[2:-2].split("},{")  # numbers and plain names: nothing else can hold this
    bodies = [f'{{"data":{{{text}}},"sensor":"{name}"}}' for text in texts]
    begun = blake2b(digest_size=KEY_BYTES, key=asked.person)
    kept: dict[bytes, Kept] = {}
    for time, body in zip(stamps, bodies, strict=True):
        digest = begun.copy()
        digest.update(f"{time} {body}".encode())
        key = digest.digest()
        if key not in kept:
            kept[key] = Kept(time, stream, name, key, body)
    receipt = Receipt()
    receipt.count(stream, "stored", n=len(kept))
    if len(kept) < len(bodies):
        receipt.count(stream, "doubled", n=len(bodies) - len(kept))
    return list(kept.values()), receipt


def moment(stamp: Any) -> int | None:
    """Give ms of a stamp, which is ms or seconds, a number or a text; None when it is neither."""
    if type(stamp) is int and stamp > SECONDS_BELOW:
        return stamp
    try:
        number = float(stamp)
    except (TypeError, ValueError, OverflowError):
        return None
    if number != number or abs(number) > 1e17:
        return None
    return round(number * 1000) if abs(number) < SECONDS_BELOW else int(number)


def _fault(time: int | None, earliest: int, latest: int) -> str:
    if time is None:
        return "time_missing"
    if not EARLIEST <= time <= LATEST:
        return "time_out_of_range"
    if time > latest:
        return "time_ahead"
    return "time_too_old" if time < earliest else ""


def _whose(event: Mapping[str, Any], kind: str) -> tuple[str | None, str]:
    if kind == ACTIVITY:
        name = event.get("activity")
        return (ACTIVITIES, name) if isinstance(name, str) and name else (None, "")
    sensor = event.get("sensor")
    known = stream_of(sensor, event.get("data"))
    return known, (sensor if known else "another sensor" if sensor else "")  # type: ignore[return-value]


def _body(event: dict[str, Any], asked: Asked, stream: str, name: str, *, whole: bool) -> str:
    if whole and asked.kind == SENSOR and stream != "screen" and event.keys() == PLAIN:
        data = reduced(event["data"], stream, asked.salt)
        return f'{{"data":{_encode(data)},"sensor":"{name}"}}'  # most events by far: the same text as below
    return _encode(_without_identifiers(event, asked, stream, whole))


def _without_identifiers(event: dict[str, Any], asked: Asked, stream: str, whole: bool) -> dict[str, Any]:
    """Give an event without its time and without identifiers. What a person answered in an activity is their own words."""
    found = {key: value for key, value in event.items() if key != "timestamp" or not whole}
    if asked.kind == ACTIVITY:
        return found
    data = found.pop("data", None)
    if stream == "screen" and isinstance(data, dict) and "battery_level" in data and "battery" not in asked.open:
        data = {key: value for key, value in data.items() if key != "battery_level"}
    extras = reduced(found, stream, asked.salt) if len(found) > 1 else found
    return {**extras, "sensor": event["sensor"], "data": reduced(data, stream, asked.salt)}


def packed(kept: Iterable[Kept]) -> bytes:
    """Give events as bytes: a line of columns, then a line for each body."""
    rows = list(kept)
    head = [[row.time for row in rows], [row.stream for row in rows], [row.name for row in rows]]
    keys = b"".join(row.key for row in rows).hex()
    text = "\n".join([_encode([head, keys]), *(row.body for row in rows)])
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> list[Kept]:
    """Give the events that `packed` put into bytes. Raises: ValueError for bytes that it did not make."""
    first, *bodies = data.decode("utf-8", "surrogatepass").split("\n")
    (times, streams, names), keys = json.loads(first)
    raw = bytes.fromhex(keys)
    if not len(times) == len(streams) == len(names) == len(bodies) == len(raw) // KEY_BYTES:
        raise ValueError("A batch does not hold what its first line says.")
    return [
        Kept(time, stream, name, raw[at * KEY_BYTES : (at + 1) * KEY_BYTES], body)
        for at, (time, stream, name, body) in enumerate(zip(times, streams, names, bodies, strict=True))
    ]
