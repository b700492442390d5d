"""The six rights of the GDPR, each with its clock, and everything about a person as a file and on paper."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.door import Request, also, own, own_page, page_about
from samen.people.roles import Scope
from samen.rights import body, door
from samen.rights.forms import AskForm, CorrectForm, ObjectForm
from samen.rights.incidents import SIX_RIGHTS, Kind
from samen.rights.oversight import State
from samen.rights.store import cases, consent, inference, mine, stopping
from samen.rights.views import person, saying
from samen.rights.words import Phrase

FORMS: dict[Kind, type[AskForm]] = {Kind.CORRECT: CorrectForm, Kind.OBJECT: ObjectForm}
FORMAT = "samen-about-me/1"


@require_GET
@own_page
def requests(request: Request) -> HttpResponse:
    """Show the six rights with their clocks, and everything that was asked, with the answers."""
    asked = cases.mine(request.access)
    context = {
        "rights": [(kind, cases.terms()[kind]["ours"]) for kind in SIX_RIGHTS],
        "open": [each for each in asked if each.closed_at is None],
        "closed": [each for each in asked if each.closed_at is not None],
    }
    return render(request, "rights/person/requests.html", context)


@require_http_methods(["GET", "POST"])
@own_page
def one(request: Request, kind: str) -> HttpResponse:
    """Show one right: what works at once, what a human does, by when; and take the request."""
    if kind not in SIX_RIGHTS:
        raise Http404
    right = Kind(kind)
    form = FORMS.get(right, AskForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("rights:case", _open(request, right, form))
    context = {
        "kind": kind,
        "form": form,
        "term": cases.terms()[kind],
        "paused": mine.paused_since(request.access) if right is Kind.RESTRICT else None,
        "open": [each for each in cases.mine(request.access, open_only=True) if each.kind is right],
        "export": saying.address("record:export"),
        "backup_days": settings.SAMEN.backup_days,
    }
    return render(request, "rights/person/request.html", context, status=422 if form.errors else 200)


def _open(request: Request, right: Kind, form: AskForm) -> UUID:
    asked = form.cleaned_data
    return cases.open_case(
        request.access, right, at=request.now, text=asked["text"], system=asked.get("system") or None
    )


@require_GET
@own_page
def download(request: Request) -> HttpResponse:
    """Give everything about a person and AI in one file that machines read."""
    made = everything(request.access, own(request, Scope.FINDINGS), request.now)
    answer = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="ai-and-me.json"'
    return answer


def everything(access: Allowed, findings: Allowed, now: datetime) -> dict[str, Any]:
    """Gather statements, findings, denials, stops, cases and looks of one person as plain values."""
    return {
        "format": FORMAT,
        "made": now.isoformat(),
        "person": str(access.person),
        "service": {"name": settings.SAMEN.service_name, "contact": settings.SAMEN.service_email},
        "statements": [_plain(asdict(each)) for each in consent.history(access)],
        "findings": [_finding(each) for each in all_findings(findings)],
        "did_not_run": [_plain(asdict(each)) for each in mine.not_run(access)],
        "stops": [_plain(asdict(each)) for each in stopping.mine(access)],
        "requests": [_plain(asdict(each)) for each in cases.mine(access)],
        "who_looked": [_plain(asdict(each)) for each in all_looks(access)],
    }


def all_findings(access: Allowed) -> list[inference.Shown]:
    """Give every inference about a person."""
    return inference.records(access, None)


def all_looks(access: Allowed) -> list[people.Look]:
    """Give everybody who ever looked."""
    return people.who_looked(access, None)


def _finding(shown: inference.Shown) -> dict[str, Any]:
    """Give one inference as plain values: with its sentences said; what is held is not said."""
    open_body = shown.body if shown.state is not State.HELD else None
    explanation = {}
    if open_body is not None:
        explanation = {
            name: [saying.told(each) for each in part] if isinstance(part, tuple) else saying.told(part)
            for name, part in vars(open_body.explanation).items()
        }
    kept = {name: value for name, value in asdict(shown).items() if name != "body"}
    return {
        **_plain(kept),
        "made_by": "ai-system",  # a label for programs, also while it is held
        "finding": _plain(asdict(open_body.finding)) if open_body else None,
        "explanation": explanation,
        "read": [_plain({**asdict(each), "label": item.label}) for each, item in _items(open_body)],
    }


def _items(kept: body.Body | None) -> list[tuple[Any, saying.Read]]:
    return list(zip(kept.items, saying.why(kept).items, strict=True)) if kept else []


def _plain(value: Any) -> Any:
    """Give a value as JSON can carry it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Phrase):
        return saying.told(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)


@require_GET
@own_page
def print_out(request: Request) -> HttpResponse:
    """Show everything on one page, for paper."""
    return render(request, "rights/person/print.html", {**_all(request, own(request, Scope.FINDINGS)), "own": True})


@require_GET
@page_about(Scope.RIGHTS, Scope.FINDINGS)
def of(request: Request) -> HttpResponse:
    """Let a supporter read along: the same page, without anything to press."""
    also_findings = also(request, Scope.FINDINGS)
    findings = also_findings if isinstance(also_findings, Allowed) else None
    return render(request, "rights/person/print.html", {**_all(request, findings), "own": False})


def _all(request: Request, findings: Allowed | None) -> dict[str, Any]:
    said = consent.history(request.access)
    asked = cases.mine(request.access)
    paused = mine.paused_since(request.access)
    lines = person.system_lines(said, request.now, paused=paused is not None)
    marks = person.marks(asked)
    found = all_findings(findings) if findings else []
    return {
        "systems": [person.shown_line(each) for each in lines],
        "paused": paused,
        "said_lines": [(saying.name_of(each.subject), *person.told_statement(each)) for each in said],
        "findings_open": findings is not None,
        "findings": [_in_full(each, marks) for each in found],
        "not_run": saying.not_run(mine.not_run(request.access)),
        "stops": stopping.mine(request.access),
        "cases": asked,
        "looks": all_looks(request.access),
        "systems_there": bool(door.systems()),
    }


def _in_full(shown: inference.Shown, marks: dict[Any, list[cases.Open]]) -> dict[str, Any]:
    open_body = shown.body if shown.state is not State.HELD else None
    return {
        "finding": saying.finding(shown, marks),
        "shown": shown,
        "why": saying.why(open_body) if open_body else None,
    }


URLS = [
    path("ai/requests", requests, name="requests"),
    path("ai/requests/<slug:kind>", one, name="request"),
    path("ai/download", download, name="download"),
    path("ai/print", print_out, name="print"),
    path("people/<uuid:person>/ai", of, name="of"),
]
