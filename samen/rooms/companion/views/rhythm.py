"""What a person asked for themselves: a rhythm, with the line that stands at its time, and offers of questionnaires."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format, time_format
from django.views.decorators.http import require_GET, require_POST

from samen.people import clocks
from samen.people.door import Request, own_page
from samen.people.roles import Scope
from samen.rights.words import Denied
from samen.rooms.companion import offering
from samen.rooms.companion import rhythm as rhythms
from samen.rooms.companion.jobs import turn
from samen.rooms.companion.jobs.wished import name_of
from samen.rooms.companion.rhythm import ASK, DAYS
from samen.rooms.companion.store import modules
from samen.rooms.companion.store import rhythm as store
from samen.rooms.companion.store import talk as talks
from samen.rooms.companion.store.rhythm import Kept
from samen.rooms.companion.views import talk as talking
from samen.rooms.companion.views.talk import language
from samen.rooms.treatment import door as treatment
from samen.words import say


@require_GET
@own_page(Scope.TALK)
def rhythm(request: Request) -> HttpResponse:
    """Show one's own rhythms, with a way to pause or stop each, and a form for a new one. Nothing is chosen beforehand."""
    return _page(request)


def _page(request: Request, problem: str = "") -> HttpResponse:
    kept = store.mine(request.access)
    known = treatment.offers(language())
    said = store.said(request.access)
    given = request.POST if problem else {}
    shown = {
        "listed": [_entry(each, request) for each in kept],
        "full": len(kept) >= store.KIND.most,
        "exercises": [(each.id, each.title[language()]) for each in modules.in_use().exercises.values()],
        "questionnaires": [(f"{ASK}{each.id}", each.title) for each in known.values()],
        "days": DAYS,
        "zones": clocks.zones(),
        "zone": given.get("zone") or settings.TIME_ZONE,
        "given": given,
        "given_days": [int(each) for each in request.POST.getlist("days") if each.isdecimal()] if problem else [],
        "email": request.user.email,
        "problem": problem,
        "refused": [known[name] for name, answer in said.items() if answer == offering.NEVER and name in known],
    }
    return render(request, "companion/rhythm/page.html", shown, status=422 if problem else 200)


def _entry(kept: Kept, request: Request) -> dict[str, Any]:
    wish = kept.wish
    coming = rhythms.next_after(wish, request.now)
    return {
        "id": kept.id,
        "name": name_of(wish.what, language()),
        "days": _days(wish.days),
        "at": time_format(wish.at, "H:i"),
        "zone": "" if wish.zone == settings.TIME_ZONE else wish.zone,
        "until": date_format(wish.until, "j F Y"),
        "mail": kept.mail,
        "paused": kept.paused,
        "over": coming is None,
        "next": date_format(coming.astimezone(ZoneInfo(wish.zone)), "l j F, H:i") if coming and not kept.paused else "",
    }


def _days(days: Sequence[int]) -> str:
    if len(days) == len(DAYS):
        return say("companion.rhythm.daily", language())
    return ", ".join(say(f"companion.rhythm.day.d{each}", language()) for each in days)


@require_POST
@own_page(Scope.TALK)
def begin_rhythm(request: Request) -> HttpResponse:
    """Keep a new rhythm as it was filled in, or say what is missing."""
    what = [*modules.in_use().exercises, *(f"{ASK}{name}" for name in treatment.offers(language()))]
    made = rhythms.read(dict(request.POST.lists()), what, request.now)
    if isinstance(made, str):
        return _page(request, made)
    mail = request.POST.get("mail") == "1"
    if store.begin(request.access, made, mail=mail, language=language(), at=request.now) is None:
        return _page(request, "full")
    return redirect("companion:rhythm")


@require_POST
@own_page(Scope.TALK)
def change_rhythm(request: Request, rhythm: UUID) -> HttpResponse:
    """Pause, go on or stop, at once."""
    match request.POST.get("do"):
        case "pause":
            there = store.pause(request.access, rhythm, at=request.now)
        case "on":
            there = store.go_on(request.access, rhythm, at=request.now)
        case _:
            there = store.stop(request.access, rhythm)
    if not there:
        raise Http404
    return redirect("companion:rhythm")


# --- the line at its time ---


@require_POST
@own_page(Scope.TALK)
def do_rhythm(request: Request, rhythm: UUID) -> HttpResponse:
    """Begin what was wished for, or put it aside. Which of the two it was is not kept."""
    found = store.one(request.access, rhythm)
    if found is None:
        raise Http404
    store.put_aside(request.access, rhythm, at=request.now)
    what = found.wish.what
    if request.POST.get("do") != "begin":
        return redirect("companion:talk")
    if what.startswith(ASK):
        return redirect("treatment:ask", what.removeprefix(ASK))
    return _begun(request, what)


def _begun(request: Request, name: str) -> HttpResponse:
    """Begin an exercise in the talk, or as a page where the person said no to the program."""
    if not talking.says_yes(request):
        return redirect("companion:read", name)
    found = talks.open_talk(request.access, at=request.now)
    if found.turn and name in talks.state(request.access, found.id).get("known", {}):
        # The answers of the last time stay in the talk in which they were given.
        talks.close(request.access, found.id, at=request.now)
        found = talks.open_talk(request.access, at=request.now)
    if found.language != language():
        talks.speak(request.access, found.id, language())
    for pressed in ("", f"m:{name}") if found.turn == 0 else (f"m:{name}",):
        found = talks.open_talk(request.access, at=request.now)
        played = turn.play(request.access, found, pressed=pressed, typed="", client_id=str(uuid4()), at=request.now)
        if isinstance(played, Denied):
            return redirect("companion:read", name)
    return redirect("companion:talk")


# --- offers of questionnaires ---


@require_POST
@own_page(Scope.TALK)
def answer_offer(request: Request, name: str) -> HttpResponse:
    """Keep "not now", "do not ask again", or that it may be offered again."""
    if name not in treatment.offers(language()):
        raise Http404
    said = store.said(request.access)
    match request.POST.get("say"):
        case "never":
            said[name] = offering.NEVER
        case "again":
            said.pop(name, None)
        case _:
            said[name] = (request.now + offering.NOT_NOW).isoformat()
    store.say(request.access, said)
    return redirect("companion:rhythm" if request.POST.get("say") == "again" else "companion:talk")


urlpatterns = [
    path("companion/rhythm/", rhythm, name="rhythm"),
    path("companion/rhythm/begin/", begin_rhythm, name="begin-rhythm"),
    path("companion/rhythm/<uuid:rhythm>/", change_rhythm, name="change-rhythm"),
    path("companion/rhythm/<uuid:rhythm>/now/", do_rhythm, name="do-rhythm"),
    path("companion/offers/<slug:name>/", answer_offer, name="answer-offer"),
]
