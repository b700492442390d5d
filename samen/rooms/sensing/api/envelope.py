"""LAMP's envelopes: `{"data": ...}` or `{"error": "404.not-found"}`, who comes in by which key, and how often."""

import binascii
import json
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from samen.people.door import Request
from samen.rooms.sensing.judging import Limits
from samen.rooms.sensing.store import keys
from samen.rooms.sensing.store.keys import Caller

REALM = 'Basic realm="LAMP" charset="UTF-8"'
TRIES = 20  # wrong secrets for one key in a minute
MINUTE_MS = 60_000


class Wrong(Exception):
    """A request that is answered with an error; `code` is LAMP's: status and words."""

    def __init__(self, status: int, words: str, data: Any = None, *, wait: int = 0) -> None:
        super().__init__(f"{status}.{words}")
        self.status, self.code, self.data, self.wait = status, f"{status}.{words}", data, wait


@dataclass(frozen=True)
class Call:
    """One request of somebody who came in."""

    request: Request
    caller: Caller
    now: datetime

    @property
    def query(self) -> Mapping[str, str]:
        """Give what stands after the question mark."""
        return self.request.GET.dict()

    def body(self) -> Any:
        """Give the JSON that was sent. Raises: Wrong."""
        try:
            return json.loads(self.request.body or b"null", parse_constant=lambda word: None)
        except (ValueError, RecursionError) as wrong:
            raise Wrong(400, "invalid-json") from wrong


def limits() -> Limits:
    """Give what this service takes."""
    set_to = settings.SAMEN
    return Limits(
        events=set_to.sensing_batch_events,
        bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        events_a_minute=set_to.sensing_events_minute,
        ahead_ms=set_to.sensing_ahead_minutes * MINUTE_MS,
        oldest_ms=set_to.sensing_oldest_days * 24 * 60 * MINUTE_MS,
    )


@dataclass
class Meter:
    """Counts by name within a minute. One process answers, so that it sees all."""

    minute: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, n: int, most: int, now: datetime) -> int:
        """Count; gives 0 when that is within the limit, else the seconds to wait."""
        second = int(now.timestamp())
        with self.lock:
            if self.minute != second // 60:
                self.minute, self.counts = second // 60, {}
            before = self.counts.get(name, 0)
            if before and before + n > most:
                return 60 - second % 60
            self.counts[name] = before + n
        return 0

    def seen(self, name: str, now: datetime) -> int:
        """Give how often something was counted in this minute."""
        with self.lock:
            return self.counts.get(name, 0) if self.minute == int(now.timestamp()) // 60 else 0


METER = Meter()


def let_in(request: Request) -> Caller:
    """Say who comes. Raises: Wrong with 401 or 429."""
    access_key, secret = _credentials(request.headers.get("Authorization", ""))
    if not access_key:
        raise Wrong(401, "missing-credentials")
    if METER.seen(f"wrong {access_key}", request.now) >= TRIES:
        raise Wrong(429, "too-many-requests", wait=60)
    found = keys.caller(access_key, secret, at=request.now)
    if found is None:
        METER.add(f"wrong {access_key}", 1, TRIES, request.now)
        raise Wrong(401, "invalid-credentials")
    return found


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if scheme.lower() not in ("basic", "bearer"):
        return "", ""
    if ":" not in rest:
        try:
            rest = b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
    access_key, _, secret = rest.partition(":")
    return access_key, secret


def given(data: Any, status: int = 200) -> HttpResponse:
    """Give data in LAMP's envelope."""
    return JsonResponse({"data": data}, status=status, json_dumps_params={"ensure_ascii": False})


def failed(wrong: Wrong) -> HttpResponse:
    """Give an error in LAMP's envelope."""
    body = {"error": wrong.code} | ({"data": wrong.data} if wrong.data is not None else {})
    answer = JsonResponse(body, status=wrong.status)
    if wrong.status == 401:
        answer["WWW-Authenticate"] = REALM
    if wrong.wait:
        answer["Retry-After"] = str(wrong.wait)
    return answer


Answer = Callable[..., Any]
