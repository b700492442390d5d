"""The page of one's own places: what was found and why, and the names that the person gives, changes, puts together or takes away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.body import tell
from samen.rights.oversight import State
from samen.rights.words import Denied
from samen.rooms.sensing import own_places, systems
from samen.rooms.sensing.jobs import insights as jobs
from samen.rooms.sensing.own_places import WORDS, Name
from samen.rooms.sensing.store import own_places as store
from samen.rooms.sensing.views.days import language
from samen.rooms.sensing.whereabouts import hours, middle_of
from samen.words import say

DONE = {"rename": "renamed", "remove": "removed", "back": "is_back"}


def sentence(key: str, **values: object) -> str:
    """Give a sentence of this page."""
    return say(f"{WORDS}.{key}", language(), **values)


def newest(request: Request) -> rights.Shown | None:
    """Give what was found last, where it may be shown."""
    shown = rights.latest(own(request, Scope.FINDINGS), systems.PLACES.id)
    return shown if shown is not None and shown.state is State.RELEASED and shown.body is not None else None


@require_GET
@own_page
def places(request: Request) -> HttpResponse:
    """Show one's own names first, then suggestions with their reasons, then what is left out."""
    names = store.of_person(request.access)
    shown = newest(request)
    found: Sequence[Mapping[str, Any]] = shown.body.finding.value["places"] if shown and shown.body else ()
    pairs = [(each, own_places.name_of(middle_of(each), names)) for each in found]
    why = shown.body.explanation if shown and shown.body else None
    context = {
        "system": systems.PLACES.id,
        "record": shown.id if shown else None,
        "says": tell(why.says, language()) if why else "",
        "factors": [tell(each, language()) for each in why.factors] if why else [],
        "sure": tell(why.sure, language()) if why else "",
        "would_change": tell(why.would_change, language()) if why else "",
        "seen_on": sentence("page.seen_on", day=str(date_format(timezone.localtime(shown.at), "j F"))) if shown else "",
        "mine": [_named(each, pairs) for each in names if not each.left_out],
        "suggested": [_suggested(each) for each, name in pairs if name is None],
        "left_out": [
            {"id": each.id, "said": sentence("page.left_out_one", day=str(date_format(each.since, "j F Y")))}
            for each in names
            if each.left_out and each.since
        ],
        "longest": own_places.LONGEST_NAME,
    }
    return render(request, "sensing/places.html", context)


def _named(name: Name, pairs: Sequence[tuple[Mapping[str, Any], Name | None]]) -> dict[str, Any]:
    seen = [each for each, mine in pairs if mine is not None and mine.id == name.id]
    return {"id": name.id, "words": name.words, "last": _last(seen)}


def _suggested(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": each["number"],
        "which": sentence("which.number", n=each["number"]),
        "looks": sentence(f"looks.{each['kind']}"),
        "why": tell(own_places.reason(each), language()),
        "how": sentence(f"how.{each['sure']}"),
        "last": _last([each]),
        "words": sentence("page.home_name") if each["kind"] == "home" else "",
    }


def _last(seen: Sequence[Mapping[str, Any]]) -> str:
    if not seen:
        return sentence("page.not_lately")
    at = datetime.fromisoformat(max(each["last"] for each in seen))
    total = hours(sum(each["minutes"] for each in seen), language())
    return sentence("page.last", hours=total, day=str(date_format(at, "j F")), clock=f"{at:%H:%M}")


@require_POST
@own_page
def look(request: Request) -> HttpResponse:
    """Look for places once more, because the person pressed the button."""
    outcome = jobs.run(systems.PLACES, request.person, request.access)
    if isinstance(outcome, Denied):
        messages.info(request, say(f"rights.denied.{outcome.code}", language()))
    else:
        messages.success(request, sentence("page.looked"))
    return redirect("sensing:places")


@require_POST
@own_page
def name(request: Request) -> HttpResponse:
    """Give a suggested place a name, or leave it out. The suggestion is one that was made to this person, and by its number."""
    place = _place(request)
    if place is None:
        messages.error(request, sentence("page.stale"))
        return redirect("sensing:places")
    try:
        if request.POST.get("do") == "refuse":
            store.leave_out(request.access, middle_of(place), at=request.now)
            said = "refused"
        else:
            together = store.give(request.access, request.POST.get("words", ""), middle_of(place), at=request.now)
            said = "together" if together else "given"
    except ValueError as wrong:
        messages.error(request, sentence(f"problem.{wrong}"))
        return redirect("sensing:places")
    messages.success(request, sentence(f"page.{said}"))
    return redirect("sensing:places")


def _place(request: Request) -> Mapping[str, Any] | None:
    shown = newest(request)
    if shown is None or shown.body is None or request.POST.get("record") != str(shown.id):
        return None
    number = request.POST.get("number", "")
    found: Sequence[Mapping[str, Any]] = shown.body.finding.value["places"]
    return next((each for each in found if str(each["number"]) == number), None)


@require_POST
@own_page
def change(request: Request, place: UUID) -> HttpResponse:
    """Change a name, take it away, or no longer leave a place out."""
    do = request.POST.get("do", "")
    if do == "rename":
        try:
            there = store.rename(request.access, place, request.POST.get("words", ""))
        except ValueError as wrong:
            messages.error(request, sentence(f"problem.{wrong}"))
            return redirect("sensing:places")
    elif do in ("remove", "back"):
        there = store.remove(request.access, place)
    else:
        there = False
    if not there:
        raise Http404
    messages.success(request, sentence(f"page.{DONE[do]}"))
    return redirect("sensing:places")


urlpatterns = [
    path("signals/places", places, name="places"),
    path("signals/places/look", look, name="places-look"),
    path("signals/places/name", name, name="place-name"),
    path("signals/places/<uuid:place>", change, name="place-change"),
]
