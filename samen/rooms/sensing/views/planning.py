"""What a person plans to do, and when: nothing by default, paused or stopped at one press, and nothing is counted."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format, time_format
from django.views.decorators.http import require_http_methods, require_POST

from samen.people import clocks
from samen.people.door import Request, own_page
from samen.rooms.sensing.activities import known, repeats
from samen.rooms.sensing.jobs import taking
from samen.rooms.sensing.store import activities, planned
from samen.rooms.sensing.store.planned import Kept
from samen.rooms.sensing.views.activities import language

TIMES = range(4)  # fields for times of day on the page; more than that is a timetable


@require_http_methods(["GET", "POST"])
@own_page
def plans(request: Request) -> HttpResponse:
    """Show one's own plans, with a way to pause or stop each, and a form for a new one."""
    titles = _titles(request)
    if request.method == "GET":
        return _page(request, titles)
    read = repeats.read(dict(request.POST.lists()), list(titles), request.now)
    if isinstance(read, str):
        return _page(request, titles, read)
    mail = request.POST.get("mail") == "1" and bool(request.user.email)
    if planned.begin(request.access, read, mail=mail, language=language(), at=request.now) is None:
        return _page(request, titles, "full")
    return redirect("sensing:plans")


def _titles(request: Request) -> dict[str, str]:
    """Give what can be planned: everybody's activities, and the surveys that are open to this person."""
    own = [taking.of_survey(each) for each in activities.surveys_for(request.access)]
    return {each.id: each.title.of(language()) for each in [*known.activities().values(), *own]}


def _page(request: Request, titles: dict[str, str], problem: str = "") -> HttpResponse:
    kept = planned.mine(request.access)
    given = request.POST if problem else {}
    shown = {
        "listed": [_entry(each, titles, request) for each in kept],
        "full": len(kept) >= planned.KIND.most,
        "titles": titles,
        "repeats": repeats.REPEATS,
        "zones": clocks.zones(),
        "zone": given.get("zone") or settings.TIME_ZONE,
        "today": request.now.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        "given": given,
        "times": _times(request, problem),
        "email": request.user.email,
        "problem": problem,
    }
    return render(request, "sensing/activities/plans.html", shown, status=422 if problem else 200)


def _times(request: Request, problem: str) -> list[str]:
    given = request.POST.getlist("times") if problem else []
    return [*given, *[""] * len(TIMES)][: len(TIMES)]


def _entry(kept: Kept, titles: dict[str, str], request: Request) -> dict[str, Any]:
    plan = kept.wish
    coming = repeats.next_after(plan, request.now)
    return {
        "id": kept.id,
        "title": titles.get(plan.what, ""),
        "repeat": plan.repeat,
        "at": ", ".join(time_format(each, "H:i") for each in (plan.times or (plan.at,))),
        "zone": "" if plan.zone == settings.TIME_ZONE else plan.zone,
        "until": date_format(plan.until, "j F Y") if plan.repeat != "none" else "",
        "quiet": [time_format(each, "H:i") for each in (plan.quiet.begins, plan.quiet.ends)] if plan.quiet else [],
        "mail": kept.mail,
        "paused": kept.paused,
        "over": coming is None,
        "next": date_format(coming.astimezone(ZoneInfo(plan.zone)), "l j F, H:i") if coming and not kept.paused else "",
    }


@require_POST
@own_page
def change_plan(request: Request, plan: UUID) -> HttpResponse:
    """Pause, go on, stop, or let today's line go."""
    steps = {
        "pause": lambda: planned.pause(request.access, plan, at=request.now),
        "on": lambda: planned.go_on(request.access, plan, at=request.now),
        "stop": lambda: planned.stop(request.access, plan),
        "aside": lambda: planned.put_aside(request.access, plan, at=request.now),
    }
    do = request.POST.get("do", "")
    if do not in steps or not steps[do]():
        raise Http404
    return redirect("sensing:activities" if do == "aside" else "sensing:plans")


urlpatterns = [
    path("activities/plans/", plans, name="plans"),
    path("activities/plans/<uuid:plan>/", change_plan, name="plan-change"),
]
