"""A study's page: who takes part, what they let be read, how it comes in, and what to look after. It ranks nobody."""

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from samen.people.door import Request, page_for_roles, roles
from samen.people.roles import Role
from samen.rooms.sensing import catalogue, turning
from samen.rooms.sensing.models.way_in import Study
from samen.rooms.sensing.quality import Alarm
from samen.rooms.sensing.store import quality as store
from samen.rooms.sensing.store import running
from samen.rooms.sensing.store.studies import by_code
from samen.rooms.sensing.views.activities import language
from samen.rooms.sensing.views.running import RUNNERS
from samen.words import say

READERS = (Role.CLINICIAN, Role.CLINICAL_LEAD, Role.RESEARCHER)


@require_GET
@page_for_roles(*READERS)
def studies(request: Request) -> HttpResponse:
    """List the studies."""
    return render(request, "sensing/studies/all.html", {"studies": store.all_studies(), "may_run": may_run(request)})


@require_GET
@page_for_roles(*READERS)
def study(request: Request, study: str) -> HttpResponse:
    """Show one study."""
    looked = store.look(_study(study), at=request.now)
    alarms = [(kind, [_shown(each) for each in found]) for kind, found in looked.alarms.items()]
    shown = {
        "looked": looked,
        "alarms": alarms,
        "covered": [(_stream(stream), round(100 * share), n) for stream, share, n in looked.covered],
        "consents": [(say(f"sensing.stream.{stream}.short", language()), n) for stream, n in looked.consents],
        "has_leaflet": may_run(request) and running.leaflet(looked.study) is not None,
    }
    return render(request, "sensing/studies/one.html", shown)


def may_run(request: Request) -> bool:
    """Say whether the reader may write, open and end studies."""
    return bool(roles(request) & set(RUNNERS))


def _shown(alarm: Alarm) -> dict[str, str]:
    numbers = {
        "value": f"{alarm.value:.0f}" if alarm.value >= 10 else f"{alarm.value:.1f}",
        "percent": f"{100 * alarm.value:.0f}",
    }
    found = say(f"sensing.quality.{alarm.kind}.found", language(), **numbers)
    stream = _stream(alarm.stream) if alarm.stream else ""
    return {"person": alarm.person, "stream": stream, "found": found}


def _stream(stream: str) -> str:
    return say(f"sensing.stream.{turning.consent_for(stream)}.short", language())


@require_GET
@page_for_roles(*READERS)
def dictionary(request: Request, study: str) -> HttpResponse:
    """Give what each column of a study's features means, as a table: no row of anybody is in it."""
    profile = _study(study).profile
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="dictionary-{profile}.csv"'
    csv.writer(answer).writerows(catalogue.dictionary(profile))
    return answer


def _study(code: str) -> Study:
    found = by_code(code)
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("studies/", studies, name="studies"),
    path("studies/<slug:study>/", study, name="study"),
    path("studies/<slug:study>/dictionary/", dictionary, name="dictionary"),
]
