"""What happens to a person's own when the service ends, and everything in one file by one press."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rooms.companion.jobs import keeping, printing
from samen.rooms.companion.jobs.keeping import Mine
from samen.rooms.companion.paper import text_of
from samen.rooms.companion.store import talk as talks
from samen.rooms.companion.views import pdf
from samen.rooms.companion.views.history import as_file, papers
from samen.rooms.companion.views.talk import language


@require_GET
@own_page(Scope.TALK)
def leaving(request: Request) -> HttpResponse:
    """Say what happens when this service ends, and hand out everything by one press."""
    return render(request, "companion/history/leaving.html", {"service": settings.SAMEN})


@require_POST
@own_page(Scope.TALK)
def leave(request: Request) -> HttpResponse:
    """Give one file with everything of this person's: their talks, their record, and when AI ran."""
    kept = talks.kept(request.access)
    shown = {"talks": papers(request, kept), "language": language()}
    paper = pdf.whole(request, kept)
    made = printing.printed(paper, at=request.now)
    pages = {
        "talks.html": render_to_string("companion/history/alone.html", shown, request).encode(),
        "talks.pdf": made.pdf,
        **({"talks.txt": text_of(paper).encode()} if made.unshown else {}),
    }
    mine = Mine(request.access, own(request, Scope.RECORD), own(request, Scope.FINDINGS))
    everything = keeping.everything(mine, pages, at=request.now)
    return as_file(everything, f"mine-{request.now:%Y-%m-%d}.zip", "application/zip")


urlpatterns = [
    path("companion/leaving/", leaving, name="leaving"),
    path("companion/leaving/file/", leave, name="leave"),
]
