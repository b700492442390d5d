"""Activities on a phone: kept on the device by a press, done without a connection, and sent once when there is one again.

The device measures nothing by itself: what it holds is what its person filled in and sent off there.
"""

import json
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own_page, public_page
from samen.rooms.crisis import door as crisis
from samen.rooms.sensing.activities import known, showing
from samen.rooms.sensing.activities.known import Activity
from samen.rooms.sensing.activities.showing import Shown
from samen.rooms.sensing.jobs import taking
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.store import signals
from samen.rooms.sensing.views.activities import entry, game_shown, language, mine, words
from samen.rooms.treatment import door as treatment
from samen.words import say

LOOKS = (
    "activities.css", "breathing.js", "changes.js", "device.js", "digits.js", "game.js", "go-no-go.js", "kept-game.js", "sheets.js",
    "span.js", "trails.js",
)  # fmt: skip
WHOSE = "X-Kept-For"  # read by phone.js: another person's copy on the same device is not taken for one's own
MOST_SENT = 200  # pages in one sending; a device sends the rest after these
OFFLINE = ("survey", "journal", "reading", "breathing")  # on one page together; each game has a page of its own


@require_GET
@own_page
def phone(request: Request) -> HttpResponse:
    """Show how to keep activities on this device, and every stream with on, pause or off."""
    found = signals.of(request.access, request.now)
    shown = {
        "on": [each for each in found if each.is_on],
        "off": [each for each in found if not each.is_on],
        "whose": _whose(request),
        "looks": _looks(),
        "pages": _pages(),
    }
    return render(request, "sensing/activities/phone.html", shown)


@require_GET
@own_page
def device(request: Request) -> HttpResponse:
    """Give the page that a device keeps: activities to fill in, and the numbers to call."""
    here = language()
    own = [taking.of_survey(each) for each in store.surveys_for(request.access)]
    everybodys = [each for each in known.activities().values() if each.shape in OFFLINE or _is_instrument(each)]
    listed = crisis.numbers.load(here, timezone.localdate())
    shown = {
        "doings": [_doing(each, is_own=each in own) for each in [*everybodys, *own]],
        "games": [{**entry(each), "what": each} for each in _games()],
        "pages": _pages(),
        "numbers": crisis.numbers.of_country(listed, settings.SAMEN.country),
        "started": int(request.now.timestamp() * 1000),
        "whose": _whose(request),
        "language": here,
        "now": request.now,
        "on": store.is_on(request.access, request.now),
    }
    answer = render(request, "sensing/activities/device.html", shown)
    answer[WHOSE] = _whose(request)
    return answer


@require_GET
@own_page
def device_game(request: Request, activity: str) -> HttpResponse:
    """Give the page of one game that a device keeps; what was pressed waits there until it can be sent."""
    what = next((each for each in _games() if each.id == activity), None)
    if what is None:
        raise Http404
    shown = {
        **entry(what),
        **game_shown(what),
        "what": what,
        "sheet": uuid4(),
        "started": int(request.now.timestamp() * 1000),
        "whose": _whose(request),
        "language": language(),
        "is_kept": True,
    }
    answer = render(request, "sensing/activities/device_game.html", shown)
    answer[WHOSE] = _whose(request)
    return answer


def _games() -> list[Activity]:
    return [each for each in known.activities().values() if each.shape == "game"]


def _pages() -> str:
    return " ".join(reverse("sensing:device-game", args=[each.id]) for each in _games())


def _doing(what: Activity, *, is_own: bool) -> dict[str, Any]:
    shown = {
        **entry(what),
        "what": what,
        "sheet": uuid4(),
        "is_own": is_own,
        "texts": [each.of(language()) for each in what.texts],
    }
    if what.survey is not None:
        shown["questions"] = showing.shown(what.survey, words(), {})
    if _is_instrument(what):
        asked = treatment.asked(what.link[1], language())
        shown |= {"title": asked.title, "instruction": asked.instruction, "is_own": True}
        shown["questions"] = [_item(each, at) for at, each in enumerate(asked.items, 1)]
    return shown


def _is_instrument(what: Activity) -> bool:
    return what.link[:1] == ("treatment:ask",)


def _item(each: treatment.Item, number: int) -> Shown:
    choices = [showing.Choice(str(value), text, is_chosen=False) for value, text in each.options]
    skip = showing.Choice(showing.SKIP, say("sensing.asking.skip", language()), is_chosen=False, is_skip=True)
    return Shown(
        number, each.id, each.text, "radio", (*choices, skip), "", (), 0, 0, 1, "", "", 0, hard=each.hard
    )  # fmt: skip


@require_POST
@own_page
def send(request: Request) -> HttpResponse:
    """Take in what a device held. Each page is answered by itself; one that was taken in before is not taken in again."""
    try:
        sent = json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, list) or len(sent) > MOST_SENT:
        return JsonResponse({"error": "invalid"}, status=422)
    return JsonResponse({"taken": [_taken(request, each) for each in sent]})


def _taken(request: Request, sent: Any) -> dict[str, Any]:
    given = _given(sent)
    what = taking.activity_for(request.access, str(sent.get("activity", ""))) if given is not None else None
    if given is None or what is None:
        return {"kept": "", "problems": ["elsewhere"]}
    here = str(sent.get("language", ""))
    found = taking.take(
        mine(request), what, given, now=request.now, language=here if here in ("en", "nl") else language()
    )
    return {"kept": found.kept, "filed": found.filed, "problems": [each.code for each in found.problems]}


def _given(sent: Any) -> dict[str, list[str]] | None:
    """Read the fields of a page: pairs of name and text. None for anything else."""
    rows = sent.get("fields") if isinstance(sent, dict) else None
    if not isinstance(rows, list):
        return None
    given: dict[str, list[str]] = {}
    for row in rows:
        if not (isinstance(row, list) and len(row) == 2 and all(isinstance(each, str) for each in row)):
            return None
        given.setdefault(row[0], []).append(row[1])
    return given if given.get("sheet") else None


@public_page
@require_GET
def manifest(request: Request) -> HttpResponse:
    """Describe the activities to a phone that puts them on its home screen."""
    here = language()
    icons = [
        {"src": static("samen/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        {"src": static("samen/icon-192.png"), "sizes": "192x192", "type": "image/png"},
    ]
    said = {
        "id": reverse("sensing:device"),
        "name": f"{say('sensing.activities.title', here)} · {settings.SAMEN.service_name}",
        "short_name": say("sensing.activities.title", here),
        "lang": here,
        "start_url": reverse("sensing:device"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#FAF7F2",
        "theme_color": "#FAF7F2",
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json")


def _whose(request: Request) -> str:
    return salted_hmac("samen.sensing.phone", str(request.person), algorithm="sha256").hexdigest()[:16]


def _looks() -> str:
    """Give what the kept page needs beside the looks that the help page keeps already."""
    return " ".join(static(f"sensing/{name}") for name in LOOKS)


urlpatterns = [
    path("activities/phone/", phone, name="phone"),
    path("activities/device/", device, name="device"),
    path("activities/device/<slug:activity>/", device_game, name="device-game"),
    path("activities/send/", send, name="send"),
    path("activities/app.webmanifest", manifest, name="phone-manifest"),
]
