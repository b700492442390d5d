"""Keeping answers: in the record when they are given, sealed in the session while somebody has stopped half-way."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError

from samen.people.access import Allowed
from samen.people.sealing import Unreadable
from samen.people.store import sealer
from samen.rights.words import Permit
from samen.rooms.record import door as record
from samen.rooms.treatment import fhir
from samen.rooms.treatment.change import Point
from samen.rooms.treatment.fhir import Hard, Unread
from samen.rooms.treatment.questionnaires import Questionnaire
from samen.rooms.treatment.scoring import Answers, score

ABOUT = "treatment.draft"
SAME_SHEET = timedelta(minutes=30)  # whoever opens the questionnaire again after that fills it in anew


@dataclass(frozen=True)
class Filled:
    """A questionnaire that somebody has just filled in: each question with the chosen words, and the total."""

    access: Allowed
    questionnaire: str
    at: datetime
    rows: tuple[tuple[str, str, str | None], ...]  # item, question, answer in words; None = skipped
    total: float | None


LISTENERS: list[Callable[[Filled], None]] = []  # told after the answers are in the record


def read_course(grant: Allowed | Permit, person: UUID) -> tuple[tuple[Point, ...], tuple[Unread, ...]]:
    """Give one person's questionnaires in time, and what could not be read. Raises: NotAllowed, NotPermitted."""
    answers = record.responses(grant, person, fhir.addresses())
    totals = record.observations(grant, person, fhir.codes())
    return fhir.course([*answers, *totals])


def read_hard(grant: Allowed, person: UUID, since: datetime) -> tuple[Hard, ...]:
    """Give the answers to hard questions, above "not at all", newest first. Raises: NotAllowed."""
    return fhir.hard(record.responses(grant, person, fhir.addresses()), since)


def keep(
    grant: Allowed,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    at: datetime,
    language: str,
    sheet: UUID | None = None,
) -> None:
    """Put answers, and their total where there is one, in the record together. Raises: NotAllowed.

    The same sheet sent again becomes the next version of the same answers: what was sent before stays in its history.
    """
    # The sheet is a number that the browser sent: mixed with whose it is, it can reach nothing that others wrote.
    made_of = uuid5(grant.person, f"{questionnaire.id}/{sheet or uuid4()}")
    id, total = str(made_of), str(uuid5(made_of, "total"))
    both = [fhir.response(questionnaire, answers, at=at, language=language, id=id)]
    result = score(questionnaire, answers)
    if result.total is not None:
        both.append(fhir.observation(questionnaire, result, at=at, made_of=f"QuestionnaireResponse/{id}", id=total))
    else:
        # A total that was sent before, and no longer follows from the answers, is taken back.
        sent = [each for each in record.observations(grant, grant.person, fhir.codes()) if each["id"] == total]
        both += [{**each, "status": "entered-in-error"} for each in sent]
    try:
        record.save_many([(grant, each) for each in both], origin="own", now=at)
    except (
        IntegrityError
    ):  # the same sheet came twice in one moment, and the other one was first: this is its next version
        record.save_many([(grant, each) for each in both], origin="own", now=at)
    filled = Filled(grant, questionnaire.id, at, _in_words(questionnaire, answers, language), result.total)
    for listen in LISTENERS:
        listen(filled)


def _in_words(questionnaire: Questionnaire, answers: Answers, language: str) -> tuple[tuple[str, str, str | None], ...]:
    rows = []
    for question in questionnaire.questions:
        words = {option.value: option.text.of(language) for option in question.options}
        chosen = answers.get(question.id)
        rows.append((question.id, question.text.of(language), words.get(chosen) if chosen is not None else None))
    return tuple(rows)


def sheet(session: MutableMapping[str, Any], person: UUID, name: str, now: datetime) -> UUID:
    """Give the number of the page on which a questionnaire is asked: the same one to whoever comes back to it soon.

    Browsers fetch a page anew when somebody goes back, and people press twice: neither may become a second filling-in.
    """
    given = session.get(f"treatment.sheet.{person}.{name}", {})
    if not given or now - datetime.fromisoformat(given["at"]) > SAME_SHEET:
        given = {"id": str(uuid4()), "at": now.isoformat()}
        session[f"treatment.sheet.{person}.{name}"] = given
    return UUID(given["id"])


def put_draft(session: MutableMapping[str, Any], person: UUID, name: str, answers: Answers) -> None:
    """Keep half a questionnaire until the person comes back or signs out, sealed with their own key."""
    sealed = sealer(person).seal(json.dumps(dict(answers)), ABOUT)
    session[_place(person, name)] = b64encode(sealed).decode()


def draft(session: MutableMapping[str, Any], person: UUID, name: str) -> dict[str, int | None]:
    """Give what was kept of this questionnaire; nothing when there is none, or it can no longer be read."""
    kept = session.get(_place(person, name))
    if kept is None:
        return {}
    try:
        return dict(json.loads(sealer(person).open_text(b64decode(kept), ABOUT)))
    except Unreadable:
        return {}


def drop_draft(session: MutableMapping[str, Any], person: UUID, name: str) -> None:
    """Forget what was kept of this questionnaire."""
    session.pop(_place(person, name), None)


def _place(person: UUID, name: str) -> str:
    return f"treatment.draft.{person}.{name}"
