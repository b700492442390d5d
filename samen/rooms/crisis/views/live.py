"""Server-sent events: "something changed", and nothing else. A page works the same by being loaded again.

A stream holds one thread of the server, so it is short, and only so many are held at once; who comes beyond that gets an
answer at once and asks again after a few seconds.
"""

import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from samen.people.door import Request, page_for, public_page
from samen.people.roles import Duty
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.views.console import live_signature
from samen.rooms.crisis.views.contact import mine_of

HELD_AT_ONCE = max(settings.SAMEN.threads // 4, 1)  # of the server's threads: the others answer pages
HOLDS = 15.0  # seconds that a stream stays open
LOOKS = 1.5  # seconds between two looks
AGAIN_MS = 4000  # after this the browser asks again

_places = threading.BoundedSemaphore(HELD_AT_ONCE)


@require_GET
@page_for(duty=Duty.ANSWER)
def console_live(request: Request) -> HttpResponseBase:
    """Tell a counsellor's page that the queue or their talks moved."""
    part = "talks" if request.GET.get("part") == "talks" else "queue"
    return _events(_held(request.GET.get("seen", ""), lambda: live_signature(request.user, timezone.now(), part)))


@require_GET
@public_page
def contact_live(request: Request) -> HttpResponseBase:
    """Tell the page of whoever writes that their talk moved. Nothing is held open for it: it asks again."""
    mine = mine_of(request)
    if mine is None:
        return HttpResponse(status=204)  # tells a browser to ask no more
    talk = contacts.talk(mine.access, mine.contact)
    now = str(talk.changes) if talk else ""
    return _events(_one(request.GET.get("seen", ""), now))


def _one(seen: str, now: str) -> Iterator[str]:
    yield f"retry: {AGAIN_MS}\n\n"
    if now != seen:
        yield "event: changed\ndata: 1\n\n"


def _held(seen: str, look: Callable[[], str]) -> Iterator[str]:
    if not _places.acquire(blocking=False):
        yield from _one(seen, look())
        return
    try:
        yield f"retry: {AGAIN_MS}\n\n"
        until = time.monotonic() + HOLDS
        while time.monotonic() < until:
            if look() != seen:
                yield "event: changed\ndata: 1\n\n"
                return
            time.sleep(LOOKS)
            yield ": here\n\n"
    finally:
        _places.release()


def _events(lines: Iterator[str]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("line/console/live/", console_live, name="console-live"),
    path("line/live/", contact_live, name="live"),
]
