"""For whoever oversees: what every system did, whether the service around them works, and which clocks are running. Nobody's record."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from samen.people.door import Request, page_for_roles
from samen.people.roles import CARDS, Duty, Role
from samen.rights import door
from samen.rights.checks import AUDIT, PROBES
from samen.rights.store import service, sheets
from samen.rights.store.sheets import Numbers
from samen.rights.views.register import Sheet
from samen.rights.views.saying import name_of

OVERSIGHT = tuple(role for role in Role if CARDS[role].duties & {Duty.OVERSEE, Duty.VOTE, Duty.KEEP_PANEL, Duty.LEAD})


@require_GET
@page_for_roles(*OVERSIGHT)
def evidence(request: Request) -> HttpResponse:
    """Show what every system did, what the gate denied, and whether the counts agree."""
    files, numbers, probes = sheets.on_file(), sheets.numbers(), service.probes()
    context = {
        "lines": [(Sheet(each, files.get(each.id)), numbers.get(each.id, Numbers())) for each in door.systems()],
        "probes": [(name, probes.get(name)) for name in (*PROBES, *AUDIT)],
        "counts": service.count(),
    }
    return render(request, "rights/staff/evidence.html", context)


@require_GET
@page_for_roles(*OVERSIGHT)
def clocks(request: Request) -> HttpResponse:
    """Show the open clocks by system and kind."""
    rows = [(each, name_of(each.system) if each.system else "") for each in sheets.clocks(request.now)]
    return render(request, "rights/staff/clocks.html", {"rows": rows})


URLS = [
    path("oversight", evidence, name="evidence"),
    path("oversight/clocks", clocks, name="cases"),
]
