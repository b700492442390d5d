"""The rules of the importer: what is refused and why, what is kept with a note, and how an entry is known again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from samen.rooms.record import extract, fhir
from samen.rooms.record.canonical import canonical, deeper_than
from samen.rooms.record.fhir import ENVELOPES, ID, PERSONAL, SHARED, Json
from samen.rooms.record.references import relative
from samen.rooms.record.source import Piece

PLACEHOLDER = {"system": "urn:samen:tag", "code": "placeholder"}
STAND_INS = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Medication"}
)
_HOSTILE = re.compile(
    r"<\s*(script|iframe|object|embed|form|link|meta|base|svg|style)\b|\son\w+\s*=|(javascript|vbscript)\s*:|data\s*:\s*text/html",
    re.IGNORECASE,
)
# What a code of these systems can look like at all. Source: loinc.org (number and check digit; LP, LA and LL parts),
# SNOMED CT technical implementation guide (6 to 18 digits).
_CODE_FORMS = {
    "http://loinc.org": re.compile(r"(LP|LA|LL)?\d{1,7}-\d"),
    "http://snomed.info/sct": re.compile(r"[1-9]\d{5,17}"),
}


@dataclass(frozen=True)
class Row:
    """One line of the report: what became of one entry. Codes have their sentences in `record.importing`."""

    file: str
    place: int  # entry or line, from 1; 0 = the whole file
    ref: str  # Type/id, as far as known
    outcome: str  # new, changed, same, note, refused
    code: str = ""


def refusal(piece: Piece, resource: Json) -> str | None:
    """Give the code of the rule by which this entry cannot be taken, or nothing."""
    kind = piece.type
    if kind in ENVELOPES:
        return "NOTHING_TO_KEEP"
    if fhir.is_r5(resource):
        return "R5_CONTENT"
    if kind not in SHARED and kind not in PERSONAL:
        return "UNKNOWN_TYPE"
    if piece.id and not ID.fullmatch(piece.id):
        return "BAD_ID"
    if deeper_than(resource, fhir.DEEPEST):
        return "TOO_DEEP"
    return _wrong_request(piece) or _wrong_shape(resource)


def _wrong_request(piece: Piece) -> str | None:
    if piece.method not in ("", "POST", "PUT"):
        return "WRONG_METHOD"
    if piece.if_none_exist and not piece.if_none_exist.startswith("identifier="):
        return "WRONG_CONDITION"
    if piece.method == "PUT" and "?" in piece.url:
        return None if piece.url.startswith(f"{piece.type}?identifier=") else "WRONG_CONDITION"
    if piece.method == "PUT" and relative(piece.url) != (piece.type, piece.id):
        return "WRONG_ADDRESS"
    if piece.method == "POST" and piece.url and piece.url != piece.type:
        return "WRONG_ADDRESS"
    return None


def _wrong_shape(resource: Json) -> str | None:
    """Check what everything here relies on: a resource's common parts have their types, and nothing is null or empty."""
    for name, kind in (("meta", dict), ("text", dict), ("contained", list), ("extension", list)):
        if name in resource and not isinstance(resource[name], kind):
            return "WRONG_SHAPE"
    contained = resource.get("contained", [])
    if any(not isinstance(one, dict) or not isinstance(one.get("resourceType"), str) for one in contained):
        return "WRONG_SHAPE"
    wrong = any(not isinstance(one, dict) for one in extract_listed(resource.get("identifier")))
    return "WRONG_SHAPE" if wrong or any(value is None for value in resource.values()) else None


def extract_listed(value: Any) -> list[Any]:
    """Give a value as a list: nothing as none, one as one."""
    return [] if value is None else value if isinstance(value, list) else [value]


def notes(resource: Json, zone: tzinfo) -> Iterator[str]:
    """Give the codes of what is kept as it came although something about it is worth saying."""
    if extract.columns(resource, zone).zoneless:
        yield "NO_ZONE"
    narratives = [one.get("text") for one in (resource, *resource.get("contained", []))]
    if any(isinstance(text, dict) and _HOSTILE.search(str(text.get("div", ""))) for text in narratives):
        yield "HOSTILE_MARKUP"
    system, _, code = extract.main_code(resource).partition("|")
    if system in _CODE_FORMS and not _CODE_FORMS[system].fullmatch(code):
        yield "ODD_CODE"


def identity(piece: Piece, resource: Json) -> str:
    """Give the id by which an entry is known: its own, else that of its urn:uuid, else one made from what it says."""
    if piece.id:
        return piece.id
    named = piece.full_url.removeprefix("urn:uuid:")
    if named != piece.full_url and ID.fullmatch(named):
        return named
    return str(uuid5(NAMESPACE_URL, canonical(resource)))


def stand_in(kind: str, system: str, value: str, display: str) -> Json:
    """Give the marked placeholder for somebody or something that is referred to and that nobody has sent yet."""
    name: Json = {"name": [{"text": display}]} if kind == "Practitioner" else {"name": display}
    return {
        "resourceType": kind,
        "id": stand_in_id(kind, system, value),
        "meta": {"tag": [PLACEHOLDER]},
        "identifier": [{"system": system, "value": value} if system else {"value": value}],
        **(name if display and kind not in ("PractitionerRole", "Medication") else {}),
    }


def stand_in_id(kind: str, system: str, value: str) -> str:
    """Give the id of a placeholder: the same for the same identifier, so that a repeated import finds it again."""
    return str(uuid5(UUID("6f1a8a52-6f0c-5d1b-9d0c-0b8f6a4b7a11"), f"{kind}\n{system}\n{value}"))


def name_of_person(patient: Json) -> str:
    """Give the name by which to greet a person: the official one, given before family."""
    names = [one for one in extract_listed(patient.get("name")) if isinstance(one, dict)]
    if not names:
        return ""
    best = next((one for one in names if one.get("use") in ("official", "usual")), names[0])
    parts = [*extract_listed(best.get("given")), best.get("family")]
    return " ".join(str(part) for part in parts if part) or str(best.get("text", ""))


def language_of_person(patient: Json, otherwise: str) -> str:
    """Give nl or en from what the person speaks, if it says; else what the service speaks."""
    for one in extract_listed(patient.get("communication")):
        code = str(extract.first_coding(one.get("language") if isinstance(one, dict) else None).get("code", ""))
        if code[:2] in ("nl", "en"):
            return code[:2]
    return otherwise
