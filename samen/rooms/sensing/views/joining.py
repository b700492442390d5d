"""Studies, as people meet them: what each is, taking part stream by stream, and leaving."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own_page
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.models.way_in import Study
from samen.rooms.sensing.store import running, taking_part
from samen.rooms.sensing.store.studies import by_code, reads
from samen.rooms.sensing.views.days import language
from samen.words import say

WORDS = "sensing.joining"


@require_GET
@own_page
def studies(request: Request) -> HttpResponse:
    """List the studies that the person takes part in, and those that they may."""
    mine = [each.study for each in taking_part.mine(request.access)]
    taken = {each.pk for each in mine}
    open_now = [each for each in running.open_leaflets() if each.study_id not in taken]
    return render(request, "sensing/signals/studies.html", {"mine": mine, "others": open_now})


@require_GET
@own_page
def study(request: Request, study: str) -> HttpResponse:
    """Show one study: why, who, until when, which streams, and the way in or out."""
    found = _study(study)
    row = running.leaflet(found)
    mine = next((each for each in taking_part.mine(request.access) if each.study_id == found.pk), None)
    if mine is None and (row is None or row.state == "written"):
        raise Http404  # what nobody opened is read by nobody
    opened = taking_part.open_streams(request.access, at=request.now)
    shown = {
        "study": found,
        "row": row,
        "why": _why(row) if row else "",
        "is_mine": mine is not None,
        "streams": [
            (name, mine is not None and reads(mine, name), name in opened) for name in (row.streams if row else opened)
        ],
    }
    return render(request, "sensing/signals/study.html", shown)


@require_POST
@own_page
def choose(request: Request, study: str) -> HttpResponse:
    """Take part with the streams that were ticked, or leave."""
    found, do = _study(study), request.POST.get("do", "")
    row = running.leaflet(found)
    if do == "leave":
        left = taking_part.leave(request.access, found, at=request.now, language=language())
        messages.success(request, say(f"{WORDS}.{'left' if left else 'not_in'}", language(), name=found.name))
        return redirect("sensing:joining")
    if do != "choose" or row is None:
        raise Http404
    streams = request.POST.getlist("stream")
    if taking_part.choose(request.access, row, streams, at=request.now, language=language()):
        messages.success(request, say(f"{WORDS}.begun", language(), name=found.name))
    else:
        messages.error(request, say(f"{WORDS}.not_open", language()))
    return redirect("sensing:joining")


def _study(code: str) -> Study:
    found = by_code(code)
    if found is None:
        raise Http404
    return found


def _why(row: Leaflet) -> str:
    return row.why_nl if language() == "nl" else row.why_en


urlpatterns = [
    path("signals/studies", studies, name="joining"),
    path("signals/studies/<slug:study>", study, name="joining-one"),
    path("signals/studies/<slug:study>/choose", choose, name="joining-choose"),
]
