"""A person's own safety plan: to read, to keep on a device for when there is no connection, and as one file that needs nothing else."""

from base64 import b64encode
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own_page
from samen.people.roles import Scope
from samen.rooms.companion.jobs import planning
from samen.rooms.companion.store import history as store
from samen.rooms.companion.views.history import as_file
from samen.rooms.companion.views.talk import language
from samen.rooms.crisis import door as crisis

WHOSE = "X-Kept-For"  # read by keep.js: another person's copy on the same device is not taken for one's own


@require_GET
@own_page(Scope.TALK)
def plan(request: Request) -> HttpResponse:
    """Show one's own plan with the ways to keep it, or where to make one."""
    return render(request, "companion/plan/page.html", {**_shown(request), "whose": _whose(request)})


def _shown(request: Request) -> dict[str, Any]:
    listed = crisis.numbers.load(language(), timezone.localdate())
    return {
        "plan": planning.plan(request.access, language()),
        "numbers": crisis.numbers.of_country(listed, settings.SAMEN.country),
        "language": language(),
        "now": request.now,
    }


def _whose(request: Request) -> str:
    return salted_hmac("samen.companion.plan", str(request.person), algorithm="sha256").hexdigest()[:16]


@require_GET
@own_page(Scope.TALK)
def plan_device(request: Request) -> HttpResponse:
    """Give the plan as the page that a device keeps: the plan and the numbers, and nothing that needs a connection."""
    shown = _shown(request)
    if shown["plan"] is None:
        raise Http404
    answer = render(request, "companion/plan/device.html", shown)
    answer[WHOSE] = _whose(request)
    return answer


@require_POST
@own_page(Scope.TALK)
def plan_file(request: Request) -> HttpResponse:
    """Give the plan as one file that opens in any browser, without script and without a connection."""
    shown = _shown(request)
    if shown["plan"] is None:
        raise Http404
    look = finders.find("companion/plan.css")
    assert isinstance(look, str)
    with open(look, "rb") as sheet:
        shown["look"] = b64encode(sheet.read()).decode()
    made = render_to_string("companion/plan/device.html", shown, request)
    store.note_taken(request.access, 1, at=request.now)
    return as_file(made, f"plan-{request.now:%Y-%m-%d}.html", "text/html; charset=utf-8")


urlpatterns = [
    path("companion/plan/", plan, name="plan"),
    path("companion/plan/device/", plan_device, name="plan-device"),
    path("companion/plan/file/", plan_file, name="plan-file"),
]
