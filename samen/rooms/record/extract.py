"""What the index knows of a resource: when it happened, its main code, status, category, and its identifiers."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from samen.rooms.record.fhir import Json

# Where a type says when it happened, most telling first. Dotted: inside a Period or an object.
DATES = """effectiveDateTime effectivePeriod.start effectiveInstant occurrenceDateTime occurrencePeriod.start performedDateTime
performedPeriod.start period.start onsetDateTime onsetPeriod.start authoredOn authored start date sent created
recordedDate recorded billablePeriod.start startDate statusDate issued dateAsserted assertedDate meta.lastUpdated""".split()  # noqa: SIM905
CODES = ("code", "vaccineCode", "medicationCodeableConcept", "type", "class", "serviceType", "scope")
LONGEST = {"code": 255, "status": 32, "category": 64}


@dataclass(frozen=True)
class Columns:
    """The searchable columns of one resource."""

    date: datetime | None
    zoneless: bool  # the date came without a zone although it has a time
    code: str
    status: str
    category: str


def columns(resource: Json, zone: tzinfo) -> Columns:
    """Read the columns from a resource; `zone` serves only to order dates that came without one."""
    text = date_text(resource)
    moment = moment_of(text, zone) if text else None
    return Columns(
        date=moment,
        zoneless=moment is not None and "T" in text and not has_zone(text),
        code=main_code(resource)[: LONGEST["code"]],
        status=status_of(resource)[: LONGEST["status"]],
        category=_category(resource)[: LONGEST["category"]],
    )


def date_text(resource: Json) -> str:
    """Give the main date as it was written, or nothing."""
    for path in DATES:
        value: Any = resource
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and value:
            return value
    return ""


def has_zone(text: str) -> bool:
    """Say whether a date with a time says in which zone."""
    time = text.partition("T")[2]
    return time.endswith("Z") or "+" in time or "-" in time


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """Give the beginning of a FHIR date (2021, 2021-03, 2021-03-05, with time) in UTC; None when it is no date."""
    padded = text if len(text) > 7 else (text + "-01-01" if len(text) == 4 else text + "-01")
    try:
        moment = datetime.fromisoformat(padded)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def main_code(resource: Json) -> str:
    """Give `system|code` of the first coding; for answers the questionnaire without its version."""
    if isinstance(resource.get("questionnaire"), str):
        return resource["questionnaire"].partition("|")[0]
    for name in CODES:
        coding = first_coding(resource.get(name))
        if coding.get("code"):
            return f"{coding.get('system', '')}|{coding['code']}"
    return ""


def status_of(resource: Json) -> str:
    """Give the status; for conditions and allergies the clinical one."""
    if isinstance(resource.get("status"), str):
        return resource["status"]
    return str(first_coding(resource.get("clinicalStatus")).get("code", ""))


def identifiers(resource: Json) -> list[tuple[str, str]]:
    """Give (system, value) of the identifiers at the top of a resource."""
    found = resource.get("identifier")
    each = found if isinstance(found, list) else [found]
    return [
        (str(one.get("system", "")), str(one["value"])) for one in each if isinstance(one, dict) and one.get("value")
    ]


def first_coding(concept: Any) -> Json:
    """Give the first coding of a CodeableConcept, a Coding, or a list of them; empty when there is none."""
    if isinstance(concept, list):
        concept = concept[0] if concept else None
    if not isinstance(concept, dict):
        return {}
    codings = concept.get("coding")
    if isinstance(codings, list):
        return codings[0] if codings and isinstance(codings[0], dict) else {}
    return concept if "code" in concept else {}


def _category(resource: Json) -> str:
    return str(first_coding(resource.get("category")).get("code", ""))
