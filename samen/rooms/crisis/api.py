"""The line for other programs: bring a contact in, write, read the answers. Documented at `/line/api/`, keyed, JSON.

A program passes on what its own page asked: whether a computer may read. It gets what its contact would see, no more.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, public_page
from samen.rooms.crisis import numbers
from samen.rooms.crisis.jobs import adapters, line
from samen.rooms.crisis.store import contacts, programs, queue
from samen.rooms.crisis.store.contacts import Mine
from samen.words import LANGUAGES, say

CHANNEL = "api"
URGENCIES = (1, 2, 3)


def keyed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a program in by its key: `Authorization: Bearer <key>`."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not programs.known(key.strip()):
            return _wrong(401, "Send your key: Authorization: Bearer <key>. `samen crisis key make NAME` makes one.")
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@public_page
def about(request: Request) -> HttpResponse:
    """Say how this interface works, for a program and its maker."""
    return JsonResponse(
        {
            "name": f"{settings.SAMEN.service_name}: help line",
            "key": "Authorization: Bearer <key>",
            "notice": {each: say("crisis.line.choose.text", each) for each in LANGUAGES},
            "calls": {
                "POST /line/api/contacts/": {
                    "body": {
                        "language": "en or nl",
                        "computer": "true or false: what the person answered to `notice`",
                        "urgency": "1, 2 or 3 (now), as the person says; may be left out",
                        "text": "the first message",
                        "id": "your own id of the message: the same id is kept once",
                    },
                    "gives": {"contact": "id", "state": "waiting", "messages": "list"},
                },
                "POST /line/api/contacts/<contact>/messages/": {"body": {"text": "", "id": ""}, "gives": "as above"},
                "GET /line/api/contacts/<contact>/": {"gives": "as above"},
            },
            "shown_at_once": "Show every message with who = computer at once; where `numbers` is there, as links to call.",
        }
    )


@csrf_exempt
@require_POST
@public_page
@keyed
def begin(request: Request) -> HttpResponse:
    """Bring a contact in with their first message."""
    body = _body(request)
    text, number = _message(body)
    language, computer, urgency = body.get("language"), body.get("computer"), body.get("urgency")
    if language not in LANGUAGES or not isinstance(computer, bool) or not text or not number:
        return _wrong(400, "Needed: language (en, nl), computer (true, false), text, id. See /line/api/.")
    if urgency is not None and urgency not in URGENCIES:
        return _wrong(400, "urgency is 1, 2 or 3, or left out.")
    address = f"{programs.name_of(_key(request))}/{number}"  # so that a first message sent twice begins one talk
    mine = contacts.of_address(CHANNEL, address)
    if mine is not None:
        return JsonResponse(_shown(mine, language))
    mine = contacts.of_token(contacts.begin(CHANNEL, language, now=request.now, address=address).token)
    if mine is None:
        return _wrong(500, "Not kept. Send it again.")
    line.tell_and_choose(mine, yes=computer, at=request.now, language=language)
    if urgency:
        contacts.say_urgency(mine.access, mine.contact, urgency)
    line.take_in(mine, text, client_id=number, at=request.now)
    return JsonResponse(_shown(mine, language), status=201)


@csrf_exempt
@require_POST
@public_page
@keyed
def write(request: Request, contact: UUID) -> HttpResponse:
    """Keep a further message of a contact; the same id is kept once."""
    text, number = _message(_body(request))
    mine = contacts.of_program(CHANNEL, contact)
    if mine is None:
        return _wrong(404, "No such contact of this interface.")
    if not text or not number:
        return _wrong(400, "Needed: text, id.")
    line.take_in(mine, text, client_id=number, at=request.now)
    return JsonResponse(_shown(mine))


@require_GET
@public_page
@keyed
def read(request: Request, contact: UUID) -> HttpResponse:
    """Give a contact's talk as they would see it."""
    mine = contacts.of_program(CHANNEL, contact)
    return JsonResponse(_shown(mine)) if mine else _wrong(404, "No such contact of this interface.")


@csrf_exempt
@require_http_methods(["POST"])
@public_page
@keyed
def sms(request: Request) -> HttpResponse:
    """Take an SMS from a gateway: a form with `from`, `text` and the gateway's `id`."""
    sender, text = request.POST.get("from", "").strip(), request.POST.get("text", "").strip()
    number = request.POST.get("id", "")[:60]
    if not sender or not text or not number:
        return _wrong(400, "Needed: from, text, id.")
    adapters.take("sms", sender, text, client_id=number, at=request.now, language=settings.SAMEN.language)
    return HttpResponse(status=204)


def _shown(mine: Mine, language: str = "") -> dict[str, Any]:
    talk = contacts.talk(mine.access, mine.contact)
    if talk is None:
        raise LookupError("A talk that its key opens is not there.")
    read_as = contacts.reasons(mine.access, mine.contact)
    topics = tuple(read_as["topics"]) if read_as else ()
    return {
        "contact": str(talk.id),
        "state": talk.state,
        "before_you": queue.ahead_of(mine.access, mine.contact),
        "messages": [
            {
                "who": each.who,
                "name": each.name,
                "at": each.at.isoformat(),
                "text": each.text,
                **({"numbers": _numbers(language or talk.language, topics, each.at)} if each.has_numbers else {}),
            }
            for each in contacts.lines(mine.access, mine.contact)
        ],
    }


def _numbers(language: str, topics: tuple[str, ...], at: Any) -> list[dict[str, str]]:
    block: tuple[numbers.Number, ...] = line.block(language, topics, at)
    return [{"name": each.name, "shown": each.shown, "tel": each.tel, "about": each.about} for each in block]


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _message(body: Mapping[str, Any]) -> tuple[str, str]:
    text, number = body.get("text"), body.get("id")
    return (text.strip() if isinstance(text, str) else ""), (number[:60] if isinstance(number, str) else "")


def _key(request: Request) -> str:
    return request.headers.get("Authorization", "").partition(" ")[2].strip()


def _wrong(status: int, why: str) -> JsonResponse:
    return JsonResponse({"wrong": why}, status=status)


urlpatterns = [
    path("line/api/", about, name="api"),
    path("line/api/contacts/", begin, name="api-begin"),
    path("line/api/contacts/<uuid:contact>/", read, name="api-read"),
    path("line/api/contacts/<uuid:contact>/messages/", write, name="api-write"),
    path("line/api/sms/", sms, name="api-sms"),
]
