"""Where staff read, preview, change, review and approve the modules of the companion."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.companion import compiler, differing, drawing, saying, systems, writing, writing_screen
from samen.rooms.companion.dialogue import HALL, LANGUAGES, BadModule, Kind, Module, Problem
from samen.rooms.companion.library import module_of
from samen.rooms.companion.models.module import Draft
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import drafts, modules
from samen.rooms.companion.store.drafts import NotNow
from samen.rooms.companion.views.talk import language
from samen.words import say

WORDS = "companion.editor"
SALT = "companion.preview"
LONGEST = 2000
SPARE = 1  # empty rows of a form, to add to


def sentence(key: str, **blanks: object) -> str:
    """Give a sentence of these pages in the reader's language."""
    return say(f"{WORDS}.{key}", language(), **blanks)


@require_GET
@page_for(duty=Duty.DECIDE)
def index(request: Request) -> HttpResponse:
    """List the modules, with what is being written on them and whose eyes they had."""
    here, kept = language(), drafts.rows()
    in_use = {each.module: each for each in kept if each.state == "approved"}
    open_ = {each.module: each for each in kept if each.state != "approved"}
    rows = [
        {"id": each.id, "title": each.title[here], "own": in_use.get(each.id), "open": open_.get(each.id),
         "state": sentence(f"state.{open_[each.id].state}") if each.id in open_ else ""}
        for each in modules.in_use().exercises.values()
    ]  # fmt: skip
    return render(request, "companion/editor/list.html", {"rows": rows})


@require_GET
@page_for(duty=Duty.DECIDE)
def module(request: Request, name: str) -> HttpResponse:
    """Show a module as it is in use: one page, both languages side by side, and its graph."""
    found = _in_use(name)
    kept = [each for each in drafts.rows() if each.module == name]
    own = next((each for each in kept if each.state == "approved"), None)
    open_ = next((each for each in kept if each.state != "approved"), None)
    shown = {**_page(found), "own": own, "open": open_, "leads": may(request.roles, Duty.LEAD)}
    return render(request, "companion/editor/module.html", shown)


@require_POST
@page_for(duty=Duty.DECIDE)
def begin(request: Request, name: str) -> HttpResponse:
    """Begin a version of one's own, from the one in use."""
    found = _in_use(name)
    raw = tomllib.loads(modules.text(name))
    content = writing.write({**raw, "version": found.version + 1})
    try:
        made = drafts.begin(name, content, found.digest, by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return redirect("companion:editor_module", name)
    return redirect("companion:editor_draft", made.id)


def _in_use(name: str) -> Module:
    found = modules.in_use().exercises.get(name)
    if found is None:
        raise Http404
    return found


def _draft(draft: UUID) -> tuple[Draft, Module]:
    found = drafts.one(draft)
    if found is None:
        raise Http404
    return found, module_of(found.content.encode())


def _page(found: Module) -> dict[str, Any]:
    """Give what the reading page shows of a module."""
    return {
        "module": found,
        "title": found.title.get(language()) or found.id,
        "heads": [(each, found.title.get(each, ""), found.about.get(each, "")) for each in LANGUAGES],
        "cautions": [[(each, words.get(each, "")) for each in LANGUAGES] for words in found.cautions],
        "screens": [_screen(found, each) for each in found.screens],
        "picture": drawing.picture(found),
    }


def _screen(found: Module, name: str) -> dict[str, Any]:
    screen, here = found.screens[name], language()
    texts = [
        [(each, words.get(each, ""), round(compiler.ease(text, each)) if (text := words.get(each, "")) else "")
         for each in LANGUAGES]
        for words in screen.say
    ]  # fmt: skip
    asks = found.variables[screen.ask].label.get(here, screen.ask) if screen.ask in found.variables else screen.ask
    buttons = [(each.label.get("en", ""), each.label.get("nl", ""), each.to) for each in screen.choices]
    ways = [
        (each.to, " and ".join(f"{t.variable} {t.how} {t.value}".strip() for t in each.tests)) for each in screen.ways
    ]
    return {
        "id": name, "kind": sentence(f"kind.{screen.kind}"), "step": screen.step, "texts": texts, "asks": asks,
        "buttons": buttons, "ways": ways, "end": screen.end, "to": compiler.targets(screen),
    }  # fmt: skip


# --- a draft ---


@require_GET
@page_for(duty=Duty.DECIDE)
def draft(request: Request, draft: UUID) -> HttpResponse:
    """Show a version: what is wrong with it, what differs from the one in use, who did what, and the whole text."""
    return _show(request, draft)


def _show(request: Request, draft: UUID, status: int = 200) -> HttpResponse:
    found, read = _draft(draft)
    wrong = compiler.check(read, modules.never())
    mine = found.by_id == request.user.pk
    shown = {
        **_page(read),
        "draft": found,
        "state": sentence(f"state.{found.state}"),
        "problems": _problems(wrong, read),
        "changes": _changes(_in_use(found.module), read) if found.state != "approved" else [],
        "steps": [(each, sentence(f"did.{each.what}")) for each in drafts.steps(draft)],
        "writes": mine and found.state == "draft",
        "mine": mine,
        "does": _does(found, mine=mine, leads=may(request.roles, Duty.LEAD), wrong=bool(wrong)),
    }
    return render(request, "companion/editor/draft.html", shown, status=status)


def _does(found: Draft, *, mine: bool, leads: bool, wrong: bool) -> list[tuple[str, str]]:
    """Give what this reader can do with a version: the step, and what it means."""
    can = {
        "send": mine and found.state == "draft" and not wrong,
        "review": not mine and found.state == "sent",
        "approve": not mine and leads and found.state == "reviewed",
        "back": not mine and found.state in ("sent", "reviewed"),
        "withdraw": ((mine or leads) and found.state in ("draft", "sent", "reviewed"))
        or (leads and found.state == "approved"),
    }
    return [(each, sentence(f"means.{each}")) for each, may_ in can.items() if may_]


def _problems(found: Sequence[Problem], read: Module) -> list[dict[str, str]]:
    return [
        {
            "where": each.where,
            "screen": where if (where := each.where.partition("/")[0]) in read.screens else "",
            "says": say(f"companion.problem.{each.key}", language(), **each.values),
        }
        for each in found
    ]


def _changes(before: Module, after: Module) -> list[dict[str, Any]]:
    return [
        {
            "says": sentence(f"diff.{each.key}", **each.values),
            "language": each.language,
            "pieces": differing.marked(each.before, each.after) if each.language else (),
        }
        for each in differing.changes(before, after)
    ]


@require_POST
@page_for(duty=Duty.DECIDE)
def do(request: Request, draft: UUID) -> HttpResponse:
    """Send a version on, give it back, review, approve or withdraw it: each with a reason, and only what holds now."""
    found, read = _draft(draft)
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


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def screen(request: Request, draft: UUID, name: str) -> HttpResponse:
    """Change one screen. It is kept even with problems, which stand beside it; what has not the form of a module is refused."""
    found, read = _draft(draft)
    raw = tomllib.loads(found.content)
    before = next((each for each in raw["screen"] if each["id"] == name), None)
    if before is None:
        raise Http404
    if request.method == "GET":
        return _form(request, found, read, before)
    made = writing_screen.screen(before, request.POST.dict())
    if not _kept(request, found, writing_screen.replaced(raw, made)):
        return _form(request, found, read, made, status=422)
    return redirect("companion:editor_screen", draft, name)


def _form(request: Request, found: Draft, read: Module, screen: Mapping[str, Any], status: int = 200) -> HttpResponse:
    wrong = [each for each in compiler.check(read, modules.never()) if each.where.partition("/")[0] == screen["id"]]
    places = [*read.screens, HALL]
    shown = {
        "draft": found, "module": read, "screen": screen, "title": read.title.get(language()) or read.id,
        "problems": _problems(wrong, read),
        "kinds": [(str(each), sentence(f"kind.{each}")) for each in Kind],
        "variables": [(key, each.label.get(language(), key)) for key, each in read.variables.items()],
        "targets": places,
        "says": [*screen.get("say", ()), {}],
        "choices": [*screen.get("choice", ()), *({} for _ in range(SPARE))],
        "ways": [*screen.get("ways", ()), *({} for _ in range(SPARE))],
        "writes": found.by_id == request.user.pk and found.state == "draft",
    }  # fmt: skip
    return render(request, "companion/editor/screen.html", shown, status=status)


def _kept(request: Request, found: Draft, raw: Mapping[str, Any]) -> bool:
    """Keep another content; say how many problems it has, or why it could not be kept."""
    text = writing.write(raw)
    try:
        wrong = compiler.check(module_of(text.encode()), modules.never())
        drafts.save(found.id, text, request.POST.get("seen", ""), by=request.user, at=request.now)
    except BadModule as bad:
        for each in bad.problems:
            told = say(f"companion.problem.{each.key}", language(), **each.values)
            messages.error(request, f"{each.where}: {told}")
        return False
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return False
    messages.success(request, sentence("kept_with" if wrong else "kept", n=len(wrong)))
    return True


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def head(request: Request, draft: UUID) -> HttpResponse:
    """Change what stands at the head of a module: title, what it is, minutes, cautions, sources."""
    found, read = _draft(draft)
    raw = tomllib.loads(found.content)
    if request.method == "POST":
        raw = writing_screen.head(raw, request.POST.dict())
        if _kept(request, found, raw):
            return redirect("companion:editor_draft", draft)
    shown = {
        "draft": found, "raw": raw, "title": read.title.get(language()) or read.id,
        "cautions": [*raw.get("caution", ()), {}], "sources": "\n".join(raw["sources"]),
    }  # fmt: skip
    return render(request, "companion/editor/head.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@page_for(duty=Duty.DECIDE)
def add(request: Request, draft: UUID) -> HttpResponse:
    """Add an empty screen under a name of its own."""
    found, _ = _draft(draft)
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
    found, read = _draft(draft)
    if name not in read.screens or len(read.screens) == 1:
        raise Http404
    _kept(request, found, writing_screen.removed(tomllib.loads(found.content), name))
    return redirect("companion:editor_draft", draft)


# --- trying it ---


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def preview(request: Request, name: str) -> HttpResponse:
    """Play the module that is in use, as a validation run: about nobody, in nobody's record."""
    found = _in_use(name)
    return _play(request, found, modules.text(name), reverse("companion:editor_module", args=[name]))


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def preview_draft(request: Request, draft: UUID) -> HttpResponse:
    """Play a version that is being written, the same way. One in which somebody could get stuck is not played."""
    found, read = _draft(draft)
    back = reverse("companion:editor_draft", args=[draft])
    if any(each.key in ("no_way_on", "no_such_screen") for each in compiler.check(read, modules.never())) or any(
        not text for screen in read.screens.values() for words in screen.say for text in map(words.get, LANGUAGES)
    ):
        messages.error(request, sentence("refused.NOT_PLAYED"))
        return redirect(back)
    return _play(request, read, found.content, back)


def _play(request: Request, found: Module, text: str, back: str) -> HttpResponse:
    spoken = request.POST.get("language", request.GET.get("language", language()))
    spoken = spoken if spoken in LANGUAGES else LANGUAGES[0]
    try:
        before = signing.loads(request.POST["so_far"], salt=SALT) if request.POST.get("so_far") else {}
    except signing.BadSignature as forged:
        raise Http404 from forged
    typed = request.POST.get("text", "").strip()[:LONGEST]
    pressed = request.POST.get("press", "") or ("" if typed else f"m:{found.id}")
    turn = int(before.get("state", {}).get("turn", 0)) + 1
    words = {**before.get("typed", {}), str(turn): "" if pressed else typed}
    given = {"pressed": pressed} if pressed else {"typed": typed}
    piece = {"language": spoken, "turns": [given], "state": before.get("state", {}), "draft": text}
    ran = gate.trial(systems.TALK, [piece])
    if isinstance(ran, Denied):
        messages.error(request, say(f"rights.denied.{ran.code}", language()))
        return redirect(back)
    value = ran.findings[0][0].value
    reply = value["played"][0]
    library = modules.with_module(modules.shipped(), found)
    book = Book(library, spoken, {int(key): each for key, each in words.items()})
    shown = {
        "title": found.title.get(language()) or found.id, "back": back, "spoken": spoken, "given": typed if not pressed else "",
        "texts": [saying.text(book, key, values) for key, values in reply["says"]],
        "buttons": [(each, saying.label(book, each, reply["node"])) for each in reply["buttons"]],
        "field": reply["field"], "node": reply["node"], "languages": LANGUAGES,
        "so_far": signing.dumps({"state": value["state"], "typed": words}, salt=SALT, compress=True),
    }  # fmt: skip
    return render(request, "companion/editor/preview.html", shown)


DRAFT = "companion/modules/draft/<uuid:draft>"

urlpatterns = [
    path("companion/modules/", index, name="editor"),
    path("companion/modules/<slug:name>/", module, name="editor_module"),
    path("companion/modules/<slug:name>/begin/", begin, name="editor_begin"),
    path("companion/modules/<slug:name>/preview/", preview, name="editor_preview"),
    path(f"{DRAFT}/", draft, name="editor_draft"),
    path(f"{DRAFT}/do/", do, name="editor_do"),
    path(f"{DRAFT}/head/", head, name="editor_head"),
    path(f"{DRAFT}/add/", add, name="editor_add"),
    path(f"{DRAFT}/preview/", preview_draft, name="editor_preview_draft"),
    path(f"{DRAFT}/screen/<slug:name>/", screen, name="editor_screen"),
    path(f"{DRAFT}/screen/<slug:name>/remove/", remove, name="editor_remove"),
]
