"""A survey of one's own service and its answers as FHIR R4: Questionnaire, QuestionnaireResponse, and numbers as Observations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from samen.rooms.sensing.activities.asking import CHOICES, SCALES, Answer, Question, Survey

OWN = "urn:samen:survey"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
TYPES = {
    "text": "text",
    "short": "string",
    "boolean": "boolean",
    "list": "choice",
    "multiselect": "choice",
    "slider": "integer",
    "rating": "integer",
    "time": "time",
}


@dataclass(frozen=True)
class Filled:
    """One filling-in of a survey."""

    id: UUID  # the same for the same filling-in sent again
    code: str  # the survey's
    answers: Mapping[str, Answer]
    at: datetime
    language: str


def address(code: str) -> str:
    """Give the address by which answers name a survey, without its version."""
    return f"{OWN}:{code}"


def questionnaire(found: Survey, code: str, language: str) -> dict[str, Any]:
    """Write a survey as a Questionnaire in one language."""
    return {
        "resourceType": "Questionnaire",
        "id": "survey",
        "language": language,
        "url": address(code),
        "version": str(found.version),
        "title": found.title.of(language),
        "status": "active",
        "item": [_asked(each, code, language) for each in found.questions],
    }


def _asked(each: Question, code: str, language: str) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": each.id, "text": each.text.of(language), "type": TYPES[each.type]}
    if each.type in CHOICES:
        item["answerOption"] = [{"valueCoding": _coding(each, code, at, language)} for at in range(len(each.options))]
        item |= {"repeats": True} if each.type == "multiselect" else {}
    if each.type in SCALES:
        item["extension"] = [
            {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": value}
            for name, value in (("minValue", each.low), ("maxValue", each.high))
        ]
    return item


def response(found: Survey, filled: Filled) -> dict[str, Any]:
    """Write answers as a QuestionnaireResponse that holds its Questionnaire, so that it can be read wherever it goes."""
    items = [
        {
            "linkId": each.id,
            "text": each.text.of(filled.language),
            "answer": _answers(each, filled.code, filled.answers[each.id], filled.language),
        }
        for each in found.questions
        if each.id in filled.answers
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(filled.id),
        "language": filled.language,
        "contained": [questionnaire(found, filled.code, filled.language)],
        "questionnaire": "#survey",
        "status": "completed",
        "authored": filled.at.isoformat(timespec="seconds"),
        "item": items,
    }


def _answers(each: Question, code: str, answer: Answer, language: str) -> list[dict[str, Any]]:
    match each.type:
        case "boolean":
            return [{"valueBoolean": answer}]
        case "slider" | "rating":
            return [{"valueInteger": answer}]
        case "time":
            return [{"valueTime": f"{answer}:00"}]
        case "list" | "multiselect":
            chosen = answer if isinstance(answer, tuple) else (int(answer),)
            return [{"valueCoding": _coding(each, code, at, language)} for at in chosen]
        case _:
            return [{"valueString": answer}]


def _coding(each: Question, code: str, at: int, language: str) -> dict[str, str]:
    return {"system": address(code), "code": f"{each.id}.{at}", "display": each.options[at].of(language)}


def observations(found: Survey, filled: Filled) -> list[dict[str, Any]]:
    """Write each answer on a scale as an Observation that names the answers it stands in."""
    return [
        {
            "resourceType": "Observation",
            "id": str(uuid5(filled.id, each.id)),
            "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "survey"}]}],
            "code": {
                "coding": [{"system": address(filled.code), "code": each.id}],
                "text": each.text.of(filled.language),
            },
            "effectiveDateTime": filled.at.isoformat(timespec="seconds"),
            "valueQuantity": {"value": filled.answers[each.id], "unit": "{score}", "system": UCUM, "code": "{score}"},
            "derivedFrom": [{"reference": f"QuestionnaireResponse/{filled.id}"}],
        }
        for each in found.questions
        if each.type in SCALES and each.id in filled.answers
    ]
