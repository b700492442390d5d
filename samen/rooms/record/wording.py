"""One entry of the record in plain words: which sentence, with which values. The words themselves stand in `content/`."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from samen.rooms.record import extract, own
from samen.rooms.record.fhir import Json, listed

KINDS: Mapping[str, str] = {
    "Encounter": "visit",
    "EpisodeOfCare": "visit",
    "Appointment": "visit",
    "Observation": "measurement",
    "DiagnosticReport": "report",
    "DocumentReference": "document",
    "Composition": "document",
    "QuestionnaireResponse": "answers",
    "Condition": "condition",
    "AllergyIntolerance": "condition",
    "Procedure": "treatment",
    "CarePlan": "treatment",
    "Goal": "treatment",
    "ServiceRequest": "treatment",
    "Immunization": "vaccination",
    "MedicationRequest": "medicine",
    "MedicationStatement": "medicine",
    "MedicationAdministration": "medicine",
    "MedicationDispense": "medicine",
    "Claim": "money",
    "ClaimResponse": "money",
    "ExplanationOfBenefit": "money",
    "Coverage": "money",
    "Invoice": "money",
    "Communication": "message",
    "Consent": "agreement",
}


def of_kinds(*kinds: str) -> tuple[str, ...]:
    """Give the resource types that count as these kinds."""
    return tuple(name for name, kind in KINDS.items() if kind in kinds)


# About the person as such, or about the papers around an event: found in the export, not in the course of a life.
NOT_IN_TIMELINE = (
    *of_kinds("money"),
    "Patient",
    "Provenance",
    "AuditEvent",
    "RelatedPerson",
    "Device",
    "Binary",
    "List",
)


@dataclass(frozen=True)
class Filter:
    """What one filter of the timeline lets through."""

    types: tuple[str, ...] = ()  # empty: all but NOT_IN_TIMELINE
    own: bool | None = None
    newest_only: bool = False  # leaves out documents that a newer one replaced


FILTERS: Mapping[str, Filter] = {
    "": Filter(newest_only=True),
    "own": Filter(own=True),
    "visits": Filter(of_kinds("visit", "treatment")),
    "answers": Filter(of_kinds("answers")),
    "measurements": Filter(of_kinds("measurement", "report"), own=False),
    "conditions": Filter(of_kinds("condition")),
    "medicines": Filter(of_kinds("medicine", "vaccination")),
    "documents": Filter(of_kinds("document", "report", "agreement")),
    "money": Filter(of_kinds("money")),
}


@dataclass(frozen=True)
class Phrase:
    """A sentence by its key, with the values of its blanks."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One entry of the timeline."""

    pk: int
    kind: str
    own: bool
    when: str  # the date as it was written, with its precision; empty when there is none
    title: Phrase
    lines: tuple[Phrase, ...]
    text: str = ""  # longer text: a note, a letter


# Names of questionnaires and scores that every mental health service meets. Source: loinc.org.
LOINC = "http://loinc.org"
SAMEN = "urn:samen:questionnaire"
NAMED = {
    f"{LOINC}|44249-1": "phq9",
    f"{LOINC}|44261-6": "phq9_score",
    f"{LOINC}|69737-5": "gad7",
    f"{LOINC}|70274-6": "gad7_score",
    # What Samen itself writes (rooms/treatment/fhir.py).
    f"{SAMEN}|phq-9.total": "phq9_score",
    f"{SAMEN}|gad-7.total": "gad7_score",
    f"{SAMEN}|who-5.total": "who5_score",
    f"{SAMEN}:phq-9": "phq9",
    f"{SAMEN}:gad-7": "gad7",
    f"{SAMEN}:who-5": "who5",
}


def entry(resource: Json, *, pk: int, own: bool) -> Entry:
    """Say what a resource is, for whoever it is about."""
    kind = own_kind(resource) or KINDS.get(resource["resourceType"], "other")
    return Entry(
        pk=pk, kind=kind, own=own, when=extract.date_text(resource), title=_title(resource, kind),
        lines=tuple(_lines(resource, kind)), text=long_text(resource),
    )  # fmt: skip


def own_kind(resource: Json) -> str:
    """Give "note" or "life-event" for what a person wrote themselves, else nothing."""
    coding = extract.first_coding(resource.get("category"))
    return str(coding.get("code")) if coding.get("system") == own.SYSTEM and coding.get("code") in own.KINDS else ""


def _title(resource: Json, kind: str) -> Phrase:
    if kind in own.KINDS:
        return Phrase(f"record.timeline.title.{kind}")
    named = NAMED.get(extract.main_code(resource))
    if named:
        return Phrase(f"record.timeline.named.{named}")
    what = name_of(resource)
    if not what:
        return Phrase(f"record.timeline.bare.{kind}", {"type": resource["resourceType"]})
    return Phrase(f"record.timeline.title.{kind}", {"what": what, "type": resource["resourceType"]})


def name_of(resource: Json) -> str:
    """Give what the resource calls its subject matter: text or display of its main concept."""
    for name in (*extract.CODES, "description", "title"):
        found = words_of(resource.get(name))
        if found:
            return found
    return ""


def words_of(concept: Any) -> str:
    """Give the words of a CodeableConcept, Coding or string, the service's own text first."""
    if isinstance(concept, list):
        concept = concept[0] if concept else None
    if isinstance(concept, str):
        return _tidy(concept)
    if not isinstance(concept, dict):
        return ""
    return _tidy(
        str(concept.get("text") or concept.get("display") or extract.first_coding(concept).get("display") or "")
    )


def _tidy(text: str) -> str:
    """Take away what SNOMED adds for machines, and capitals that shout."""
    text = re.sub(r" \((procedure|finding|disorder|situation|regime/therapy|observable entity)\)$", "", text.strip())
    return text.capitalize() if text.isupper() and len(text) > 5 else text


def _lines(resource: Json, kind: str) -> list[Phrase]:
    found = [
        ("value", value_of(resource)),
        ("who", who(resource)),
        ("where", _display(resource, "serviceProvider", "custodian")),
    ]
    if kind == "money":
        total = resource.get("total")
        found.append(
            (
                "total",
                quantity(
                    total[0].get("amount")
                    if isinstance(total, list) and total and isinstance(total[0], dict)
                    else total
                ),
            )
        )
    lines = [Phrase(f"record.timeline.line.{name}", {"what": what}) for name, what in found if what]
    if kind == "condition" and extract.status_of(resource) in (
        "active",
        "resolved",
        "inactive",
        "remission",
        "recurrence",
        "relapse",
    ):
        lines.insert(0, Phrase(f"record.timeline.status.{extract.status_of(resource)}"))
    if resource.get("status") == "entered-in-error":
        lines.insert(0, Phrase("record.timeline.status.entered-in-error"))
    return lines


def value_of(resource: Json) -> str:
    """Give the value of an observation in words; nothing when it has none."""
    for name, value in resource.items():
        if not name.startswith("value") or own_kind(resource):
            continue
        if name == "valueQuantity":
            return quantity(value)
        if name == "valueCodeableConcept":
            return words_of(value)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return str(value)
    parts = [f"{words_of(one.get('code'))} {value_of(one)}" for one in listed(resource.get("component"))]
    return ", ".join(part for part in parts if part.strip())


def quantity(value: Any) -> str:
    """Give a quantity or an amount of money as number and unit."""
    if not isinstance(value, dict) or "value" not in value:
        return ""
    unit = str(value.get("unit") or value.get("currency") or value.get("code") or "")
    number, words = str(value["value"]), re.sub(r"[{].*?[}]", "", unit)
    if words != unit:
        # Braces hold a remark for machines (UCUM, paragraph 6) about a bare count: "68.0 {score}" is just 68.
        number = re.sub(r"[.]0+$", "", number)
    return f"{number} {words}".strip()


def who(resource: Json) -> str:
    """Give the name of the professional, as the resource shows it."""
    for part in listed(resource.get("participant")):
        if found := _display(part, "individual", "actor"):
            return found
    return _display(resource, "performer", "author", "recorder", "requester", "asserter")


def _display(resource: Json, *names: str) -> str:
    for name in names:
        value = resource.get(name)
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict):
            inner = one.get("actor") if isinstance(one.get("actor"), dict) else one
            if isinstance(inner, dict) and isinstance(inner.get("display"), str):
                return inner["display"].strip()
    return ""


def long_text(resource: Json) -> str:
    """Give the longer text of an entry: what the person wrote, a letter, or the words of its narrative without any markup."""
    if own_kind(resource):
        return own.text_of(resource)
    for form in [*listed(resource.get("presentedForm")), *_attachments(resource.get("content"))]:
        if str(form.get("contentType", "")).startswith("text/plain"):
            return _decoded(form.get("data"))
    notes = resource.get("note")
    if isinstance(notes, list) and notes:
        return "\n".join(str(note.get("text", "")) for note in notes if isinstance(note, dict))
    text = resource.get("text")
    return (
        narrative_text(str(text.get("div", "")))
        if isinstance(text, dict) and resource["resourceType"] == "Composition"
        else ""
    )


def _attachments(content: Any) -> list[Json]:
    return [attachment for one in listed(content) for attachment in listed(one.get("attachment"))]


def _decoded(data: Any) -> str:
    try:
        return base64.b64decode(str(data or ""), validate=True).decode("utf-8", "replace").strip()
    except (binascii.Error, ValueError):
        return ""


def narrative_text(div: str) -> str:
    """Give only the words of a narrative; what stands in script and style is no word."""
    reader = _Words()
    reader.feed(div)
    reader.close()
    return re.sub(r"\s+", " ", " ".join(reader.words)).strip()


class _Words(HTMLParser):
    """Collects text outside of script and style."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to leave out what a script or style says."""
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """Listen again."""
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._silent:
            self.words.append(data)
