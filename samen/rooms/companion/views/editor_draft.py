"""Where a version of a module is written, read by another, and approved: each step with its reason, and only what holds now."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rooms.companion import compiler, differing, systems, writing, writing_screen
from samen.rooms.companion.dialogue import HALL, LANGUAGES, BadModule, Kind, Module, Type
from samen.rooms.companion.library import module_of
from samen.rooms.companion.models.module import Draft
from samen.rooms.companion.store import drafts, modules, remarks
from samen.rooms.companion.store.drafts import NotNow
from samen.rooms.companion.views.editor_page import in_use, page, problems, sentence, title, told, version
from samen.rooms.companion.views.talk import language
from samen.words import say

SPARE = 1  # empty rows of a form, to add to


@require_GET
@page_for(duty=Duty.CARE)
def draft(request: Request, draft: UUID) -> HttpResponse:
    """Show a version: what is wrong with it, what differs from the one in use, who did what, and the whole text."""
    return _show(request, draft)


def _show(request: Request, draft: UUID, status: int = 200) -> HttpResponse:
    found, read = version(draft)
    wrong = compiler.check(read, modules.never())
    mine = found.by_id == request.user.pk
    shown = {
        **page(read, remarks.about(found.module)),
        "draft": found,
        "state": sentence(f"state.{found.state}"),
        "problems": problems(wrong, read),
        "changes": _changes(in_use(found.module), read) if found.state != "approved" else [],
        "steps": [(each, sentence(f"did.{each.what}")) for each in drafts.steps(draft)],
        "writes": mine and found.state == "draft",
        "answers": may(request.roles, Duty.DECIDE),
        "does": _does(request, found, wrong=bool(wrong)),
    }
    return render(request, "companion/editor/draft.html", shown, status=status)


def _does(request: Request, found: Draft, *, wrong: bool) -> list[tuple[str, str]]:
    """Give what this reader can do with a version: the step, and what it means."""
    mine, leads = found.by_id == request.user.pk, may(request.roles, Duty.LEAD)
    reads = not mine and may(request.roles, Duty.DECIDE)
    can = {
        "send": mine and found.state == "draft" and not wrong,
        "review": reads and found.state == "sent",
        "approve": not mine and leads and found.state == "reviewed" and found.reviewed_by_id != request.user.pk,
        "back": reads and found.state in ("sent", "reviewed"),
        "withdraw": ((mine or leads) and found.state in ("draft", "sent", "reviewed"))
        or (leads and found.state == "approved"),
    }
    return [(each, sentence(f"means.{each}")) for each, may_ in can.items() if may_]


def _changes(before: Module, after: Module) -> list[dict[str, Any]]:
    return [
        {
            "says": sentence(f"diff.{each.key}", **_named(each)),
            "language": each.language,
            "pieces": differing.marked(each.before, each.after) if each.language else (),
        }
        for each in differing.changes(before, after)
    ]


def _named(change: differing.Change) -> Mapping[str, object]:
    """Give what stands in the blanks of a change; a theme is called as the hall calls it."""
    if change.key != "theme":
        return change.values
    known = modules.themes()
    return {
        key: say(f"companion.hall.{each}", language()) if each in known else each for key, each in change.values.items()
    }


@require_POST
@page_for(duty=Duty.DECIDE)
def do(request: Request, draft: UUID) -> HttpResponse:
    """Send a version on, give it back, review, approve or withdraw it: each with a reason, and only what holds now."""
    found, read = version(draft)
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    given: dict[str, Any] = {"by": request.user, "at": request.now}
    seen = request.POST.get("seen", "")
    if step in ("send", "review", "approve") and compiler.check(read, modules.never()):
        messages.error(request, sentence("refused.PROBLEMS"))
        return _show(request, draft, 422)
    does: Mapping[str, Callable[[], None]] = {
        "send": lambda: drafts.send(draft, reason, **given),
        "back": lambda: drafts.back(draft, reason, **given),
        "review": lambda: drafts.review(draft, seen, reason, **given),
        "approve": lambda: drafts.approve(draft, seen, reason, [systems.TALK], **given),
        "withdraw": lambda: drafts.withdraw(draft, reason, [systems.TALK], **given),
    }
    if step not in does:
        raise Http404
    try:
        does[step]()
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return _show(request, draft, 422)
    except NotAllowed:
        messages.error(request, sentence("refused.OWN"))
        return _show(request, draft, 403)
    messages.success(request, sentence(f"done.{step}"))
    return redirect("companion:editor_draft", found.id)


# --- writing ---


def _writes(request: Request, found: Draft) -> bool:
    return found.by_id == request.user.pk and found.state == "draft"


def _kept(request: Request, found: Draft, raw: Mapping[str, Any]) -> bool:
    """Keep another content; say how many problems it has, or why it could not be kept."""
    text = writing.write(raw)
    try:
        wrong = compiler.check(module_of(text.encode()), modules.never())
        drafts.save(found.id, text, request.POST.get("seen", ""), by=request.user, at=request.now)
    except BadModule as bad:
        for each in bad.problems:
            messages.error(request, f"{each.where}: {told(each)}")
        return False
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return False
    messages.success(request, sentence("kept_with", n=len(wrong)) if wrong else sentence("kept"))
    return True


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def screen(request: Request, draft: UUID, name: str) -> HttpResponse:
    """Change one screen. It is kept even with problems, which stand beside it; what has not the form of a module is refused."""
    found, read = version(draft)
    raw = tomllib.loads(found.content)
    before = next((each for each in raw["screen"] if each["id"] == name), None)
    if before is None:
        raise Http404
    if request.method == "GET":
        if not _writes(request, found):
            return redirect(f"{reverse('companion:editor_draft', args=[draft])}#s-{name}")
        return _form(request, found, read, _with_proposal(request, before))
    made = writing_screen.screen(before, request.POST.dict())
    if not _kept(request, found, writing_screen.replaced(raw, made)):
        return _form(request, found, read, made, status=422)
    return redirect("companion:editor_screen", draft, name)


def _with_proposal(request: Request, screen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the words that a colleague proposed into the form, where the writer asked for that. Nothing is kept before they press."""
    try:
        proposed = remarks.one(UUID(request.GET["words"])) if "words" in request.GET else None
    except ValueError:
        proposed = None
    if proposed is None or proposed.screen != screen["id"]:
        return screen
    first, *others = screen["say"] or [{}]
    words = {each: text for each in LANGUAGES if (text := getattr(proposed, each))}
    return {**screen, "say": [{**first, **words}, *others]}


def _form(request: Request, found: Draft, read: Module, screen: Mapping[str, Any], status: int = 200) -> HttpResponse:
    wrong = [each for each in compiler.check(read, modules.never()) if each.where.partition("/")[0] == screen["id"]]
    order = list(read.screens)
    place = order.index(screen["id"])
    said = [each for each in remarks.about(found.module) if each.screen == screen["id"] and each.answered_at is None]
    shown = {
        "draft": found, "module": read, "screen": screen, "title": title(read),
        "problems": problems(wrong, read),
        "kinds": [(str(each), sentence(f"kind.{each}")) for each in Kind],
        "variables": [(key, each.label.get(language(), key)) for key, each in read.variables.items()],
        "targets": [*read.screens, HALL],
        "says": [*screen.get("say", ()), {}],
        "choices": [*screen.get("choice", ()), *({} for _ in range(SPARE))],
        "button_places": range(1, len(screen.get("choice", ())) + SPARE + 1),
        "ways": [*screen.get("ways", ()), *({} for _ in range(SPARE))],
        "others": [each for each in order if each != screen["id"]],
        "stands_after": order[place - 1] if place else "",
        "remarks": said,
    }  # fmt: skip
    return render(request, "companion/editor/screen.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def head(request: Request, draft: UUID) -> HttpResponse:
    """Change what stands at the head of a module: title, what it is, theme, minutes, steps of the method, cautions, sources."""
    found, read = version(draft)
    raw = tomllib.loads(found.content)
    if request.method == "POST":
        raw = writing_screen.head(raw, request.POST.dict(), modules.themes())
        if _kept(request, found, raw):
            return redirect("companion:editor_draft", draft)
    elif not _writes(request, found):
        return redirect("companion:editor_draft", draft)
    shown = {
        "draft": found, "raw": raw, "title": title(read), "steps": "\n".join(raw["steps"]),
        "cautions": [*raw.get("caution", ()), {}], "sources": "\n".join(raw["sources"]),
        "stands_under": [(each, say(f"companion.hall.{each}", language())) for each in modules.themes()],
    }  # fmt: skip
    return render(request, "companion/editor/head.html", shown, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def answers(request: Request, draft: UUID) -> HttpResponse:
    """Change which answers a module asks for: what each is called, what it can be, and for a number from where to where."""
    found, read = version(draft)
    raw = tomllib.loads(found.content)
    if request.method == "POST":
        raw = writing_screen.variables(raw, request.POST.dict())
        if _kept(request, found, raw):
            return redirect("companion:editor_answers", draft)
    elif not _writes(request, found):
        return redirect("companion:editor_draft", draft)
    wrong = [each for each in compiler.check(read, modules.never()) if each.where in read.variables]
    asked = {each.ask: each.id for each in reversed(list(read.screens.values())) if each.ask}
    shown = {
        "draft": found, "title": title(read), "problems": problems(wrong, read),
        "answers": [(name, each, asked.get(name, "")) for name, each in raw.get("variable", {}).items()],
        "spare": len(raw.get("variable", {})),
        "types": [(str(each), sentence(f"type.{each}")) for each in Type],
    }  # fmt: skip
    return render(request, "companion/editor/answers.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@page_for(duty=Duty.DECIDE)
def add(request: Request, draft: UUID) -> HttpResponse:
    """Add an empty screen under a name of its own."""
    found, _ = version(draft)
    name = writing_screen.name_of(request.POST.get("name", ""))
    try:
        raw = writing_screen.added(tomllib.loads(found.content), name)
    except ValueError:
        messages.error(request, sentence("refused.NAME"))
        return redirect("companion:editor_draft", draft)
    kept = _kept(request, found, raw)
    return redirect("companion:editor_screen", draft, name) if kept else redirect("companion:editor_draft", draft)


@require_POST
@page_for(duty=Duty.DECIDE)
def remove(request: Request, draft: UUID, name: str) -> HttpResponse:
    """Take a screen out. What led to it is shown as a problem until it leads elsewhere."""
    found, read = version(draft)
    if name not in read.screens or len(read.screens) == 1:
        raise Http404
    _kept(request, found, writing_screen.removed(tomllib.loads(found.content), name))
    return redirect("companion:editor_draft", draft)


@require_POST
@page_for(duty=Duty.DECIDE)
def move(request: Request, draft: UUID, name: str) -> HttpResponse:
    """Let a screen stand after another, or first: there the exercise begins."""
    found, read = version(draft)
    after = request.POST.get("after", "")
    if name not in read.screens or after == name or (after and after not in read.screens):
        raise Http404
    _kept(request, found, writing_screen.moved(tomllib.loads(found.content), name, after))
    return redirect("companion:editor_screen", draft, name)


@require_POST
@page_for(duty=Duty.DECIDE)
def rename(request: Request, draft: UUID, name: str) -> HttpResponse:
    """Give a screen another name: what leads to it follows, and so does whoever is on it in a talk under way."""
    found, read = version(draft)
    if name not in read.screens:
        raise Http404
    new = writing_screen.name_of(request.POST.get("name", ""))
    try:
        raw = writing_screen.renamed(tomllib.loads(found.content), name, new, in_use(found.module).screens)
    except ValueError:
        messages.error(request, sentence("refused.NAME"))
        return redirect("companion:editor_screen", draft, name)
    return redirect("companion:editor_screen", draft, new if _kept(request, found, raw) else name)


DRAFT = "companion/modules/draft/<uuid:draft>"

urlpatterns = [
    path(f"{DRAFT}/", draft, name="editor_draft"),
    path(f"{DRAFT}/do/", do, name="editor_do"),
    path(f"{DRAFT}/head/", head, name="editor_head"),
    path(f"{DRAFT}/answers/", answers, name="editor_answers"),
    path(f"{DRAFT}/add/", add, name="editor_add"),
    path(f"{DRAFT}/screen/<slug:name>/", screen, name="editor_screen"),
    path(f"{DRAFT}/screen/<slug:name>/remove/", remove, name="editor_remove"),
    path(f"{DRAFT}/screen/<slug:name>/move/", move, name="editor_move"),
    path(f"{DRAFT}/screen/<slug:name>/rename/", rename, name="editor_rename"),
]
