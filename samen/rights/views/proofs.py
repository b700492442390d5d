"""Stopping, and the receipts that a person keeps: to read, and as a file that anybody can verify."""

import json
import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from samen.ledger import store as ledger
from samen.people.door import Request, own_page
from samen.rights import door, jobs, receipts
from samen.rights.models.consent import StopOrder
from samen.rights.store import consent, mine, stopping
from samen.rights.store.consent import Said
from samen.rights.views import saying

log = logging.getLogger("samen.rights")


@require_POST
@own_page
def stop(request: Request) -> HttpResponse:
    """Stop all AI, one system or one category of data: one press. From the order on nothing is released."""
    kind, what = request.POST.get("kind", "all"), request.POST.get("what", "")
    if kind not in ("all", "system", "category"):
        raise Http404
    try:
        order = stopping.order(request.access, door.systems(), kind, what, at=request.now, language=saying.language())
    except ValueError as wrong:
        raise Http404 from wrong
    try:
        stopping.carry_out(order, door.systems(), jobs.clear_derived, at=request.now)
    except Exception:  # whatever a room raised: the order stands, nothing is released, and the timetable finishes it
        log.exception("A stop was ordered and its clearing failed; it is finished by the timetable.")
    return redirect("rights:stopped", order)


@require_GET
@own_page
def stopped(request: Request, stop: UUID) -> HttpResponse:
    """Show what stopped when, what was cleared, what cannot be undone; or that it is still being finished."""
    row = _stop(request, stop)
    name = saying.name_of(row.what) if row.kind == "system" else ""
    context = {"stop": row, "name": name, "backup_days": settings.SAMEN.backup_days, "key": str(ledger.public_key())}
    return render(request, "rights/person/stopped.html", context)


@require_GET
@own_page
def stop_file(request: Request, stop: UUID) -> HttpResponse:
    """Give the receipt of a stop as a file."""
    row = _stop(request, stop)
    if row.leaf is None or row.done_at is None:
        raise Http404
    secret = stopping.secret(row)
    proof = ledger.receipt(row.leaf, now=request.now, secret=secret)
    what = {**secret, "done": row.done_at.isoformat()}
    return _file(receipts.stop(what, _service(), proof, request.now), f"stop-{row.at:%Y-%m-%d}")


def _stop(request: Request, stop: UUID) -> StopOrder:
    if (row := stopping.of_person(request.access, stop)) is None:
        raise Http404
    return row


@require_GET
@own_page
def receipt(request: Request, statement: UUID) -> HttpResponse:
    """Show the receipt of one yes or no in plain words."""
    history = consent.history(request.access)
    said = _said(history, statement)
    told = _consent(request, said, history)
    statuses = zip(receipts.statuses(told.events), told.events, strict=True)
    context = {
        "said": said,
        "name": saying.name_of(said.subject),
        "words": told.words,
        "events": [
            saying.sentence(f"rights.receipt.status_{status}", day=saying.day(event.at)) for status, event in statuses
        ],
        "service": _service(),
        "key": str(ledger.public_key()),
    }
    return render(request, "rights/person/receipt.html", context)


@require_GET
@own_page
def receipt_file(request: Request, statement: UUID) -> HttpResponse:
    """Give the receipt of one yes or no as a file."""
    history = consent.history(request.access)
    said = _said(history, statement)
    return _file(made(request, said, history, request.now), f"{'yes' if said.yes else 'no'}-{said.at:%Y-%m-%d}")


def made(request: Request, said: Said, history: list[Said], now: datetime) -> dict[str, Any]:
    """Make the receipt of one statement."""
    secret = consent.secret(request.person, said.subject, said.use, said.yes, said.at, said.since)
    proof = ledger.receipt(said.leaf, now=now, secret=secret)
    return receipts.consent(_consent(request, said, history), _service(), proof, now)


def _consent(request: Request, said: Said, history: list[Said]) -> receipts.Consent:
    same = [each for each in history if (each.subject, each.use) == (said.subject, said.use)]
    return receipts.Consent(
        id=said.id,
        person=request.person,
        system=said.subject,
        use=said.use,
        yes=said.yes,
        at=said.at,
        until=said.until,
        language=said.language,
        words=mine.words_read(request.access, said.id),
        taught_back=said.taught_back,
        since=said.since,
        events=tuple(receipts.Event(each.yes, each.at) for each in reversed(same)),
    )


def _said(history: list[Said], statement: UUID) -> Said:
    found = next((each for each in history if each.id == statement), None)
    if found is None:
        raise Http404
    return found


def _service() -> receipts.Service:
    return receipts.Service(settings.SAMEN.service_name, settings.SAMEN.service_email)


def _file(receipt: dict[str, Any], name: str) -> HttpResponse:
    answer = HttpResponse(json.dumps(receipt, ensure_ascii=False, indent=2), content_type="application/ld+json")
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return answer


URLS = [
    path("ai/stop", stop, name="stop"),
    path("ai/stops/<uuid:stop>", stopped, name="stopped"),
    path("ai/stops/<uuid:stop>/file", stop_file, name="stop-file"),
    path("ai/receipts/<uuid:statement>", receipt, name="receipt"),
    path("ai/receipts/<uuid:statement>/file", receipt_file, name="receipt-file"),
]
