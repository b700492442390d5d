"""Where professionals and researchers write surveys of their own, try them, and open them. Only their writer sees a draft."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, page_for_roles
from samen.people.roles import Role
from samen.rooms.sensing.activities import asking, showing, writing
from samen.rooms.sensing.activities.asking import LANGUAGES, TYPES
from samen.rooms.sensing.activities.showing import Words
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.views.activities import language
from samen.words import say

WRITERS = (Role.CLINICIAN, Role.CLINICAL_LEAD, Role.RESEARCHER)
STEPS = ("heading", "add", "question", "up", "down", "remove", "open", "end", "drop")


@require_http_methods(["GET", "POST"])
@page_for_roles(*WRITERS)
def surveys(request: Request) -> HttpResponse:
    """List one's own surveys; begin one."""
    if request.method == "POST":
        found = writing.heading(asking.survey({}), dict(request.POST.lists()))
        if found.title.en or found.title.nl:
            made = store.begin_survey(request.user, found, at=request.now)
            return redirect("sensing:survey", made.code)
        messages.error(request, say("sensing.asking.problem.title", language()))
        return redirect("sensing:surveys")
    rows = [{"row": each, "title": _title(each)} for each in store.surveys_of(request.user)]
    return render(request, "sensing/activities/surveys.html", {"rows": rows})


def _title(row: Survey) -> str:
    found = asking.survey(row.body).title
    return found.of(language()) or found.en or found.nl


@require_GET
@page_for_roles(*WRITERS)
def survey(request: Request, survey: str) -> HttpResponse:
    """Show a survey as its writer sees it: what is asked, what must be mended, and the way to open it."""
    return _page(request, _mine(request, survey))


def _page(
    request: Request, row: Survey, fields: dict[str, str] | None = None, codes: tuple[str, ...] = ()
) -> HttpResponse:
    found = asking.survey(row.body)
    wrong = asking.problems(found)
    shown = {
        "row": row,
        "found": found,
        "title": _title(row),
        "questions": [
            {
                "id": each.id,
                "question": each,
                "text": each.text.of(language()) or each.text.en or each.text.nl,
                "fields": writing.fields(each),
                "codes": [one.code for one in wrong if one.where == each.id],
            }
            for each in found.questions
        ],
        "whole": [each.code for each in wrong if not each.where],
        "is_whole": not wrong,
        "types": TYPES,
        "studies": store.all_studies(),
        "fresh": fields or {"type": "list"},
        "codes": codes,
    }
    return render(request, "sensing/activities/building.html", shown, status=422 if codes else 200)


@require_POST
@page_for_roles(*WRITERS)
def change_survey(request: Request, survey: str) -> HttpResponse:
    """Take one step on a survey: its heading, a question, the order, or its way to the people who fill it in."""
    row, step = _mine(request, survey), request.POST.get("do", "")
    if step not in STEPS:
        raise Http404
    given, which = dict(request.POST.lists()), request.POST.get("question", "")
    found = asking.survey(row.body)
    match step:
        case "open" | "end" | "drop":
            return _state(request, row, step)
        case "heading":
            study = next((each for each in store.all_studies() if each.code == request.POST.get("study")), None)
            changed = store.change_survey(row, writing.heading(found, given), study)
        case "add":
            made = writing.question(given, writing.fresh_id(found))
            if codes := asking.wrong_with(made):
                return _page(request, row, {name: values[0] for name, values in given.items()}, codes)
            changed = store.change_survey(row, writing.put(found, made), row.study)
        case "question":
            changed = store.change_survey(row, writing.put(found, writing.question(given, which)), row.study)
        case "remove":
            changed = store.change_survey(row, writing.without(found, which), row.study)
        case _:
            by = -1 if step == "up" else 1
            changed = store.change_survey(row, writing.moved(found, which, by), row.study)
    if not changed:
        messages.error(request, say("sensing.building.is_open", language()))
    return redirect("sensing:survey", row.code)


def _state(request: Request, row: Survey, step: str) -> HttpResponse:
    done = {"open": lambda: store.open_survey(row, at=request.now), "end": lambda: store.end_survey(row),
            "drop": lambda: store.drop_survey(row)}[step]()  # fmt: skip
    if done:
        messages.success(request, say(f"sensing.building.did.{step}", language()))
    else:
        messages.error(request, say("sensing.building.could_not", language()))
    return redirect("sensing:surveys") if step == "drop" and done else redirect("sensing:survey", row.code)


@require_http_methods(["GET", "POST"])
@page_for_roles(*WRITERS)
def try_survey(request: Request, survey: str) -> HttpResponse:
    """Show a survey as people will see it, in one language. What is filled in here is checked and kept nowhere."""
    row = _mine(request, survey)
    found = asking.survey(row.body)
    here = request.GET.get("language", language())
    here = here if here in LANGUAGES else language()
    words = Words(here, *(say(f"sensing.asking.{each}", here) for each in ("yes", "no", "skip")))
    given = dict(request.POST.lists()) if request.method == "POST" else {}
    answers, problems = asking.answers(found, given) if given else ({}, ())
    told = [
        {
            "text": each.text.of(here),
            "said": asking.in_words(each, answers[each.id], here, yes=words.yes, no=words.no),
        }
        for each in found.questions
        if each.id in answers
    ]
    shown: dict[str, Any] = {
        "row": row,
        "title": found.title.of(here),
        "about": found.about.of(here),
        "questions": showing.shown(found, words, given, problems),
        "problems": problems,
        "told": told if given and not problems else [],
        "here": here,
        "languages": LANGUAGES,
    }
    return render(request, "sensing/activities/try.html", shown, status=422 if problems else 200)


def _mine(request: Request, code: str) -> Survey:
    row = store.survey_of(request.user, code)
    if row is None:
        raise Http404
    return row


urlpatterns = [
    path("activities/surveys/", surveys, name="surveys"),
    path("activities/surveys/<slug:survey>/", survey, name="survey"),
    path("activities/surveys/<slug:survey>/change/", change_survey, name="survey-change"),
    path("activities/surveys/<slug:survey>/try/", try_survey, name="survey-try"),
]
