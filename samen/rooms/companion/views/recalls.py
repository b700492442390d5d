"""When a text turned out to be wrong: whoever leads care calls it back, and everybody whom it reached is told what is right."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, own_page, page_for
from samen.people.models import Account
from samen.people.roles import Duty, Scope
from samen.rooms.companion.dialogue import Module
from samen.rooms.companion.models.recall import Recall
from samen.rooms.companion.recalling import ALWAYS, SHIPPED, Wrong
from samen.rooms.companion.store import modules, recalls
from samen.rooms.companion.views.editor_page import title
from samen.rooms.companion.views.talk import language
from samen.words import say

LONGEST = 2000
EXERCISE, SOURCE = "exercise", "source"


def sentence(key: str, **blanks: object) -> str:
    """Give a sentence of these pages in the reader's language."""
    return say(f"companion.recall.{key}", language(), **blanks)


def sources() -> dict[str, str]:
    """Give every source that an exercise in use rests on, by a short name of its own."""
    found = {each for module in modules.in_use().exercises.values() for each in module.sources}
    return {hashlib.sha256(each.encode()).hexdigest()[:12]: each for each in sorted(found)}


# --- for whoever leads care ---


@require_GET
@page_for(duty=Duty.LEAD)
def index(request: Request) -> HttpResponse:
    """List what was called back, and let another be begun: by the exercise, or by the source that failed."""
    rows = [
        {**_shown(each), "warned": list(each.warned.all())} for each in recalls.listed(by=request.user, at=request.now)
    ]
    exercises = [(f"{EXERCISE}:{each.id}", title(each)) for each in modules.in_use().exercises.values()]
    failed = [(f"{SOURCE}:{name}", text) for name, text in sources().items()]
    return render(request, "companion/recall/list.html", {"rows": rows, "exercises": exercises, "failed": failed})


def _shown(recall: Recall) -> dict[str, Any]:
    here, known = language(), modules.in_use().exercises
    titles = [title(known[each]) if each in known else each for each in recall.modules]
    return {"recall": recall, "titles": ", ".join(titles), "says": recall.nl if here == "nl" else recall.en}


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.LEAD)
def begin(request: Request) -> HttpResponse:
    """Say which text was wrong and what is right: first whom it reached is counted, then a second press tells them."""
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("about", "")
    source = sources().get(asked.removeprefix(f"{SOURCE}:"), "")
    found = list(_found(asked, source))
    if not found:
        raise Http404
    one = found[0] if not source else None
    version = given.get("version", "") if one else ""
    screen = given.get("screen", "") if one else ""
    if one and screen not in ("", *one.screens):
        raise Http404
    spans = recalls.spans(one.id, version) if one else ALWAYS
    if not spans:
        raise Http404
    wrong = Wrong(tuple(each.id for each in found), screen, spans)
    typed = {each: request.POST.get(each, "").strip()[:LONGEST] for each in ("en", "nl")}
    shown: dict[str, Any] = {
        "about": asked, "source": source, "found": [title(each) for each in found], "typed": typed,
        "versions": _versions(one) if one else (), "version": version,
        "screens": list(one.screens) if one else (), "screen": screen,
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "companion/recall/begin.html", shown)
    if not all(typed.values()):
        return render(request, "companion/recall/begin.html", {**shown, "missing": True}, status=422)
    if request.POST.get("do") == "tell":
        made = recalls.begin(wrong, version, (typed["en"], typed["nl"], source), by=request.user, at=request.now)
        messages.success(request, sentence("told", n=made.people))
        return redirect("companion:recalls")
    reached = recalls.reach(wrong, version, by=request.user, at=request.now)
    names = [each.get_full_name() for each in Account.objects.filter(id__in=reached.colleagues).order_by("id")]
    counted = {"people": len(reached.people), "talks": reached.talks, "names": names}
    return render(request, "companion/recall/begin.html", {**shown, "counted": counted})


def _found(asked: str, source: str) -> Iterator[Module]:
    exercises = modules.in_use().exercises
    if source:
        yield from (each for each in exercises.values() if source in each.sources)
    elif (found := exercises.get(asked.removeprefix(f"{EXERCISE}:"))) is not None:
        yield found


def _versions(found: Module) -> list[tuple[str, str]]:
    own = recalls.used(found.id)
    made = [(str(each.draft), sentence("own", begins=_day(each.begins), ends=_day(each.ends))) for each in own]
    return [("", sentence("every")), (SHIPPED, sentence("shipped")), *made] if own else []


def _day(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else sentence("now")


@require_POST
@page_for(duty=Duty.LEAD)
def again(request: Request, recall: UUID) -> HttpResponse:
    """Look once more, and tell whoever met it since."""
    row = recalls.one(recall)
    if row is None:
        raise Http404
    spans = recalls.spans(next(iter(row.modules)), row.version)
    new = recalls.tell(row.id, Wrong(tuple(row.modules), row.screen, spans), by=request.user, at=request.now)
    messages.success(request, sentence("told", n=new))
    return redirect("companion:recalls")


@require_POST
@page_for(duty=Duty.CARE)
def seen(request: Request, recall: UUID) -> HttpResponse:
    """Keep that a colleague read it."""
    if not recalls.read_by_colleague(recall, request.user.pk, at=request.now):
        raise Http404
    return redirect("companion:editor")


# --- for the person ---


@require_GET
@own_page(Scope.TALK)
def corrected(request: Request) -> HttpResponse:
    """Tell a person which texts that they met were wrong, and what is right."""
    rows = [{**_shown(each.recall), "told": each} for each in recalls.mine(request.access)]
    return render(request, "companion/recall/corrected.html", {"rows": rows})


@require_POST
@own_page(Scope.TALK)
def corrected_seen(request: Request, told: UUID) -> HttpResponse:
    """Keep that the person read it."""
    if not recalls.read(request.access, told, at=request.now):
        raise Http404
    return redirect("companion:corrected")


urlpatterns = [
    path("companion/recalls/", index, name="recalls"),
    path("companion/recalls/begin/", begin, name="recall_begin"),
    path("companion/recalls/<uuid:recall>/again/", again, name="recall_again"),
    path("companion/recalls/<uuid:recall>/seen/", seen, name="recall_seen"),
    path("companion/corrected/", corrected, name="corrected"),
    path("companion/corrected/<uuid:told>/", corrected_seen, name="corrected_seen"),
]
