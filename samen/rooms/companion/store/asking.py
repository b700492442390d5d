"""A question to the guide while it is being answered: kept sealed for the run that reads it, and removed after it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Permit
from samen.rooms.companion.models.question import Question

TEXT = "companion.question"
LONGEST = 400  # letters


@dataclass(frozen=True)
class Asked:
    """A question that waits for its answer."""

    id: UUID
    text: str
    language: str
    at: datetime


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A question to the guide is asked by its person alone.")


def keep(access: Allowed, text: str, language: str, *, at: datetime) -> UUID:
    """Keep a question for its run; one that a crash left behind goes."""
    _own(access)
    Question.objects.filter(person=access.person).delete()
    sealed = people.sealer(access.person).seal(text[:LONGEST], TEXT)
    return Question.objects.create(person_id=access.person, at=at, language=language, text_sealed=sealed).id


def waiting(permit: Permit, person: UUID) -> Asked | None:
    """Give the question that waits. Raises: NotPermitted."""
    rights.require(permit, Category.TALK, person)
    found = Question.objects.filter(person=person).order_by("-at").first()
    if found is None:
        return None
    return Asked(found.id, people.sealer(person).open_text(found.text_sealed, TEXT), found.language, found.at)


def mine(access: Allowed) -> list[Asked]:
    """Give one's own questions that are still kept: one at most, and only while it is being answered or after a crash."""
    _own(access)
    rows = list(Question.objects.filter(person=access.person))
    sealer = people.sealer(access.person) if rows else None
    return [Asked(r.id, sealer.open_text(r.text_sealed, TEXT), r.language, r.at) for r in rows if sealer is not None]


def forget(access: Allowed, question: UUID) -> None:
    """Remove a question that was answered, or that nobody may answer."""
    _own(access)
    Question.objects.filter(id=question, person=access.person).delete()


def remove(person: UUID) -> int:
    """Remove what somebody who is erased was asking."""
    return Question.objects.filter(person=person).delete()[0]
