"""The guide asked in one's own words: the choice beforehand, the question, and what the program made of it. The plain guide never needs it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Denied
from samen.rooms.companion import entry as entries
from samen.rooms.companion import guide as finding
from samen.rooms.companion import systems, tokens
from samen.rooms.companion.guide import Hit, Moment, Said, Wanted
from samen.rooms.companion.hours import now_of
from samen.rooms.companion.jobs import asking
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.jobs.asking import Answered
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store import places
from samen.rooms.companion.store.asking import LONGEST
from samen.rooms.companion.views.guide import card, language, need_name, sentence, tongue
from samen.words import say

WORDS = "companion.asking"


def says_yes(request: Request) -> bool:
    """Say whether the person's yes to the program that reads holds now."""
    mine = own(request, Scope.RIGHTS)
    return all(rights.says_yes(mine, systems.GUIDE, use, request.now) for use in systems.GUIDE.manifest.uses)


@require_http_methods(["GET", "POST"])
@own_page(Scope.TALK)
def asked(request: Request) -> HttpResponse:
    """Take a question, and show what it was taken for and what fits; without a yes, ask for one beside the ways without it."""
    jobs.ready(request.now)
    if not says_yes(request):
        rights.tell(own(request, Scope.RIGHTS), systems.GUIDE, at=request.now)
        return render(request, "companion/guide/asked_before.html", {"system": systems.GUIDE})
    text = request.POST.get("text", "").strip()[:LONGEST]
    shown: dict[str, Any] = {"system": systems.GUIDE, "text": text, "longest": LONGEST}
    if not text:
        return render(request, "companion/guide/asked.html", shown)
    outcome = asking.ask(request.access, text, language(), at=request.now)
    if isinstance(outcome, Denied):
        return render(
            request, "companion/guide/asked.html", {**shown, "denied": outcome, "hits": _plain(request, text)}
        )
    return render(request, "companion/guide/asked.html", {**shown, **_answered(request, text, outcome)})


def _answered(request: Request, text: str, found: Answered) -> dict[str, Any]:
    value = found.value
    mine = _from_question(text, value.get("places", {}))
    moment = systems.moment_of(request.now)
    hits = _hits(value["shown"], moment, mine) or _plain(request, text)
    return {
        "record": found.record,
        "needs": [need_name(each) for each in value["needs"]],
        "perhaps": [(_list([each], value, mine), places.needs()[each][language()]) for each in value["maybe"]],
        "wishes": _wishes(value["wishes"], mine),
        "loosened": [sentence(f"loosened.{each}") for each in value["let_go"]],
        "to_call": systems.numbers(language(), value["numbers"]) if value["numbers"] else (),
        "nothing": not (value["needs"] or value["maybe"]),
        "hits": hits,
        "whole": _list(value["needs"] or value["maybe"], value, mine),
    }


def _from_question(text: str, spans: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Read town and age back from where they stand in the question: the finding holds no word of it."""
    said = {name: text[first:last] for name, (first, last) in spans.items()}
    town = places.town(said["town"], settings.SAMEN.country) if "town" in said else None
    return {"town": town, "age": int(said["age"]) if "age" in said else None}


def _hits(shown: Sequence[Mapping[str, Any]], moment: Moment, mine: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the cards of what the program chose, each with the reasons that it gave."""
    documents = store.some([UUID(each["id"]) for each in shown])
    blanks = {"age": mine["age"], **({"town": mine["town"].name} if mine["town"] else {})}
    cards = []
    for each in shown:
        kept = documents.get(UUID(each["id"]))
        if kept is None:  # an editor took it away in this moment
            continue
        entry = entries.entry_of(kept.document)
        why, notes = (tuple(Said(key, {**blanks, **rest}) for key, rest in each[part]) for part in ("why", "notes"))
        now = now_of(entry.hours, moment.at, table=moment.holidays, country=entry.country)
        hit = Hit(entry=entry, why=why, notes=notes, now=now, km=None, fresh=finding.freshness(entry, moment))
        cards.append(card(hit, kept.document, {}))
    return cards


def _plain(request: Request, text: str) -> list[dict[str, Any]]:
    """Give what a plain search finds for the same words, as it does for everybody."""
    words = tokens.asked(text)
    moment = systems.moment_of(request.now)
    wanted = Wanted(words=words, country=settings.SAMEN.country)
    hits = jobs.look(wanted, request.now).hits[: finding.SHOWN] if words else ()
    documents = store.some([UUID(each.entry.id) for each in hits])
    typed = {stem: word for word in text.split() for stem in tokens.words(word)}
    return [card(finding.with_hours(each, moment), documents[UUID(each.entry.id)].document, typed) for each in hits]


def _wishes(wishes: Mapping[str, Any], mine: Mapping[str, Any]) -> list[str]:
    """Say the wishes that were heard, in the reader's language."""
    key = f"{WORDS}.page.wish"
    found = [say(f"{key}.near", language(), town=mine["town"].name)] if mine["town"] else []
    found += [say(f"{key}.{each}", language()) for each in ("free", "open") if wishes.get(each)]
    if spoken := wishes.get("language"):
        found.append(say(f"{key}.language", language(), spoken=tongue(spoken)))
    found += [say(f"{key}.age", language(), age=mine["age"])] if mine["age"] is not None else []
    return found + [say(f"{key}.access.{each}", language()) for each in wishes.get("access", ())]


def _list(needs: Sequence[str], value: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """Give the address of the plain guide with the same needs and wishes, where everything can be changed."""
    wishes = value["wishes"]
    asked_for = [("need", each) for each in needs] + [("access", each) for each in wishes.get("access", ())]
    asked_for += [(each, "on") for each in ("free", "open") if wishes.get(each)]
    if (spoken := wishes.get("language")) and spoken in store.spoken():
        asked_for.append(("language", spoken))
    asked_for += [("place", mine["town"].name), ("country", mine["town"].country)] if mine["town"] else []
    asked_for += [("age", str(mine["age"]))] if mine["age"] is not None else []
    return f"{reverse('companion:guide')}?{urlencode(asked_for)}"


@require_POST
@own_page(Scope.RIGHTS)
def choose(request: Request) -> HttpResponse:
    """Keep the yes or the no that was pressed; with a no the list is there, and nothing is lost."""
    yes = request.POST.get("yes") == "1"
    for use in systems.GUIDE.manifest.uses:
        rights.say(request.access, systems.GUIDE, use, yes=yes, at=request.now, language=language())
    return redirect("companion:guide_asked" if yes else "companion:guide")


urlpatterns = [
    path("guide/asked/", asked, name="guide_asked"),
    path("guide/asked/choose/", choose, name="guide_choose"),
]
