"""Keeping answers: in the record when they are given, sealed in the session while somebody has stopped half-way."""

import json
from base64 import b64decode, b64encode
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from samen.people.access import Allowed
from samen.people.sealing import Unreadable
from samen.people.store import sealer
from samen.rights.words import Permit
from samen.rooms.record import door as record
from samen.rooms.treatment import fhir
from samen.rooms.treatment.change import Point
from samen.rooms.treatment.fhir import Unread
from samen.rooms.treatment.questionnaires import Questionnaire
from samen.rooms.treatment.scoring import Answers, score

ABOUT = "treatment.draft"


def read_course(grant: Allowed | Permit, person: UUID) -> tuple[tuple[Point, ...], tuple[Unread, ...]]:
    """Give one person's questionnaires in time, and what could not be read. Raises: NotAllowed, NotPermitted."""
    answers = record.responses(grant, person, fhir.addresses())
    totals = record.observations(grant, person, fhir.codes())
    return fhir.course([*answers, *totals])


def keep(grant: Allowed, questionnaire: Questionnaire, answers: Answers, *, at: datetime, language: str) -> None:
    """Put answers, and their total where there is one, in the record together. Raises: NotAllowed."""
    made_of = str(uuid4())
    given = fhir.response(questionnaire, answers, at=at, language=language, id=made_of)
    both = [given]
    result = score(questionnaire, answers)
    if result.total is not None:
        ref = f"QuestionnaireResponse/{made_of}"
        both.append(fhir.observation(questionnaire, result, at=at, made_of=ref, id=str(uuid4())))
    record.save_many([(grant, each) for each in both], origin="own", now=at)


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
