"""A person's own talks: the list, one to read, search, take along, share until a time, delete."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.ledger import receipt as receipts
from samen.ledger import store as ledger
from samen.people.door import Request, own, own_page, page_about
from samen.people.roles import Scope
from samen.rooms.companion.jobs import keeping, wished
from samen.rooms.companion.store import history as store
from samen.rooms.companion.store import recalls
from samen.rooms.companion.store import talk as talks
from samen.rooms.companion.store.talk import Kept
from samen.rooms.companion.views.talk import language

DAYS = (1, 7, 28)  # for how long a talk can be shared; a new share is one press
PAGE = 30  # talks on one page of the list


@require_GET
@own_page(Scope.TALK)
def history(request: Request) -> HttpResponse:
    """List one's own talks, the newest first; with words asked for, where they stand."""
    words = request.GET.get("q", "").strip()[:100]
    number = int(asked) if (asked := request.GET.get("page", "")).isdigit() and int(asked) else 1
    kept = talks.kept(request.access)
    shown = {
        "talks": [_entry(request, each) for each in kept[(number - 1) * PAGE : number * PAGE]],
        "any": bool(kept),
        "words": words,
        "hits": store.search(request.access, words) if words else [],
        "page": number,
        "more": len(kept) > number * PAGE,
        "before": number - 1,
        "after": number + 1,
        "lines": wished.lines(request.access, language(), request.now),
        "corrected": recalls.waits(request.access),
    }
    return render(request, "companion/history/list.html", shown)


def _entry(request: Request, kept: Kept) -> dict[str, Any]:
    done = [each.title for each in keeping.summaries(request.access, kept)]
    return {"kept": kept, "exercises": done, "shares": store.shares(request.access, kept.id, request.now)}


@require_GET
@own_page(Scope.TALK)
def one(request: Request, talk: UUID) -> HttpResponse:
    """Show one talk as it was, with who may read it."""
    return _one(request, kept_talk(request, talk))


def kept_talk(request: Request, talk: UUID) -> Kept:
    """Give one of the person's own talks, or answer that it is not there."""
    found = next((each for each in talks.kept(request.access) if each.id == talk), None)
    if found is None:
        raise Http404
    return found


def _one(request: Request, kept: Kept, *, wrong: bool = False) -> HttpResponse:
    shown = {
        "kept": kept,
        "turns": keeping.lines(talks.turns(request.access, kept.id), kept.language),
        "summaries": keeping.summaries(request.access, kept),
        "shares": store.shares(request.access, kept.id, request.now),
        "readers": store.readers(own(request, Scope.RIGHTS), request.now),
        "days": DAYS,
        "wrong": wrong,
    }
    return render(request, "companion/history/one.html", shown, status=422 if wrong else 200)


# --- to take along ---


@require_GET
@own_page(Scope.TALK)
def paper(request: Request, talk: UUID | None = None) -> HttpResponse:
    """Show one talk, or all, as a page to print or to keep as a PDF."""
    asked = [kept_talk(request, talk)] if talk else talks.kept(request.access)
    return render(request, "companion/history/paper.html", {"talks": papers(request, asked), "talk": talk})


def papers(request: Request, asked: list[Kept]) -> list[dict[str, Any]]:
    """Give talks as they stand on paper: the answers in exercises, and every turn."""
    return [
        {
            "kept": each,
            "turns": keeping.lines(talks.turns(request.access, each.id), each.language),
            "summaries": keeping.summaries(request.access, each),
        }
        for each in asked
    ]


@require_POST
@own_page(Scope.TALK)
def take(request: Request, talk: UUID | None = None) -> HttpResponse:
    """Give one talk, or all, as a file that other programs read."""
    asked = [kept_talk(request, talk)] if talk else talks.kept(request.access)
    made = keeping.document(request.access, asked, at=request.now)
    store.note_taken(request.access, len(asked), at=request.now)
    return as_file(keeping.to_text(made), f"talks-{request.now:%Y-%m-%d}.json", "application/json")


def as_file(content: str | bytes, name: str, kind: str) -> HttpResponse:
    """Give something as a file to keep."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- deleting ---


@require_http_methods(["GET", "POST"])
@own_page(Scope.TALK)
def delete(request: Request, talk: UUID | None = None) -> HttpResponse:
    """Say what goes and what stays; pressed, delete one talk or all, and lead to the receipt."""
    kept = kept_talk(request, talk) if talk else None
    if request.method == "POST":
        gone = keeping.delete(request.access, own(request, Scope.FINDINGS), talk, at=request.now)
        return redirect("companion:history") if gone.leaf is None else redirect("companion:deleted", gone.leaf)
    shown = {"kept": kept, "count": len(talks.kept(request.access)), "backup_days": settings.SAMEN.backup_days}
    return render(request, "companion/history/delete.html", shown)


@require_GET
@own_page(Scope.TALK)
def deleted(request: Request, leaf: int) -> HttpResponse:
    """Show the receipt of a deletion: when, how many, and where the ledger says so."""
    shown = {
        "gone": _deletion(request, leaf),
        "backup_days": settings.SAMEN.backup_days,
        "key": str(ledger.public_key()),
    }
    return render(request, "companion/history/deleted.html", shown)


@require_GET
@own_page(Scope.TALK)
def deleted_file(request: Request, leaf: int) -> HttpResponse:
    """Give the receipt as a file that anybody can verify."""
    gone = _deletion(request, leaf)
    return as_file(receipts.to_json(gone.proof), f"deleted-{gone.at:%Y-%m-%d}.json", "application/json")


def _deletion(request: Request, leaf: int) -> store.Deletion:
    if (found := store.deletion(request.access, leaf, now=request.now)) is None:
        raise Http404
    return found


# --- sharing ---


@require_POST
@own_page(Scope.TALK)
def share(request: Request, talk: UUID) -> HttpResponse:
    """Let one professional read one talk for as long as was chosen."""
    kept = kept_talk(request, talk)
    try:
        reader, days = UUID(request.POST.get("reader", "")), int(request.POST.get("days", ""))
    except ValueError:
        return _one(request, kept, wrong=True)
    until = request.now + timedelta(days=days if days in DAYS else 0)
    mine = own(request, Scope.RIGHTS)
    if store.share(request.access, talk, reader, mine=mine, until=until, at=request.now) is None:
        return _one(request, kept, wrong=True)
    return redirect("companion:one", talk)


@require_POST
@own_page(Scope.TALK)
def end_share(request: Request, talk: UUID, share: UUID) -> HttpResponse:
    """End a share at once."""
    if not store.end_share(request.access, share, at=request.now):
        raise Http404
    return redirect("companion:one", talk)


@require_GET
@page_about(Scope.TALK)
def shared(request: Request, person: UUID) -> HttpResponse:
    """Show a professional which talks this person lets them read."""
    shown = {"about": person, "listed": store.to_read(request.access, request.now)}
    return render(request, "companion/history/shared.html", shown)


@require_GET
@page_about(Scope.TALK)
def shared_talk(request: Request, person: UUID, talk: UUID) -> HttpResponse:
    """Show a professional one talk that this person lets them read now."""
    turns = store.read(request.access, talk, request.now)
    if turns is None:
        raise Http404
    until = next(each.until for each in store.to_read(request.access, request.now) if each.talk == talk)
    shown = {"about": person, "turns": keeping.lines(turns, language()), "until": until, "first": turns[:1]}
    return render(request, "companion/history/shared_talk.html", shown)


urlpatterns = [
    path("companion/talks/", history, name="history"),
    path("companion/talks/paper/", paper, name="paper"),
    path("companion/talks/file/", take, name="take"),
    path("companion/talks/delete/", delete, name="delete"),
    path("companion/talks/deleted/<int:leaf>/", deleted, name="deleted"),
    path("companion/talks/deleted/<int:leaf>/file/", deleted_file, name="deleted-file"),
    path("companion/talks/<uuid:talk>/", one, name="one"),
    path("companion/talks/<uuid:talk>/paper/", paper, name="paper"),
    path("companion/talks/<uuid:talk>/file/", take, name="take"),
    path("companion/talks/<uuid:talk>/delete/", delete, name="delete"),
    path("companion/talks/<uuid:talk>/share/", share, name="share"),
    path("companion/talks/<uuid:talk>/share/<uuid:share>/end/", end_share, name="end-share"),
    path("companion/shared/<uuid:person>/", shared, name="shared"),
    path("companion/shared/<uuid:person>/<uuid:talk>/", shared_talk, name="shared-talk"),
]
