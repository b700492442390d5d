"""What other rooms may ask of this one: which questionnaires there are, and when each was last filled in."""

from dataclasses import dataclass
from datetime import datetime

from samen.people.access import Allowed
from samen.rooms.treatment import store
from samen.rooms.treatment.questionnaires import questionnaires


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
