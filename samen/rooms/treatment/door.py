"""What other rooms may ask of this one: which questionnaires there are, how they are asked, and when they were filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.people.access import Allowed
from samen.rooms.treatment import fhir, scoring, store
from samen.rooms.treatment.questionnaires import questionnaire, questionnaires
from samen.rooms.treatment.store import Filled

__all__ = ["Filled"]


@dataclass(frozen=True)
class Offer:
    """A questionnaire as another room can offer it. Its page is the url name `treatment:ask` with its id."""

    id: str
    title: str
    questions: int
    recall_days: int  # how many days it asks about


def offers(language: str) -> dict[str, Offer]:
    """Give every questionnaire, by id."""
    return {
        name: Offer(name, found.title.of(language), len(found.questions), found.recall_days)
        for name, found in questionnaires().items()
    }


def last_filled(access: Allowed) -> dict[str, datetime]:
    """Give when each questionnaire was last filled in. Scope ANSWERS. Raises: NotAllowed."""
    last: dict[str, datetime] = {}
    for point in store.read_course(access, access.person)[0]:
        last[point.instrument] = max(point.at, last.get(point.instrument, point.at))
    return last


@dataclass(frozen=True)
class Item:
    """One question as a page asks it. Any answer above 0 to a hard one opens the help page, whatever else is on the page."""

    id: str
    text: str
    options: tuple[tuple[int, str], ...]
    hard: bool


@dataclass(frozen=True)
class Asked:
    """A questionnaire with all that a page needs to ask it."""

    id: str
    title: str
    instruction: str
    items: tuple[Item, ...]
    source: str


def asked(name: str, language: str) -> Asked:
    """Give one questionnaire as it is asked. Raises: NoSuchQuestionnaire."""
    found = questionnaire(name)
    items = tuple(
        Item(each.id, each.text.of(language), tuple((o.value, o.text.of(language)) for o in each.options), each.hard)
        for each in found.questions
    )
    return Asked(name, found.title.of(language), found.instruction.of(language), items, found.source)


def definition(name: str, language: str) -> dict[str, Any]:
    """Give one questionnaire as a FHIR Questionnaire. Raises: NoSuchQuestionnaire."""
    return fhir.definition(questionnaire(name), language)


def fill_in(
    access: Allowed, name: str, answers: Mapping[str, int | None], *, at: datetime, language: str, sheet: UUID
) -> bool:
    """Put answers in the record, by the rules of the questionnaire; the same sheet is one filling-in. Scope ANSWERS.

    Gives whether an answer opens the help page: the caller shows it then. Raises: NotAllowed; NoSuchQuestionnaire;
    ValueError for an answer that nobody could choose, and then nothing is kept.
    """
    found = questionnaire(name)
    if scoring.problems_of(found, answers):
        raise ValueError("An answer is not one of the choices.")
    store.keep(access, found, answers, at=at, language=language, sheet=sheet)
    return scoring.hard_answer(found, answers)


def on_filled(listen: Callable[[Filled], None]) -> None:
    """Let another room know that somebody filled in a questionnaire, after it was kept."""
    store.LISTENERS.append(listen)
