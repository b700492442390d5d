"""The guide for other programs: the read interface of HSDS 3.0, without a key or a login. It writes nothing down about who asks.

Paths and parameters as in the specification's OpenAPI document; `format=ndjson` gives one object a line, and `format=csv` the tabular
form: one table for each kind of object, in a zip. `postcode` with `proximity` (metres) narrows down to places near there.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from samen.people.door import Request, public_page
from samen.rooms.companion import entry, hsds, tokens
from samen.rooms.companion import guide as finding
from samen.rooms.companion.jobs import directory
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store import places
from samen.rooms.companion.store.guide import Near

SIZE, MOST = 50, 200
FARTHEST = 500_000  # metres
SCHEMA = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
YES = ("1", "true", "yes")


class Wrong(ValueError):
    """A parameter that cannot be used: the message says which, and what would do."""


def opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let any page of the world read the answer, and say plainly what was wrong with a question."""

    @wraps(view)
    def answered(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        jobs.ready(request.now)
        try:
            response = view(request, *args, **kwargs)
        except Wrong as wrong:
            response = JsonResponse({"error": str(wrong)}, status=400)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


@require_GET
@public_page
@opened
def about(request: Request) -> HttpResponse:
    """Say which version of the specification this is."""
    profile = request.build_absolute_uri("/guide/")
    return JsonResponse(
        {"version": hsds.VERSION, "profile": profile, "openapi_url": SCHEMA, "name": settings.SAMEN.service_name}
    )


@require_GET
@public_page
@opened
def services(request: Request) -> HttpResponseBase:
    """Give the services, in pages; with `full` each with all that belongs to it."""
    asked: dict[str, Any] = {
        "words": tokens.asked(request.GET.get("search", "")),
        "term": _term(request.GET.get("taxonomy_term_id", "")),
        "organization": _uuid(request, "organization_id"),
        "after": _moment(request, "modified_after"),
        "near": _near(request),
    }
    match request.GET.get("format"):
        case "ndjson":
            return _lines(jobs.whole(each) for each in _all(asked))
        case "csv":
            return _tables(jobs.whole(each) for each in _all(asked))
    number, size = _page(request)
    rows, total = store.page(number=number, size=size, **asked)
    full, minimal = _said(request, "full"), _said(request, "minimal")
    shown = [
        _minimal(each)
        if minimal
        else jobs.whole(each)
        if full
        else hsds.brief(jobs.whole(each), "service", places.shapes())
        for each in rows
    ]
    return JsonResponse(hsds.page(shown, total=total, number=number, size=size))


def _minimal(kept: store.Kept) -> dict[str, Any]:
    return {"id": str(kept.id), "last_modified": kept.changed_at.isoformat()}


def _all(asked: Mapping[str, Any]) -> Iterable[store.Kept]:
    number = 1
    while True:
        rows, _ = store.page(number=number, size=MOST, **asked)
        if not rows:
            return
        yield from rows
        number += 1


@require_GET
@public_page
@opened
def service(request: Request, service: UUID) -> HttpResponse:
    """Give one service with all that belongs to it; also one that is no longer offered, with its status."""
    kept = store.one(service)
    return JsonResponse(jobs.whole(kept)) if kept else _missing()


@require_GET
@public_page
@opened
def organizations(request: Request) -> HttpResponse:
    """Give the organizations, in pages."""
    number, size = _page(request)
    rows, total = store.organizations(number=number, size=size, words=tokens.asked(request.GET.get("search", "")))
    shown = [
        dict(each) if _said(request, "full") else hsds.brief(each, "organization", places.shapes()) for each in rows
    ]
    return JsonResponse(hsds.page(shown, total=total, number=number, size=size))


@require_GET
@public_page
@opened
def organization(request: Request, organization: UUID) -> HttpResponse:
    """Give one organization with the ids of its services, or with `full_service` the services."""
    found = store.organization(organization)
    if found is None:
        return _missing()
    document, offered = found
    listed = [dict(each) if _said(request, "full_service") else {"id": each["id"]} for each in offered]
    return JsonResponse({**document, "services": listed})


@require_GET
@public_page
@opened
def service_at_locations(request: Request) -> HttpResponse:
    """Give the places at which services are offered, in pages."""
    number, size = _page(request)
    term, words = _term(request.GET.get("taxonomy_term_id", "")), tokens.asked(request.GET.get("search", ""))
    near, after = _near(request), _moment(request, "modified_after")
    rows, total = store.page(
        number=number,
        size=size,
        term=term,
        words=words,
        at_places=True,
        organization=_uuid(request, "organization_id"),
        after=after,
        near=near,
    )
    shown = [
        _at(each, joined, full=_said(request, "full"))
        for each in rows
        for joined, location in hsds.places_of(each.document)
        if near is None or _is_near(location, near)
    ]
    return JsonResponse(hsds.page(shown, total=total, number=number, size=size))


def _at(kept: store.Kept, joined: Mapping[str, Any], *, full: bool) -> dict[str, Any]:
    offered = {key: value for key, value in jobs.whole(kept).items() if key != "service_at_locations"}
    made = {**joined, "service": offered if full else hsds.brief(offered, "service", places.shapes())}
    return made if full else {key: value for key, value in made.items() if not isinstance(value, list)}


@require_GET
@public_page
@opened
def service_at_location(request: Request, at: UUID) -> HttpResponse:
    """Give one place at which a service is offered, with the service."""
    kept = store.with_place(at)
    if kept is None:
        return _missing()
    joined = next(each for each, _ in hsds.places_of(kept.document) if each.get("id") == str(at))
    return JsonResponse(_at(kept, joined, full=True))


@require_GET
@public_page
@opened
def taxonomies(request: Request) -> HttpResponse:
    """Give the one taxonomy: of needs."""
    return JsonResponse(hsds.page([_taxonomy()], total=1, number=1, size=SIZE))


@require_GET
@public_page
@opened
def taxonomy(request: Request, taxonomy: UUID) -> HttpResponse:
    """Give a taxonomy."""
    return JsonResponse(_taxonomy()) if str(taxonomy) == _taxonomy()["id"] else _missing()


def _taxonomy() -> dict[str, Any]:
    return {
        "id": entry.id_of("taxonomy", "needs"),
        "name": "samen-needs",
        "description": "What somebody needs",
        "version": "1",
    }


@require_GET
@public_page
@opened
def taxonomy_terms(request: Request) -> HttpResponse:
    """Give the needs as terms, in pages."""
    number, size = _page(request)
    terms = [entry.term(need, words) for need, words in places.needs().items()]
    return JsonResponse(
        hsds.page(terms[(number - 1) * size : number * size], total=len(terms), number=number, size=size)
    )


@require_GET
@public_page
@opened
def taxonomy_term(request: Request, term: UUID) -> HttpResponse:
    """Give one need as a term."""
    need = _term(str(term))
    return JsonResponse(entry.term(need, places.needs()[need])) if need in places.needs() else _missing()


def _term(said: str) -> str:
    """Give the need that a term's id, or its code, stands for; what is neither is found nowhere."""
    return next((each for each in places.needs() if said in (each, entry.id_of("need", each))), said)


def _near(request: HttpRequest) -> Near | None:
    """Give the circle that is asked for: its middle is that of the places we know with this postcode, or a town by its name."""
    said, metres = request.GET.get("postcode", "").strip(), request.GET.get("proximity", "")
    if not said and not metres:
        return None
    if not said or not metres:
        raise Wrong("postcode and proximity belong together: postcode=3511 and proximity=5000, in metres.")
    town = places.town(said, settings.SAMEN.country)
    middle = (town.latitude, town.longitude) if town else store.middle_of(said)
    if middle is None:
        raise Wrong("postcode is none that a place in this directory has. The name of a town does as well.")
    return Near(*middle, km=_number(request, "proximity", 0, FARTHEST) / 1000)


def _is_near(location: Mapping[str, Any], near: Near) -> bool:
    north, east = location.get("latitude"), location.get("longitude")
    return (
        north is not None
        and east is not None
        and finding.kilometres(near.latitude, near.longitude, north, east) <= near.km
    )


def _tables(services: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """Give services as tables in one file."""
    response = HttpResponse(directory.packed(services), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="hsds.zip"'
    return response


def _page(request: HttpRequest) -> tuple[int, int]:
    return _number(request, "page", 1, 10**6), _number(request, "per_page", SIZE, MOST)


def _number(request: HttpRequest, name: str, otherwise: int, most: int) -> int:
    said = request.GET.get(name, str(otherwise))
    if not said.isascii() or not said.isdigit() or int(said) < 1:
        raise Wrong(f"{name} is a whole number from 1.")
    return min(int(said), most)


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    said = request.GET.get(name, "")
    try:
        return UUID(said) if said else None
    except ValueError as wrong:
        raise Wrong(f"{name} is an id such as {entry.SPACE}.") from wrong


def _moment(request: HttpRequest, name: str) -> datetime | None:
    said = request.GET.get(name, "")
    try:
        found = parse_datetime(said.replace(" ", "+")) if said else None
    except ValueError:
        found = None
    if said and found is None:
        raise Wrong(f"{name} is a moment such as 2026-11-26T12:00:00Z.")
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def _said(request: HttpRequest, name: str) -> bool:
    return request.GET.get(name, "").lower() in YES


def _lines(rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        (f"{json.dumps(each, ensure_ascii=False)}\n" for each in rows), content_type="application/x-ndjson"
    )


def _missing() -> JsonResponse:
    return JsonResponse({"error": "There is none with this id."}, status=404)


urlpatterns = [
    path("guide/api/", about, name="guide_api"),
    path("guide/api/services", services, name="guide_api_services"),
    path("guide/api/services/<uuid:service>", service, name="guide_api_service"),
    path("guide/api/organizations", organizations, name="guide_api_organizations"),
    path("guide/api/organizations/<uuid:organization>", organization, name="guide_api_organization"),
    path("guide/api/service_at_locations", service_at_locations, name="guide_api_at_locations"),
    path("guide/api/service_at_locations/<uuid:at>", service_at_location, name="guide_api_at_location"),
    path("guide/api/taxonomies", taxonomies, name="guide_api_taxonomies"),
    path("guide/api/taxonomies/<uuid:taxonomy>", taxonomy, name="guide_api_taxonomy"),
    path("guide/api/taxonomy_terms", taxonomy_terms, name="guide_api_terms"),
    path("guide/api/taxonomy_terms/<uuid:term>", taxonomy_term, name="guide_api_term"),
]
