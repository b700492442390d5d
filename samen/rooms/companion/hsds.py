"""Services as the Human Services Data Specification 3.0 shapes them: checked, taken apart, and put in pages.

Fields that the specification does not name are kept as they came; ours stand under one key, `samen`.
Source: docs.openreferral.org, HSDS 3.0; the table of fields: `content/guide/hsds.toml`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

VERSION = "3.0"
OWN = "samen"  # the key under which this product keeps what the specification has no field for
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
LISTS = ("contents", "services")


@dataclass(frozen=True)
class Shape:
    """One object of the specification: its fields by kind."""

    required: tuple[str, ...]
    kinds: Mapping[str, str]  # field to text, number, uuid, uri, email, date, date-time, datetime or time
    enum: Mapping[str, tuple[str, ...]]
    many: Mapping[str, str]
    one: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a document: where, of which sort (missing, kind, choice, object), and what it should be."""

    where: str
    code: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.where}: {self.code} ({self.wanted})"


def shapes_of(table: Mapping[str, Any]) -> dict[str, Shape]:
    """Read the table of shapes."""
    made = {}
    for name, each in table.items():
        lists = {kind: fields for kind, fields in each.items() if isinstance(fields, list) and kind != "required"}
        made[name] = Shape(
            required=tuple(each["required"]),
            kinds={field: kind for kind, fields in lists.items() for field in fields},
            enum={field: tuple(values) for field, values in each.get("enum", {}).items()},
            many=each.get("many", {}),
            one=each.get("one", {}),
        )
    return made


def check(document: Any, kind: str, shapes: Mapping[str, Shape], where: str = "") -> list[Problem]:
    """Say everything that is wrong with a document; nothing when it has the shape."""
    here = where or kind
    if not isinstance(document, Mapping):
        return [Problem(here, "object", kind)]
    shape = shapes[kind]
    found = [
        Problem(f"{here}.{field}", "missing", shape.kinds.get(field, "value"))
        for field in shape.required
        if document.get(field) in (None, "")
    ]
    for field, value in document.items():
        if value is None:
            continue
        place = f"{here}.{field}"
        if field in shape.kinds and not _is(value, shape.kinds[field]):
            found.append(Problem(place, "kind", shape.kinds[field]))
        elif field in shape.enum and value not in shape.enum[field]:
            found.append(Problem(place, "choice", ", ".join(shape.enum[field])))
        elif field in shape.one:
            found += check(value, shape.one[field], shapes, place)
        elif field in shape.many:
            if not isinstance(value, list):
                found.append(Problem(place, "kind", "list"))
                continue
            for number, each in enumerate(value):
                found += check(each, shape.many[field], shapes, f"{place}[{number}]")
    return found


def _is(value: Any, kind: str) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    try:
        match kind:
            case "uuid":
                UUID(value)
            case "date":
                date.fromisoformat(value)
            case "date-time" | "datetime":
                datetime.fromisoformat(value)
            case "time":
                time.fromisoformat(value)
            case "email":
                return EMAIL.fullmatch(value) is not None
            case "uri":
                return URI.fullmatch(value) is not None
    except ValueError:
        return False
    return True


def services_in(body: Any) -> list[dict[str, Any]]:
    """Give the services of a file: one service, a list, a page of an API, or an organization with its services.

    Raises: ValueError when there is none in it.
    """
    if isinstance(body, list):
        return [service for each in body for service in services_in(each)]
    if not isinstance(body, Mapping):
        raise ValueError("no services")
    for name in LISTS:
        if isinstance(body.get(name), list):
            around = {key: value for key, value in body.items() if key not in LISTS}
            made = [service for each in body[name] for service in services_in(each)]
            organization = around if name == "services" and around.get("name") else None
            return [
                each if "organization" in each or organization is None else {**each, "organization": organization}
                for each in made
            ]
    if "name" not in body and "id" not in body:
        raise ValueError("no services")
    return [dict(body)]


def apart(service: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Take a service apart from its organization."""
    organization = service.get("organization")
    own = {key: value for key, value in service.items() if key != "organization"}
    if isinstance(organization, Mapping):
        own["organization_id"] = organization.get("id")
        return own, {key: value for key, value in organization.items() if key not in LISTS}
    return own, None


def brief(document: Mapping[str, Any], kind: str, shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Give an object with its one-to-one fields alone, as a list of an API holds it."""
    shape = shapes[kind]
    made = {key: value for key, value in document.items() if key not in shape.many and key != OWN}
    return {
        key: brief(value, shape.one[key], shapes) if key in shape.one and isinstance(value, Mapping) else value
        for key, value in made.items()
    }


def page(contents: Sequence[Mapping[str, Any]], *, total: int, number: int, size: int) -> dict[str, Any]:
    """Put one page of a list in the envelope of the specification's API."""
    pages = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": list(contents),
    }


def places_of(service: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Give each place at which a service is offered: what joins them, and the location."""
    for each in service.get("service_at_locations") or ():
        location = each.get("location")
        if isinstance(location, Mapping):
            yield each, location
