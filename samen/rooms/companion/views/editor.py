"""Where staff read the modules of the companion and try them: whoever stands beside people in care. What else they may is in editor_draft.py."""

import tomllib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.companion import compiler, saying, systems, writing
from samen.rooms.companion.dialogue import LANGUAGES, Module
from samen.rooms.companion.models.module import Draft
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import drafts, modules, recalls, remarks
from samen.rooms.companion.store.drafts import NotNow
from samen.rooms.companion.views import editor_draft, editor_remarks
from samen.rooms.companion.views.editor_page import in_use, page, sentence, title, version
from samen.rooms.companion.views.talk import language
from samen.words import say

SALT = "companion.preview"
LONGEST = 2000
STUCK = ("no_way_on", "no_such_screen")  # with one of these the player could not go on


@require_GET
@page_for(duty=Duty.CARE)
def index(request: Request) -> HttpResponse:
    """List the modules, with whose eyes they had, what is being written on them, and what waits for the reader."""
    kept, said = drafts.rows(), remarks.open_counts()
    own = {each.module: each for each in kept if each.state == "approved"}
    open_ = {each.module: each for each in kept if each.state != "approved"}
    rows = [
        {"id": each.id, "title": title(each), "module": each, "own": own.get(each.id), "open": open_.get(each.id),
         "said": said.get(each.id, 0),
         "state": sentence(f"state.{open_[each.id].state}") if each.id in open_ else ""}
        for each in modules.in_use().exercises.values()
    ]  # fmt: skip
    waiting = [each for each in rows if (found := each["open"]) and _waits(request, found)]  # type: ignore[arg-type]
    shown = {
        "rows": rows,
        "waiting": waiting,
        "wrong": [
            (each, each.nl if language() == "nl" else each.en) for each in recalls.for_colleague(request.user.pk)
        ],
        "leads": may(request.roles, Duty.LEAD),
    }
    return render(request, "companion/editor/list.html", shown)


def _waits(request: Request, found: Draft) -> bool:
    """Say whether a version waits for this reader: their own to write, a colleague's to read, one to approve."""
    mine = found.by_id == request.user.pk
    match found.state:
        case "draft":
            return mine
        case "sent":
            return not mine and may(request.roles, Duty.DECIDE)
        case _:
            return not mine and may(request.roles, Duty.LEAD) and found.reviewed_by_id != request.user.pk


@require_GET
@page_for(duty=Duty.CARE)
def module(request: Request, name: str) -> HttpResponse:
    """Show a module as it is in use: one page, both languages side by side, and its graph."""
    found = in_use(name)
    kept = [each for each in drafts.rows() if each.module == name]
    own = next((each for each in kept if each.state == "approved"), None)
    open_ = next((each for each in kept if each.state != "approved"), None)
    writes = may(request.roles, Duty.DECIDE)
    shown = {**page(found, remarks.about(name)), "own": own, "open": open_, "begins": writes, "answers": writes}
    shown["leads"] = may(request.roles, Duty.LEAD)
    return render(request, "companion/editor/module.html", shown)


@require_POST
@page_for(duty=Duty.DECIDE)
def begin(request: Request, name: str) -> HttpResponse:
    """Begin a version of one's own, from the one in use. Nobody has read it yet, and no earlier one had its number."""
    found = in_use(name)
    raw = tomllib.loads(modules.text(name)) | {"reviewed_by": "", "reviewed_on": ""}
    number = max(found.version, modules.shipped().exercises[name].version + drafts.count(name)) + 1
    try:
        made = drafts.begin(
            name, writing.write({**raw, "version": number}), found.digest, by=request.user, at=request.now
        )
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return redirect("companion:editor_module", name)
    return redirect("companion:editor_draft", made.id)


# --- trying it ---


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.CARE)
def preview(request: Request, name: str) -> HttpResponse:
    """Play the module that is in use, as a validation run: about nobody, in nobody's record."""
    found = in_use(name)
    return _play(request, found, modules.text(name), reverse("companion:editor_module", args=[name]))


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.CARE)
def preview_draft(request: Request, draft: UUID) -> HttpResponse:
    """Play a version that is being written, the same way. One in which somebody could get stuck is not played."""
    found, read = version(draft)
    back = reverse("companion:editor_draft", args=[draft])
    if any(each.key in STUCK for each in compiler.check(read, modules.never())) or _wordless(read):
        messages.error(request, sentence("refused.NOT_PLAYED"))
        return redirect(back)
    return _play(request, read, found.content, back)


def _wordless(read: Module) -> bool:
    """Say whether somewhere there is nothing to say, or nothing on a button, in one of the languages."""
    said = [words for screen in read.screens.values() for words in screen.say]
    said += [choice.label for screen in read.screens.values() for choice in screen.choices]
    said += [read.title, read.about, *read.cautions, *(each.label for each in read.variables.values())]
    bare = any(not screen.say for screen in read.screens.values())
    return bare or any(not words.get(each) for words in said for each in LANGUAGES)


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
    around, piece["around"] = modules.in_use(), list(drafts.approved().values())
    ran = gate.trial(systems.TALK, [piece])
    if isinstance(ran, Denied):
        messages.error(request, say(f"rights.denied.{ran.code}", language()))
        return redirect(back)
    value = ran.findings[0][0].value
    reply = value["played"][0]
    book = Book(modules.with_module(around, found), spoken, {int(key): each for key, each in words.items()})
    shown: dict[str, Any] = {
        "title": title(found), "back": back, "spoken": spoken, "given": typed if not pressed else "",
        "texts": [saying.text(book, key, values) for key, values in reply["says"]],
        "buttons": [(each, saying.label(book, each, reply["node"])) for each in reply["buttons"]],
        "field": reply["field"], "node": reply["node"].partition("/")[2] or reply["node"], "languages": LANGUAGES,
        "so_far": signing.dumps({"state": value["state"], "typed": words}, salt=SALT, compress=True),
    }  # fmt: skip
    return render(request, "companion/editor/preview.html", shown)


urlpatterns = [
    path("companion/modules/", index, name="editor"),
    path("companion/modules/<slug:name>/", module, name="editor_module"),
    path("companion/modules/<slug:name>/begin/", begin, name="editor_begin"),
    path("companion/modules/<slug:name>/preview/", preview, name="editor_preview"),
    path("companion/modules/draft/<uuid:draft>/preview/", preview_draft, name="editor_preview_draft"),
    *editor_draft.urlpatterns,
    *editor_remarks.urlpatterns,
]
