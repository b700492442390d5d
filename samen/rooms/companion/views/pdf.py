"""A person's own talks, and their answers in an exercise, as a PDF to keep."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from samen.people.door import Request, own_page
from samen.people.roles import Scope
from samen.rooms.companion import saying
from samen.rooms.companion.jobs import printing
from samen.rooms.companion.paper import Paper, Part, parts_of
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import history as store
from samen.rooms.companion.store import modules
from samen.rooms.companion.store import talk as talks
from samen.rooms.companion.store.talk import Kept
from samen.rooms.companion.views.history import as_file, kept_talk, papers
from samen.rooms.companion.views.talk import language
from samen.words import say

KINDS = ("han", "hangul", "thai", "ethiopic", "arabic", "cyrillic", "devanagari", "pictures", "other")


@require_POST
@own_page(Scope.TALK)
def pdf(request: Request, talk: UUID | None = None) -> HttpResponse:
    """Give one talk, or all, as a PDF."""
    asked = [kept_talk(request, talk)] if talk else talks.kept(request.access)
    answer = _file(request, whole(request, asked), "talks")
    store.note_taken(request.access, len(asked), at=request.now)
    return answer


def _file(request: Request, made: Paper, name: str) -> HttpResponse:
    day = f"{name}-{request.now:%Y-%m-%d}"
    content, ending = printing.file(made, day, at=request.now)
    return as_file(content, f"{day}.{ending}", f"application/{ending}")


def whole(request: Request, asked: list[Kept]) -> Paper:
    """Give these talks as they stand on paper."""
    here = language()
    listed = [{**each, "title": _title(each["kept"])} for each in papers(request, asked)]
    words = {
        "you": say("companion.talk.page.you", here),
        "program": say("companion.talk.page.program", here),
        "said": say("companion.history.said", here),
    }
    return paper(say("companion.history.title", here), parts_of(listed, words))


def _title(kept: Kept) -> str:
    return say("companion.history.of", language(), day=date_format(localtime(kept.begun_at), "j F Y"))


def paper(title: str, parts: tuple[Part, ...]) -> Paper:
    """Give a paper that says, to people and to programs, that a program made it."""
    here = language()
    made, unshown = say("companion.history.made", here), say("companion.history.pdf_unshown", here, signs="{signs}")
    signs = tuple((each, say(f"companion.history.sign.{each}", here)) for each in KINDS)
    keywords = (say("companion.history.pdf_keyword", here),)
    return Paper(title, here, (made,), parts, unshown, keywords=keywords, signs=signs)


@require_POST
@own_page(Scope.TALK)
def pdf_summary(request: Request, talk: UUID, name: str) -> HttpResponse:
    """Give what was answered in an exercise as a PDF."""
    kept, module = kept_talk(request, talk), modules.in_use().exercises.get(name)
    if module is None:
        raise Http404
    known = talks.state(request.access, talk).get("known", {}).get(name, {})
    book = Book(modules.in_use(), language(), talks.typed(request.access, talk))
    rows = tuple(saying.summary(book, module, known))
    answer = _file(request, paper(module.title[language()], (Part(_title(kept), rows=rows),)), name)
    store.note_taken(request.access, 1, at=request.now)
    return answer


urlpatterns = [
    path("companion/talks/pdf/", pdf, name="pdf"),
    path("companion/talks/<uuid:talk>/pdf/", pdf, name="pdf"),
    path("companion/<uuid:talk>/<slug:name>/pdf/", pdf_summary, name="pdf-summary"),
]
