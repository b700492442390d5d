"""The pages on which somebody talks with the companion: the talk itself, its choice beforehand, and the exercises to read without it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own, own_page, public_page
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Denied
from samen.rooms.companion import saying, systems
from samen.rooms.companion.dialogue import LANGUAGES, Module, Type
from samen.rooms.companion.jobs import keeping, turn, wished
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import modules, recalls
from samen.rooms.companion.store import talk as store
from samen.rooms.companion.store.talk import Open
from samen.rooms.crisis import door as crisis

SHOWN = 4  # turns on the page; the earlier ones stand in the history
SHORT = 6  # buttons up to which each stands on its own line


def language() -> str:
    """Give the language of the reader, of those that the companion speaks."""
    here = get_language() or ""
    return next((each for each in LANGUAGES if here.startswith(each)), "en")


def says_yes(request: Request) -> bool:
    """Say whether the person's yes to the companion holds now."""
    mine = own(request, Scope.RIGHTS)
    return all(rights.says_yes(mine, systems.TALK, use, request.now) for use in systems.TALK.manifest.uses)


def wants_words(request: Request) -> bool:
    """Say whether a language model is set here, and the person said yes to it."""
    mine, uses = own(request, Scope.RIGHTS), systems.REPHRASE.manifest.uses
    return systems.has_model() and all(rights.says_yes(mine, systems.REPHRASE, use, request.now) for use in uses)


@require_GET
@own_page(Scope.TALK)
def talk(request: Request) -> HttpResponse:
    """Show where the talk is, with what can be pressed or written; without a yes, ask for one and show the ways without it."""
    if not says_yes(request):
        rights.tell(own(request, Scope.RIGHTS), systems.TALK, at=request.now)
        return render(request, "companion/talk/ask.html", {"system": systems.TALK})
    found = store.open_talk(request.access, at=request.now)
    if found.language != language():
        store.speak(request.access, found.id, language())
        found = store.open_talk(request.access, at=request.now)
    if found.turn == 0:
        played = turn.play(request.access, found, pressed="", typed="", client_id=str(uuid4()), at=request.now)
        if isinstance(played, Denied):
            return _denied(request, played)
        found = store.open_talk(request.access, at=request.now)
    return _page(request, found)


def _page(request: Request, found: Open, **more: Any) -> HttpResponse:
    turns = store.turns(request.access, found.id, last=SHOWN + 1)
    if not turns:
        return redirect("companion:pages")
    now = replace(turns[-1], reply=turn.in_language(request.access, found, turns[-1].reply))
    turns = [*turns[:-1], now]
    shown = {
        "turns": keeping.lines(turns, language())[-SHOWN:],
        "now": now.reply,
        "record": now.record,
        "turn": now.turn,
        "once": uuid4(),
        "more": now.turn > SHOWN,
        "to_call": systems.numbers(language(), subject) if (subject := now.reply["numbers"]) else (),
        "calls": now.reply.get("calls", len(now.reply["texts"])),
        "rewords": systems.REPHRASE.id if systems.has_model() else "",
        "talk": found.id,
        "lines": wished.lines(request.access, language(), request.now),
        "offer": _offer(request, now.reply),
        "corrected": recalls.waits(request.access),
        **more,
    }
    return render(request, "companion/talk/talk.html", shown)


def _offer(request: Request, reply: Mapping[str, Any]) -> Any:
    """Give the questionnaire to offer at the end of an exercise; none where there was danger."""
    if not reply["ended"] or reply["level"]:
        return None
    return wished.offer(request.access, own(request, Scope.ANSWERS), reply["ended"], language(), request.now)


@require_POST
@own_page(Scope.TALK)
def give(request: Request) -> HttpResponse:
    """Take a press or a text as the next turn. A page that was left open shows where the talk is now."""
    if not says_yes(request):
        return redirect("companion:talk")
    found = store.open_talk(request.access, at=request.now)
    pressed, typed = request.POST.get("press", "")[:200], request.POST.get("text", "").strip()
    if request.POST.get("turn", "") != str(found.turn):
        return _page(request, found, stale=True)
    if not pressed and not typed:
        return redirect("companion:talk")
    played = turn.play(
        request.access,
        found,
        pressed=pressed,
        typed="" if pressed else typed,
        client_id=request.POST.get("once", "")[:60] or str(uuid4()),
        at=request.now,
        reword=wants_words(request),
    )
    if isinstance(played, Denied):
        return _denied(request, played)
    return redirect(f"{reverse('companion:talk')}#now")


def _denied(request: Request, denied: Denied) -> HttpResponse:
    return render(request, "companion/talk/denied.html", {"denied": denied, "system": systems.TALK}, status=403)


@require_POST
@own_page(Scope.RIGHTS)
def choose(request: Request) -> HttpResponse:
    """Keep the yes or the no that was pressed: one press, one use, and with a no nothing is lost."""
    yes = request.POST.get("yes") == "1"
    for use in systems.TALK.manifest.uses:
        rights.say(request.access, systems.TALK, use, yes=yes, at=request.now, language=language())
    return redirect("companion:talk" if yes else "companion:pages")


@require_POST
@own_page(Scope.TALK)
def fresh(request: Request) -> HttpResponse:
    """Close the talk and begin a new one."""
    store.close(request.access, store.open_talk(request.access, at=request.now).id, at=request.now)
    return redirect("companion:talk")


@require_POST
@own_page(Scope.TALK)
def human(request: Request) -> HttpResponse:
    """Let the person wait for a counsellor of the help line, in a talk of their own there."""
    crisis.open_contact(request.access, at=request.now)
    return redirect("crisis:talk")


# --- the exercises as pages, without any computer that reads along ---


@require_GET
@public_page
def pages(request: Request) -> HttpResponse:
    """List the exercises by theme."""
    library = modules.in_use()
    themes: dict[str, list[Module]] = {}
    for each in library.exercises.values():
        themes.setdefault(each.theme, []).append(each)
    listed = [
        {"theme": f"companion.hall.{theme}", "modules": [_entry(each) for each in found]}
        for theme, found in themes.items()
    ]
    return render(request, "companion/talk/pages.html", {"shelves": listed})


def _entry(module: Module) -> dict[str, Any]:
    here = language()
    return {"id": module.id, "title": module.title[here], "about": module.about[here], "minutes": module.minutes}


@require_GET
@public_page
def read(request: Request, name: str) -> HttpResponse:
    """Show one exercise as a page: every step in its order, to do on paper."""
    module = modules.in_use().exercises.get(name)
    if module is None:
        raise Http404
    here = language()
    book = Book(modules.in_use(), here, {})
    # On paper a number stands open, and what would be written is in the reader's mind.
    open_ = {
        each: saying.KEPT if variable.type in (Type.TEXT, Type.LIST) else "…"
        for each, variable in module.variables.items()
    }
    steps = [
        {
            "text": saying.text(book, f"s/{name}/{screen.id}/0", open_),
            "choices": [each.label[here] for each in screen.choices],
            "asks": bool(screen.ask),
        }
        for screen in module.screens.values()
        if not screen.end
    ]
    shown = {**_entry(module), "cautions": [each[here] for each in module.cautions], "steps": steps}
    wrong = [{"at": each.at, "says": each.nl if here == "nl" else each.en} for each in recalls.about(name)]
    return render(request, "companion/talk/read.html", {**shown, "sources": module.sources, "wrong": wrong})


@require_GET
@own_page(Scope.TALK)
def summary(request: Request, talk: UUID, name: str) -> HttpResponse:
    """Show what was answered in an exercise, to print or to take along."""
    module = modules.in_use().exercises.get(name)
    mine = {each.id: each for each in store.kept(request.access)}
    if module is None or talk not in mine:
        raise Http404
    known = store.state(request.access, talk).get("known", {}).get(name, {})
    book = Book(modules.in_use(), language(), store.typed(request.access, talk))
    rows = saying.summary(book, module, known)
    return render(
        request, "companion/talk/summary.html", {**_entry(module), "rows": rows, "at": mine[talk].last_at, "talk": talk}
    )


urlpatterns = [
    path("companion/", talk, name="talk"),
    path("companion/give/", give, name="give"),
    path("companion/choose/", choose, name="choose"),
    path("companion/fresh/", fresh, name="fresh"),
    path("companion/human/", human, name="human"),
    path("companion/pages/", pages, name="pages"),
    path("companion/pages/<slug:name>/", read, name="read"),
    path("companion/<uuid:talk>/<slug:name>/", summary, name="summary"),
]
