"""Where the guide is kept: what visitors said is wrong, what was not checked for long, and each entry with its history."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, page_for_roles
from samen.rooms.companion import entry as entries
from samen.rooms.companion import guide as finding
from samen.rooms.companion import hsds, systems
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store.guide import Kept
from samen.rooms.companion.views import guide_forms
from samen.rooms.companion.views.guide import EDITORS, language
from samen.rooms.companion.views.guide_forms import EntryForm
from samen.words import has, say

WORDS = "companion.guide_desk"
SHOWN = 50  # entries to check that are listed at once


def sentence(key: str, **blanks: object) -> str:
    """Give a sentence of the editors' pages in the reader's language."""
    return say(f"{WORDS}.{key}", language(), **blanks)


@require_GET
@page_for_roles(*EDITORS)
def desk(request: Request) -> HttpResponse:
    """Show what visitors reported, and what has to be checked."""
    jobs.ready(request.now)
    late = store.to_check(before=request.now - timedelta(days=finding.STALE_DAYS), most=SHOWN)
    moment = systems.moment_of(request.now)
    reports = [
        {"report": each, "what": say(f"companion.guide.wrong.{each.kind}", language())} for each in store.reports()
    ]
    listed = [_line(each, moment) for each in late]
    return render(request, "companion/guide/desk.html", {"reports": reports, "late": listed})


def _line(kept: Kept, moment: finding.Moment) -> dict[str, Any]:
    entry = entries.entry_of(kept.document)
    return {"id": kept.id, "name": entry.name, "checked": entry.checked, "fresh": finding.freshness(entry, moment)}


@require_http_methods(["GET", "POST"])
@page_for_roles(*EDITORS)
def edit(request: Request, service: UUID) -> HttpResponse:
    """Change an entry; below it stands who changed what, and when."""
    kept = store.one(service)
    if kept is None:
        raise Http404
    if request.method == "GET":
        form = EntryForm(initial=guide_forms.of_document(kept.document), language=language())
        return _form(request, form, kept)
    form = EntryForm(request.POST, language=language())
    if not form.is_valid():
        return _form(request, form, kept)
    changed = guide_forms.edited(kept.document, form.cleaned_data, number=str(service))
    store.keep(
        [{**changed, "organization": kept.organization} if kept.organization else changed], **_by(request, "edited")
    )
    messages.success(request, sentence("saved"))
    return redirect("companion:guide_edit", service)


@require_http_methods(["GET", "POST"])
@page_for_roles(*EDITORS)
def new(request: Request) -> HttpResponse:
    """Add an entry of this service's own surroundings. It is unchecked until somebody presses that they checked it."""
    form = EntryForm(request.POST or None, language=language())
    if request.method == "GET" or not form.is_valid():
        return _form(request, form, None)
    number = uuid4()
    made = guide_forms.edited({hsds.OWN: {"certain": False}}, form.cleaned_data, number=str(number))
    firm = {"id": entries.id_of("organization", str(number)), "name": made["name"], "description": made["name"]}
    store.keep([{**made, "organization": firm}], **_by(request, "added"))
    messages.success(request, sentence("saved"))
    return redirect("companion:guide_edit", number)


def _form(request: Request, form: EntryForm, kept: Kept | None) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "service": kept.id if kept else None}
    if kept is not None:
        moment = systems.moment_of(request.now)
        entry = entries.entry_of(kept.document)
        shown |= {
            "name": entry.name,
            "checked": entry.checked,
            "fresh": finding.freshness(entry, moment),
            "numbers": jobs.numbers(entry.numbers, language()),
            "history": [_change(each) for each in store.history(kept.id)],
        }
    return render(request, "companion/guide/edit.html", shown, status=422 if form.errors else 200)


def _change(change: Any) -> dict[str, Any]:
    """Say one change: who, when, what, and each field before and after."""
    fields = [(_field(name), _short(before), _short(after)) for name, (before, after) in sorted(change.fields.items())]
    return {"at": change.at, "name": change.name, "what": sentence(f"what.{change.what}"), "fields": fields}


def _field(name: str) -> str:
    key = f"{WORDS}.changed.{name.replace(f'{hsds.OWN}.', '')}"
    return say(key, language()) if has(key) else name


def _short(value: Any) -> str:
    said = "" if value in (None, [], {}) else str(value)
    return said if len(said) <= 300 else f"{said[:300]}…"


@require_POST
@page_for_roles(*EDITORS)
def checked(request: Request, service: UUID) -> HttpResponse:
    """Keep that somebody checked an entry today and found it right."""
    kept = store.one(service)
    if kept is None:
        raise Http404
    own = {**(kept.document.get(hsds.OWN) or {}), "certain": True, "page": ""}
    document = {**kept.document, "assured_date": jobs.today().isoformat(), hsds.OWN: own}
    store.keep(
        [{**document, "organization": kept.organization} if kept.organization else document], **_by(request, "checked")
    )
    messages.success(request, sentence("was_checked"))
    return redirect("companion:guide_edit", service)


@require_POST
@page_for_roles(*EDITORS)
def settle(request: Request, report: UUID) -> HttpResponse:
    """Close what visitors reported: somebody looked."""
    store.settle(report, by=_name(request), at=request.now)
    return redirect("companion:guide_desk")


def _by(request: Request, what: str) -> dict[str, Any]:
    return {"by": _name(request), "what": what, "at": request.now, "account": request.actor}


def _name(request: Request) -> str:
    return request.user.get_full_name()


urlpatterns = [
    path("guide/desk/", desk, name="guide_desk"),
    path("guide/desk/new/", new, name="guide_new"),
    path("guide/desk/<uuid:service>/", edit, name="guide_edit"),
    path("guide/desk/<uuid:service>/checked/", checked, name="guide_checked"),
    path("guide/desk/report/<uuid:report>/", settle, name="guide_settle"),
]
