"""Activities as their person meets them: what there is, doing one, and what was done. Nothing here is asked of anybody."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rooms.sensing.activities import fhir, known, scoring, sequences, showing
from samen.rooms.sensing.activities.asking import Problem
from samen.rooms.sensing.activities.known import KINDS, Activity
from samen.rooms.sensing.activities.showing import Words
from samen.rooms.sensing.jobs import taking
from samen.rooms.sensing.jobs.taking import Given, Mine, Taken
from samen.rooms.sensing.models.activities import Survey
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.store import planned
from samen.rooms.treatment import door as treatment
from samen.words import say, sentences

SHOWN = 12  # times on the page that were done before
SAID = (
    "said_watch", "said_listen", "said_you", "said_you_back", "said_type", "said_type_back", "said_next", "said_first",
    "said_go", "box",
)  # fmt: skip


def language() -> str:
    """Give the reader's language, of the two that we have."""
    return "nl" if (get_language() or "").startswith("nl") else "en"


def mine(request: Request) -> Mine:
    """Give what opens somebody's own data to themselves."""
    return Mine(request.access, own(request, Scope.NOTES), own(request, Scope.ANSWERS))


def words() -> Words:
    """Give the few words that every question needs."""
    here = language()
    return Words(here, *(say(f"sensing.asking.{each}", here) for each in ("yes", "no", "skip")))


def where(what: Activity) -> str:
    """Give the address of an activity: of its page here, or of the page of the house where it is done."""
    return reverse(what.link[0], args=what.link[1:]) if what.link else reverse("sensing:activity", args=[what.id])


def entry(what: Activity, by: str = "", study: str = "", *, alone: bool = False) -> dict[str, Any]:
    """Give an activity as a list shows it."""
    here = language()
    return {
        "id": what.id,
        "title": what.title.of(here),
        "about": what.about.of(here),
        "minutes": what.minutes,
        "address": where(what),
        "needs_script": what.needs_script,
        "by": by,
        "study": study,
        "alone": alone,  # given to this person and nobody else
    }


@require_GET
@own_page
def all_activities(request: Request) -> HttpResponse:
    """Show what there is to do, by kind, with what was done before. None is due, and nothing is counted."""
    asked = store.surveys_for(request.access)
    surveys = [
        entry(
            taking.of_survey(each),
            each.by.name,
            each.study.name if each.study else "",
            alone=each.person_id is not None,
        )
        for each in asked
    ]
    groups = []
    for kind in KINDS:
        listed = [entry(each) for each in known.activities().values() if each.kind == kind]
        groups.append({"kind": kind, "listed": listed, "surveys": surveys if kind == "assess" else []})
    shown = {
        "on": store.is_on(request.access, request.now),
        "lines": _lines(request, asked),
        "groups": groups,
        "done": _done(request),
    }
    return render(request, "sensing/activities/list.html", shown)


def _lines(request: Request, asked: Sequence[Survey]) -> list[dict[str, Any]]:
    """Give what the person planned for about now: calm lines, which go by themselves."""
    there = {each.code: taking.of_survey(each) for each in asked} | dict(known.activities())
    come = [
        (each.id, there[each.wish.what])
        for each in planned.lines(request.access, request.now)
        if each.wish.what in there
    ]
    return [{"id": id_, "title": what.title.of(language()), "address": where(what)} for id_, what in come]


def _done(request: Request) -> list[dict[str, Any]]:
    rows = store.done(request.access, SHOWN)
    here = language()
    others = {each.activity for each in rows} - set(known.activities())
    titles = {name: title.of(here) for name, title in store.titles(request.access, others).items()}
    titles |= {name: each.title.of(here) for name, each in known.activities().items()}
    return [{"title": titles.get(each.activity, ""), "at": each.at} for each in rows]


@require_http_methods(["GET", "POST"])
@own_page
def activity(request: Request, activity: str) -> HttpResponse:
    """Show one activity, or take in what was done. A page that was sent twice counts once."""
    what = taking.activity_for(request.access, activity)
    if what is None:
        raise Http404
    if request.method == "GET":
        return redirect(where(what)) if what.link else page(request, what)
    given = dict(request.POST.lists())
    taken = taking.take(mine(request), what, given, now=request.now, language=language())
    if taken.hard:  # whatever else is on the page
        return redirect(f"{reverse('treatment:after-hard-answer')}?kept={'record' if taken.filed else 'no'}")
    if taken.problems and what.link:
        return redirect(where(what))
    if taken.problems:
        return page(request, what, given, taken.problems)
    return render(request, "sensing/activities/done.html", _after(request, what, taken))


@require_GET
@own_page
def definition(request: Request, activity: str) -> HttpResponse:
    """Give a survey as a FHIR Questionnaire, as answers to it name it."""
    what = taking.activity_for(request.access, activity)
    if what is None:
        raise Http404
    if what.link[:1] == ("treatment:ask",):
        found = treatment.definition(what.link[1], language())
    elif what.survey is not None:
        found = fhir.questionnaire(what.survey, what.id, language())
    else:
        raise Http404
    return JsonResponse(found, content_type="application/fhir+json", json_dumps_params={"ensure_ascii": False})


def page(
    request: Request, what: Activity, given: Given | None = None, problems: Sequence[Problem] = ()
) -> HttpResponse:
    """Show the page on which an activity is done; with what was filled in, where something is wrong with it."""
    given = given or {}
    shown: dict[str, Any] = {
        **entry(what),
        "what": what,
        "on": store.is_on(request.access, request.now),
        "sheet": next(iter(given.get("sheet", ())), "") or uuid4(),
        "started": next(iter(given.get("started", ())), "") or int(request.now.timestamp() * 1000),
        "problems": problems,
        "text": next(iter(given.get("text", ())), ""),
        "texts": [each.of(language()) for each in what.texts],
    }
    if what.survey is not None:
        shown["questions"] = showing.shown(what.survey, words(), given, problems)
        shown["is_own"] = what.id not in known.activities()
    if what.shape == "game":
        shown |= game_shown(what)
    name = "survey" if what.shape == "survey" else what.shape
    return render(request, f"sensing/activities/{name}.html", shown, status=422 if problems else 200)


def game_shown(what: Activity) -> dict[str, Any]:
    """Give what the page of a game is made from: an order of its own, and what is said while it is played."""
    game = _game(what, secrets.randbelow(2**31))
    return {"game": game, "game_data": json.dumps(game), "game_words": json.dumps(_words_of_games())}


def _game(what: Activity, seed: int) -> dict[str, Any]:
    """Give what the browser shows: all that follows from the seed, and nothing of what is right."""
    settings = {**what.settings, "seed": seed}
    match settings["game"]:
        case "span" | "digits":
            rows = [sequences.shown(seed, at, settings["most"], settings["of"]) for at in range(sequences.MOST_TRIALS)]
            return {**settings, "rows": rows}
        case "trails":
            return {
                **settings,
                "places": sequences.places(seed, settings["part"]),
                "order": sequences.trail(settings["part"]),
            }
        case _:
            trials = settings["trials"]
            go = sequences.go_or_not(seed, trials, settings["go"])
            return {**settings, "shapes": go, "waits": sequences.waits(seed, trials)}


def _words_of_games() -> dict[str, str]:
    """Give the sentences that a game says while it is played, with their blanks for the script to fill."""
    return {name: sentences()[f"sensing.games.{name}"][language()] for name in SAID}


def _after(request: Request, what: Activity, taken: Taken) -> dict[str, Any]:
    said: Mapping[str, Any] = taken.scored.said if taken.scored else {}
    return {**entry(what), "what": what, "taken": taken, "said": said, "against_a": _against_a(request, what, taken)}


def _against_a(request: Request, what: Activity, taken: Taken) -> float | None:
    """Give how much longer B took than the last A, where the two can be compared."""
    if taken.scored is None or what.settings.get("part") != "b":
        return None
    last = store.done(request.access, 1, activity="trails-a")
    return scoring.b_minus_a(taken.scored.static, last[0].body.get("static_data", {})) if last else None


urlpatterns = [
    path("activities/", all_activities, name="activities"),
    path("activities/<slug:activity>/", activity, name="activity"),
    path("activities/<slug:activity>/fhir/", definition, name="activity-fhir"),
]
