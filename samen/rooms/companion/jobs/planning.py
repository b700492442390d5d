"""A person's own safety plan as it stands now: the newest answer to each question, over all their talks."""

from dataclasses import dataclass
from datetime import datetime

from samen.people.access import Allowed
from samen.rooms.companion import answers, saying
from samen.rooms.companion.dialogue import KEPT
from samen.rooms.companion.saying import Book
from samen.rooms.companion.store import modules, talk

PLAN = "safety-plan"


@dataclass(frozen=True)
class Plan:
    """A plan to read: each answer by its label, in the order of the exercise."""

    rows: tuple[tuple[str, str], ...]
    at: datetime  # when it was last worked on


def plan(access: Allowed, language: str) -> Plan | None:
    """Give the plan; None where nothing was answered yet. What somebody keeps to themselves is left out."""
    module = modules.in_use().exercises.get(PLAN)
    if module is None:
        return None
    known = {id: answers.of(state, PLAN) for id, state in talk.states(access).items()}
    begun = {id: given for id, given in known.items() if given}
    rows: dict[str, str] = {}
    for id, given in begun.items():  # the newest first: an earlier talk only fills in what is not there yet
        told = {name: value for name, value in given.items() if value != KEPT and name not in rows}
        if told:
            book = Book(modules.in_use(), language, talk.typed(access, id))
            rows |= {name: saying.answer(book, module, name, value) for name, value in told.items()}
    if not rows:
        return None
    at = max(each.last_at for each in talk.kept(access) if each.id in begun)
    labels = [(variable.label[language], rows[name]) for name, variable in module.variables.items() if name in rows]
    return Plan(tuple(labels), at)
