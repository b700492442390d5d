"""A survey for one person: whoever wrote it gives it to somebody in their care who lets activities be kept for that; they may say no."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from samen.people import store as people
from samen.people.access import Ground
from samen.people.door import Request, own_page, page_about
from samen.people.roles import Scope
from samen.rooms.sensing.activities import asking
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.views.activities import language
from samen.words import say


@require_http_methods(["GET", "POST"])
@page_about(Scope.ANSWERS)
def person_surveys(request: Request, person: str) -> HttpResponse:
    """Show what one gave to somebody, and which of one's own surveys can be given; give one, or take it back."""
    mine = list(store.surveys_of(request.user)) if request.access.ground is Ground.CARE else []
    if request.method == "POST":
        return _do(request, mine)
    given = store.given(request.access, request.user)
    has = [each.body for each in given if each.state == "open"]
    shown = {
        "person": person,
        "name": people.name_of(request.access),
        "may": store.may_be_given(request.access, request.now),
        "given": [{"code": each.code, "title": _title(each), "state": each.state, "at": each.at} for each in given],
        "mine": [
            {"code": each.code, "title": _title(each)}
            for each in mine
            if each.body not in has and not asking.problems(asking.survey(each.body))
        ],
    }
    return render(request, "sensing/activities/giving.html", shown)


def _title(row: Survey) -> str:
    return asking.survey(row.body).title.of(language())


def _do(request: Request, mine: list[Survey]) -> HttpResponse:
    code = request.POST.get("survey", "")
    if request.POST.get("do") == "back":
        done = "taken_back" if store.take_back(request.access, code) else "not_given"
    else:
        row = next((each for each in mine if each.code == code), None)
        done = "given" if row is not None and store.give(request.access, row, at=request.now) else "not_given"
    tell = messages.error if done == "not_given" else messages.success
    tell(request, say(f"sensing.giving.{done}", language()))
    return redirect("sensing:person-surveys", request.access.person)


@require_POST
@own_page
def decline(request: Request, survey: str) -> HttpResponse:
    """Let a person say no to a survey that they were given: it is gone, and nobody asks why."""
    if not store.take_back(request.access, survey):
        raise Http404
    messages.success(request, say("sensing.giving.declined", language()))
    return redirect("sensing:activities")


urlpatterns = [
    path("people/<uuid:person>/surveys", person_surveys, name="person-surveys"),
    path("activities/surveys/<slug:survey>/decline/", decline, name="survey-decline"),
]
