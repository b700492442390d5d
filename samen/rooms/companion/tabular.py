"""Services in the tabular form of HSDS 3.0: one table for each kind of object, joined by ids; and back into nested services. Pure.

Source: docs.openreferral.org, HSDS 3.0, datapackage.json (files and columns; a test compares them). What this product keeps beside
the specification's fields stands as JSON in one column of ours, `samen`, of `services.csv`, `organizations.csv` and `locations.csv`.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from samen.rooms.companion.hsds import OWN, Shape

FILES = {
    "organization": "organizations.csv",
    "program": "programs.csv",
    "service": "services.csv",
    "attribute": "attributes.csv",
    "service_at_location": "service_at_location.csv",
    "location": "locations.csv",
    "phone": "phones.csv",
    "contact": "contacts.csv",
    "address": "addresses.csv",
    "schedule": "schedules.csv",
    "funding": "funding.csv",
    "service_area": "service_areas.csv",
    "required_document": "required_documents.csv",
    "language": "languages.csv",
    "accessibility": "accessibility.csv",
    "taxonomy_term": "taxonomy_terms.csv",
    "metadata": "metadata.csv",
    "cost_option": "cost_options.csv",
    "organization_identifier": "organization_identifiers.csv",
}
WITH_OWN = ("service", "organization", "location")
# Under which of its parents a row stands when it names several: the nearest one of those that finding looks at first.
PARENTS = ("service_at_location", "location", "service", "organization", "contact", "phone")
ABOUT = {"attribute": ("link_id", "link_entity"), "metadata": ("resource_id", "resource_type")}
START = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would reckon with a text that begins so

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]  # by kind


def columns(kind: str, shapes: Mapping[str, Shape]) -> list[str]:
    """Give the columns of a table, the id first."""
    shape = shapes[kind]
    known = sorted({*shape.kinds, *shape.enum} - {"id"})
    return ["id", *known, *([OWN] if kind in WITH_OWN else [])]


def tables(services: Iterable[Mapping[str, Any]], shapes: Mapping[str, Shape]) -> dict[str, list[Row]]:
    """Take services apart into rows, each object once."""
    made: dict[str, dict[str, Row]] = {kind: {} for kind in FILES}
    for service in services:
        for kind, row in _rows(service, "service", shapes):
            made[kind].setdefault(str(row["id"]), row)
    return {kind: list(rows.values()) for kind, rows in made.items() if rows}


def _rows(found: Mapping[str, Any], kind: str, shapes: Mapping[str, Shape]) -> Iterator[tuple[str, Row]]:
    shape = shapes[kind]
    row = {field: found[field] for field in (*shape.kinds, *shape.enum) if found.get(field) is not None}
    for field, inner in shape.one.items():
        if isinstance(found.get(field), Mapping) and inner in FILES:
            row[f"{field}_id"] = found[field].get("id")
            yield from _rows(found[field], inner, shapes)
    if kind in WITH_OWN and found.get(OWN):
        row[OWN] = json.dumps(found[OWN], ensure_ascii=False, sort_keys=True)
    yield kind, row
    for field, inner in shape.many.items():
        if inner not in FILES:
            continue
        for each in found.get(field) or ():
            for inner_kind, inner_row in _rows(each, inner, shapes):
                if inner_row.get("id") == each.get("id") and inner_kind == inner:
                    _point(inner_row, inner, found, kind, shapes)
                yield inner_kind, inner_row


def _point(row: Row, kind: str, parent: Mapping[str, Any], of: str, shapes: Mapping[str, Shape]) -> None:
    """Let a row name its parent."""
    if kind in ABOUT:
        at, what = ABOUT[kind]
        row.setdefault(at, parent["id"])
        row.setdefault(what, of)
    elif f"{of}_id" in shapes[kind].kinds:
        row.setdefault(f"{of}_id", parent["id"])


def services(made: Tables, shapes: Mapping[str, Shape]) -> list[dict[str, Any]]:
    """Put rows together into services with all that belongs to each."""
    by_id = {kind: {str(row["id"]): row for row in rows} for kind, rows in made.items()}
    under: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for kind, rows in made.items():
        for row in rows:
            if parent := _parent(row, kind):
                under.setdefault((*parent, kind), []).append(row)
    return [_nested(row, "service", by_id, under, shapes) for row in made.get("service", ())]


def _parent(row: Mapping[str, Any], kind: str) -> tuple[str, str] | None:
    """Give what a row stands under: the kind, and the id."""
    if kind in ABOUT:
        at, what = ABOUT[kind]
        return (str(row.get(what) or "service"), str(row[at])) if row.get(at) else None
    for parent in PARENTS:
        if parent == kind or (kind == "service_at_location" and parent == "location"):
            continue
        if row.get(f"{parent}_id"):
            return parent, str(row[f"{parent}_id"])
    return None


def _nested(
    row: Mapping[str, Any],
    kind: str,
    by_id: Mapping[str, Mapping[str, Mapping[str, Any]]],
    under: Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]],
    shapes: Mapping[str, Shape],
) -> dict[str, Any]:
    shape = shapes[kind]
    made = dict(row)
    for field, inner in shape.one.items():
        found = by_id.get(inner, {}).get(str(row.get(f"{field}_id")))
        if found is not None:
            made[field] = _nested(found, inner, by_id, under, shapes)
    for field, inner in shape.many.items():
        if inner not in FILES or (kind == "organization" and inner in ("location", "program")):
            continue  # places stand under their services; an organization that lists them again would hold them twice
        if rows := under.get((kind, str(row["id"]), inner)):
            made[field] = [_nested(each, inner, by_id, under, shapes) for each in rows]
    return made


# --- as text ---


def written(rows: Sequence[Mapping[str, Any]], kind: str, shapes: Mapping[str, Shape]) -> str:
    """Write one table as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(kind, shapes), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Give a cell; a text that a spreadsheet would take for a formula gets a quote mark before it."""
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(START) else value


def read(text: str, kind: str, shapes: Mapping[str, Shape]) -> list[Row]:
    """Read one table. Empty cells are left out; numbers are read as numbers. Raises: ValueError for what is no such table."""
    shape = shapes[kind]
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if "id" not in (rows.fieldnames or ()):
        raise ValueError(f"{FILES[kind]} has no column id")
    made = []
    for row in rows:
        cells = {name: cell for name, cell in row.items() if name and isinstance(cell, str) and cell != ""}
        made.append({name: _value(cell, name, shape) for name, cell in cells.items()})
    return made


def _value(cell: str, name: str, shape: Shape) -> Any:
    if name == OWN:
        return json.loads(cell)
    if cell.startswith("'") and cell.lstrip("'").startswith(START):
        return cell[1:]
    if shape.kinds.get(name) == "number":
        number = float(cell)
        return int(number) if number.is_integer() and "." not in cell else number
    return cell
