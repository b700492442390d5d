"""Answers to and from FHIR R4: QuestionnaireResponse for answers, Observation for the total. Reads others' too."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samen.rooms.treatment.change import Point
from samen.rooms.treatment.questionnaires import Option, Question, Questionnaire, questionnaires
from samen.rooms.treatment.scoring import Answers, Score, score

LOINC = "http://loinc.org"
OWN = "urn:samen:questionnaire"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Unread:
    """One thing in a resource that we could not read; the code has its sentence in `treatment.questions.unread`."""

    ref: str
    code: str  # NOT_OURS, NO_DATE, NO_ZONE, NOT_FINAL, UNKNOWN_ITEM, UNKNOWN_ANSWER, NO_VALUE, OUT_OF_RANGE
    item: str = ""


@dataclass(frozen=True)
class Reading:
    """What one resource says: a point of the course, or nothing, with every row that could not be read."""

    point: Point | None
    answers: Answers
    unread: tuple[Unread, ...] = ()
    derived_from: tuple[str, ...] = ()  # for a total: the answers that it was made of


@dataclass(frozen=True)
class Hard:
    """An answer above "not at all" to a question about death or hurting oneself."""

    at: datetime
    question: Question
    value: int

    def answer(self, language: str) -> str:
        """Give what the person answered, in words."""
        return next(option.text.of(language) for option in self.question.options if option.value == self.value)


def definition(questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """Write a questionnaire in one language as a Questionnaire: what answers name by `url` and `version`."""
    url, _, version = questionnaire.canonical.partition("|")
    coding = [{"system": LOINC, "code": questionnaire.loinc_panel}] if questionnaire.loinc_panel else []
    return {
        "resourceType": "Questionnaire",
        "id": questionnaire.id,
        "language": language,
        "url": url,
        "version": version,
        "name": re.sub(r"\W", "", questionnaire.name),
        "title": questionnaire.name,
        "status": "active",
        "subjectType": ["Patient"],
        "description": questionnaire.instruction.of(language),
        "copyright": questionnaire.terms,
        **({"code": coding} if coding else {}),
        "item": [_asked(question, language) for question in questionnaire.questions],
    }


def _asked(question: Question, language: str) -> dict[str, Any]:
    options = [{"valueCoding": _coding(option, language)} for option in question.options]
    item = {"linkId": question.id, "text": question.text.of(language), "type": "choice", "answerOption": options}
    return {**item, "code": [{"system": LOINC, "code": question.loinc}]} if question.loinc else item


def response(questionnaire: Questionnaire, answers: Answers, *, at: datetime, language: str, id: str) -> dict[str, Any]:
    """Write answers as a QuestionnaireResponse, skipped items left out. The record adds whose they are."""
    items = [_item(question, answers.get(question.id), language) for question in questionnaire.questions]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "language": language,
        "questionnaire": questionnaire.canonical,
        "status": "completed",
        "authored": at.isoformat(timespec="seconds"),
        "item": [item for item in items if "answer" in item],
    }


def observation(questionnaire: Questionnaire, result: Score, *, at: datetime, made_of: str, id: str) -> dict[str, Any]:
    """Write the total as an Observation that names the answers it was made of. Raises ValueError without a total."""
    if result.total is None:
        raise ValueError(
            "There is no total to write: too many items were skipped, or an answer is wrong. Save the answers alone."
        )
    coding = [{"system": OWN, "code": f"{questionnaire.id}.total", "display": f"{questionnaire.name} total"}]
    if questionnaire.loinc_total:
        coding.insert(
            0, {"system": LOINC, "code": questionnaire.loinc_total, "display": f"{questionnaire.name} total score"}
        )
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
        ],
        "code": {"coding": coding},
        "effectiveDateTime": at.isoformat(timespec="seconds"),
        "valueQuantity": {
            "value": result.total,
            "unit": "{score}",
            "system": "http://unitsofmeasure.org",
            "code": "{score}",
        },
        "derivedFrom": [{"reference": made_of}],
    }


def read(resource: Resource) -> Reading:
    """Read one QuestionnaireResponse or total Observation, ours or another system's. Total: never raises on content."""
    ref = f"{resource.get('resourceType', '?')}/{resource.get('id', '?')}"
    if resource.get("resourceType") == "QuestionnaireResponse":
        return _read_response(resource, ref)
    if resource.get("resourceType") == "Observation":
        return _read_total(resource, ref)
    return Reading(None, {}, (Unread(ref, "NOT_OURS"),))


def course(resources: Iterable[Resource]) -> tuple[tuple[Point, ...], tuple[Unread, ...]]:
    """Give the course in time, each filling-in once: a total that was made of answers we have is not a second one."""
    readings = [read(resource) for resource in resources]
    refs = {reading.point.ref for reading in readings if reading.point}
    points = [r.point for r in readings if r.point and not refs.intersection(r.derived_from)]
    unread = tuple(row for reading in readings for row in reading.unread)
    return tuple(sorted(points, key=lambda point: (point.at, point.instrument, point.ref))), unread


def hard(resources: Iterable[Resource], since: datetime) -> tuple[Hard, ...]:
    """Give the answers to hard questions, above "not at all", in filled-in questionnaires since a moment, newest first."""
    found = []
    for resource in resources:
        reading = read(resource)
        if reading.point is None or reading.point.at < since:
            continue
        asked = questionnaires()[reading.point.instrument]
        values = ((question, reading.answers.get(question.id) or 0) for question in asked.questions if question.hard)
        found += [Hard(reading.point.at, question, value) for question, value in values if value > 0]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def addresses() -> tuple[str, ...]:
    """Give the addresses under which answers to our questionnaires lie in a record: our own, and LOINC's for the panel."""
    rows = questionnaires().values()
    own = [row.canonical.partition("|")[0] for row in rows]
    return (*own, *(f"{LOINC}/q/{row.loinc_panel}" for row in rows if row.loinc_panel))


def codes() -> tuple[str, ...]:
    """Give the codes of the totals that we can read, as `system|code`."""
    rows = questionnaires().values()
    loinc = [f"{LOINC}|{row.loinc_total}" for row in rows if row.loinc_total]
    return (*loinc, *(f"{OWN}|{row.id}.total" for row in rows))


def _item(question: Question, value: int | None, language: str) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": question.id, "text": question.text.of(language)}
    option = next((option for option in question.options if option.value == value), None)
    if question.loinc:
        item["definition"] = f"{LOINC}/{question.loinc}"
    if option is not None:
        item["answer"] = [{"valueCoding": _coding(option, language)}]
    return item


def _coding(option: Option, language: str) -> dict[str, Any]:
    named = {"system": LOINC, "code": option.loinc} if option.loinc else {"system": OWN, "code": str(option.value)}
    ordinal = {"extension": [{"url": ORDINAL, "valueDecimal": option.value}]}
    return {**ordinal, **named, "display": option.text.of(language)}


def _read_response(resource: Resource, ref: str) -> Reading:
    rows = list(_flat(resource.get("item")))
    found = _which(resource, rows)
    if found is None:
        return Reading(None, {}, (Unread(ref, "NOT_OURS"),))
    at, trouble = _moment(resource.get("authored"), ref)
    if resource.get("status") not in ("completed", "amended"):
        return Reading(None, {}, (Unread(ref, "NOT_FINAL"),))
    if at is None:
        return Reading(None, {}, trouble)
    answers, unread = _answers(found, rows, ref)
    point = Point(found.id, _version(resource, found), at, score(found, answers).total, ref)
    return Reading(point, answers, unread)


def _read_total(resource: Resource, ref: str) -> Reading:
    found = next((q for q in questionnaires().values() if _is_total(resource, q)), None)
    if found is None:
        return Reading(None, {}, (Unread(ref, "NOT_OURS"),))
    if resource.get("status") not in ("final", "amended", "corrected"):
        return Reading(None, {}, (Unread(ref, "NOT_FINAL"),))
    at, trouble = _moment(resource.get("effectiveDateTime"), ref)
    if at is None:
        return Reading(None, {}, trouble)
    value = _number(_mapping(resource.get("valueQuantity")).get("value", resource.get("valueInteger")))
    if value is None:
        return Reading(None, {}, (Unread(ref, "NO_VALUE"),))
    if not found.lowest <= value <= found.highest:
        return Reading(None, {}, (Unread(ref, "OUT_OF_RANGE"),))
    made_of = tuple(str(row.get("reference", "")) for row in _rows(resource.get("derivedFrom")))
    own = any(c.get("system") == OWN for c in _codings(resource.get("code")))
    return Reading(Point(found.id, found.version if own else "", at, value, ref), {}, (), made_of)


def _is_total(resource: Resource, questionnaire: Questionnaire) -> bool:
    wanted = {(OWN, f"{questionnaire.id}.total"), (LOINC, questionnaire.loinc_total or "-")}
    return any((c.get("system"), c.get("code")) in wanted for c in _codings(resource.get("code")))


def _which(resource: Resource, rows: list[Resource]) -> Questionnaire | None:
    """Find the questionnaire: by the address that the resource names, else by the items it holds."""
    address = str(resource.get("questionnaire", ""))
    for found in questionnaires().values():
        named = address.partition("|")[0] == found.canonical.partition("|")[0]
        if named or (found.loinc_panel and found.loinc_panel in address):
            return found
    for found in questionnaires().values():
        if any(_question(found, row) for row in rows):
            return found
    return None


def _version(resource: Resource, questionnaire: Questionnaire) -> str:
    """Give the edition of the wording: what our own address says, nothing for others."""
    address, _, version = str(resource.get("questionnaire", "")).partition("|")
    return version if address == questionnaire.canonical.partition("|")[0] else ""


def _answers(
    questionnaire: Questionnaire, rows: list[Resource], ref: str
) -> tuple[dict[str, int | None], tuple[Unread, ...]]:
    answers: dict[str, int | None] = {}
    unread = []
    for row in rows:
        if not row.get("answer"):
            continue
        question = _question(questionnaire, row)
        if question is None:
            unread.append(Unread(ref, "UNKNOWN_ITEM", str(row.get("linkId", "?"))))
            continue
        value = _value(question, row["answer"])
        answers[question.id] = value
        if value is None:
            unread.append(Unread(ref, "UNKNOWN_ANSWER", question.id))
    return answers, tuple(unread)


def _question(questionnaire: Questionnaire, row: Resource) -> Question | None:
    """Find the item: by our own id, or by its LOINC code as linkId or as definition."""
    link = str(row.get("linkId", "")).lstrip("/")
    names = {link, str(row.get("definition", "")).rpartition("/")[2]}
    return next((q for q in questionnaire.questions if q.id == link or (q.loinc and q.loinc in names)), None)


def _value(question: Question, answers: Any) -> int | None:
    given = list(_rows(answers))
    answer = given[0] if len(given) == 1 else {}
    coding = _mapping(answer.get("valueCoding"))
    by_code = next((o.value for o in question.options if o.loinc and o.loinc == coding.get("code")), None)
    if by_code is not None:
        return by_code
    ordinal = next((e.get("valueDecimal") for e in _rows(coding.get("extension")) if e.get("url") == ORDINAL), None)
    coded = ordinal if ordinal is not None else coding.get("code")
    number = _number(answer.get("valueInteger", answer.get("valueDecimal", coded)))
    return int(number) if number is not None and number in question.values else None


def _flat(items: Any) -> Iterator[Resource]:
    for item in _rows(items):
        yield item
        yield from _flat(item.get("item"))


def _codings(concept: Any) -> Iterator[Resource]:
    return _rows(_mapping(concept).get("coding"))


def _rows(value: Any) -> Iterator[Resource]:
    """Give the objects in a JSON list; nothing for anything else, for what others sent can hold anything."""
    return (row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else iter(())


def _mapping(value: Any) -> Resource:
    return value if isinstance(value, Mapping) else {}


def _moment(text: Any, ref: str) -> tuple[datetime | None, tuple[Unread, ...]]:
    """Read a FHIR moment. A day without a time counts as its start in UTC; a time without a zone is not guessed."""
    if not isinstance(text, str) or not re.match(r"\d{4}-\d\d-\d\d", text):
        return None, (Unread(ref, "NO_DATE"),)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None, (Unread(ref, "NO_DATE"),)
    if len(text) == len("2026-01-01"):
        return at.replace(tzinfo=UTC), ()
    return (at, ()) if at.tzinfo else (None, (Unread(ref, "NO_ZONE"),))


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
