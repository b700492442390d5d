"""The record on the page: a person's own timeline, the same for whoever cares for them, and one entry in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.views.decorators.http import require_GET, require_http_methods

from samen.people.access import Allowed, Ground
from samen.people.door import Request, own, own_page, page_about
from samen.people.forms import sentence
from samen.people.roles import CARDS, Scope
from samen.people.sealing import KeyDestroyed
from samen.people.store import name_of, support_of
from samen.rooms.record import canonical, door, wording
from samen.rooms.record.forms import OwnEntryForm
from samen.rooms.record.store import reading

MORE = (Scope.ANSWERS, Scope.NOTES)  # areas that belong on a timeline beside the record, for whoever may see them

EPOCH, TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it."""

    pk: int
    kind: str
    own: bool
    title: str
    lines: tuple[str, ...]
    text: str
    when: str


@dataclass(frozen=True)
class Day:
    """The entries of one day, month or year, under its name."""

    name: str
    lines: tuple[Line, ...]


@require_http_methods(["GET", "POST"])
@own_page(Scope.RECORD)
def mine(request: Request) -> HttpResponse:
    """Show a person their record, and take what they add of their own."""
    form = OwnEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind, text = form.cleaned_data["kind"], form.cleaned_data["text"]
        door.add_own_entry(own(request, Scope.NOTES), kind, text, form.moment(request.now), now=request.now)
        messages.success(request, sentence("record.own.saved"))
        return redirect("record:mine")
    also = [own(request, scope) for scope in MORE]
    return _page(request, "record/mine.html", also, {"form": form, "entry_url": "record:entry"})


@require_GET
@page_about(Scope.RECORD)
def person(request: Request) -> HttpResponse:
    """Show a person's record to whoever cares for them or supports them."""
    return _page(
        request, "record/person.html", _also(request), {"tabs": _tabs(request.person), "about": request.person}
    )


def _page(request: Request, template: str, also: Sequence[Allowed], more: dict[str, Any]) -> HttpResponse:
    only = request.GET.get("only", "") if request.GET.get("only", "") in wording.FILTERS else ""
    before = _before(request.GET.get("before", ""))
    try:
        name = name_of(request.access)
        page = door.timeline(request.access, request.person, before, also=also, only=only)
    except KeyDestroyed:
        return render(request, "record/erased.html", status=410)
    context = {
        "name": name,
        "days": days([line(each) for each in page.entries]),
        "next": f"{(page.next[0] - EPOCH) // TICK}-{page.next[1]}" if page.next else "",
        "later": bool(before),
        "only": only,
        "filters": [{"url": f"?only={each}" if each else "?", "words": sentence(f"record.page.filter.{each or 'all'}"),
                     "current": each == only} for each in wording.FILTERS],
        **more,
    }  # fmt: skip
    return render(request, template, context)


@require_GET
@own_page(Scope.RECORD)
def entry(request: Request, entry: int) -> HttpResponse:
    """Show a person one entry of their own record."""
    back = reverse("record:mine")
    return _entry(request, entry, [own(request, scope) for scope in MORE], {"back": back})


@require_GET
@page_about(Scope.RECORD)
def entry_of(request: Request, entry: int) -> HttpResponse:
    """Show one entry of somebody's record to whoever cares for them or supports them."""
    more = {"back": reverse("record:person", args=[request.person]), "tabs": _tabs(request.person)}
    return _entry(request, entry, _also(request), more)


def _entry(request: Request, pk: int, also: Sequence[Allowed], more: dict[str, Any]) -> HttpResponse:
    try:
        name = name_of(request.access)
        held = reading.one([request.access, *also], pk)
    except KeyDestroyed:
        return render(request, "record/erased.html", status=410)
    if held is None:
        raise Http404
    said = line(wording.entry(held.resource, pk=held.pk, own=held.origin == "own"))
    context = {"line": said, "held": held, "raw": canonical.pretty(held.resource), "name": name, **more}
    return render(request, "record/entry.html", context)


def line(said: wording.Entry) -> Line:
    """Give an entry in the reader's language."""
    return Line(
        pk=said.pk, kind=said.kind, own=said.own, title=_said(said.title), lines=tuple(_said(each) for each in said.lines),
        text=said.text, when=day_in_words(said.when),
    )  # fmt: skip


def _said(phrase: wording.Phrase) -> str:
    return sentence(phrase.key, **phrase.values)


def days(lines: Sequence[Line]) -> list[Day]:
    """Put entries of the same day under one heading, in the order in which they come."""
    return [Day(name, tuple(some)) for name, some in groupby(lines, key=lambda each: each.when)]


def day_in_words(text: str) -> str:
    """Say a FHIR date as people say it, no more precisely than it was written: 2021, March 2021, 5 March 2021."""
    try:
        if len(text) == 4:
            return str(int(text))
        day = date.fromisoformat(text[:10] if len(text) > 7 else f"{text}-01")
        return formats.date_format(day, "j F Y" if len(text) > 7 else "F Y")
    except ValueError:
        return sentence("record.page.no_date")


def _before(text: str) -> tuple[datetime, int] | None:
    """Read where a page starts; anything else than our own mark is the newest page."""
    at, _, pk = text.rpartition("-")
    try:
        return EPOCH + int(at) * TICK, int(pk)
    except (ValueError, OverflowError):
        return None


def _also(request: Request) -> list[Allowed]:
    """Give the further areas that the same tie opens, so that one look is one line in the person's list."""
    access = request.access
    if access.ground is Ground.SUPPORT:
        seen = support_of(request.user, request.person, request.now)
    else:
        seen = frozenset(Scope) if access.ground is Ground.OWN else CARDS[access.role].sees
    return [replace(access, scope=scope) for scope in MORE if scope in seen]


def _tabs(about: UUID) -> list[dict[str, object]]:
    """Give the tabs of the pages about a person; a room that is not there has none."""
    tabs = []
    for name, words in (
        ("record:person", "record"),
        ("treatment:person", "treatment"),
        ("companion:shared", "talks"),
        ("sensing:person-days", "days"),
    ):
        try:
            url = reverse(name, args=[about])
        except NoReverseMatch:
            continue
        tabs.append({"url": url, "words": sentence(f"record.page.tab.{words}"), "current": name == "record:person"})
    return tabs
