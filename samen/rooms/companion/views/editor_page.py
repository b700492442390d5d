"""What the pages of the editor share: their sentences, what they show of a module, and what is wrong with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404

from samen.rooms.companion import compiler, drawing
from samen.rooms.companion.dialogue import LANGUAGES, Module, Problem
from samen.rooms.companion.library import module_of
from samen.rooms.companion.models.module import Draft, Remark
from samen.rooms.companion.store import drafts, modules
from samen.rooms.companion.views.talk import language
from samen.words import say

WORDS = "companion.editor"


def sentence(key: str, **blanks: object) -> str:
    """Give a sentence of these pages in the reader's language."""
    return say(f"{WORDS}.{key}", language(), **blanks)


def in_use(name: str) -> Module:
    """Give a module as it is in use. Raises: Http404."""
    found = modules.in_use().exercises.get(name)
    if found is None:
        raise Http404
    return found


def version(draft: UUID) -> tuple[Draft, Module]:
    """Give a version that is being written, with what it says. Raises: Http404."""
    found = drafts.one(draft)
    if found is None:
        raise Http404
    return found, module_of(found.content.encode())


def title(found: Module) -> str:
    """Give the title of a module in the reader's language; a draft may have none."""
    return found.title.get(language()) or found.id


def page(found: Module, said: Sequence[Remark]) -> dict[str, Any]:
    """Give what the reading page shows of a module, with what colleagues say about each screen."""
    open_ = [each for each in said if each.answered_at is None]
    return {
        "module": found,
        "title": title(found),
        "heads": [(each, found.title.get(each, ""), found.about.get(each, "")) for each in LANGUAGES],
        "cautions": [[(each, words.get(each, "")) for each in LANGUAGES] for words in found.cautions],
        "screens": [{**_screen(found, each), "remarks": [r for r in open_ if r.screen == each]} for each in found.screens],
        "remarks": [each for each in open_ if each.screen not in found.screens],
        "waiting": len(open_),
        "picture": drawing.picture(found),
    }  # fmt: skip


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


def told(problem: Problem) -> str:
    """Give what a problem says in the reader's language."""
    values = dict(problem.values)
    if "language" in values:
        values["language"] = sentence(f"language.{values['language']}")
    return say(f"companion.problem.{problem.key}", language(), **values)


def problems(found: Sequence[Problem], read: Module) -> list[dict[str, str]]:
    """Give problems with the place that each stands at: a screen, or the whole."""
    return [
        {
            "where": each.where,
            "screen": where if (where := each.where.partition("/")[0]) in read.screens else "",
            "says": told(each),
        }
        for each in found
    ]
