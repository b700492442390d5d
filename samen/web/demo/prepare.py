"""Fills an empty service with made-up people, all through the real paths; either everything is there afterwards or nothing."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from samen.people import store
from samen.people.models import Person
from samen.rights import door
from samen.rights.store import systems as register
from samen.web.demo import companion, founding, guide, line, play, population, sensing, story, study

SEED = 2026
PEOPLE = 220
Progress = Callable[[str, int, int], None]  # what goes on, how much is done, of how much


class NotEmpty(RuntimeError):
    """There are people already, and they did not come from here."""


def is_prepared() -> bool:
    """Say whether the made-up people are there. They come in one transaction, so one of them stands for all."""
    return store.account_of("noor@example.org") is not None


def outdated() -> bool:
    """Say whether an AI system runs in other code or words than those it was entered with: then it rightly refuses to run."""
    known = register.states()
    return any(each.id in known and known[each.id].digest != each.digest for each in door.systems())


def prepare(progress: Progress, *, seed: int = SEED, now: datetime, people: int = PEOPLE) -> None:
    """Fill an empty, migrated database. `now` is aware and in the service's own zone: all days count back from it.

    Raises: NotEmpty when somebody is in the database already.
    """
    if Person.objects.exists():
        raise NotEmpty("There are people in this database already. Choose another SAMEN_HOME for the demo.")
    made = story.join(story.told(now), population.populate(seed, now, people - story.FIRST_FREE))
    with transaction.atomic():
        progress("begin", 0, 1)
        staff = founding.hire(now)
        founding.enter(staff, now)
        progress("begin", 1, 1)
        play.play(made, staff, seed=seed, now=now, progress=lambda done, of: progress("days", done, of))
        progress("line", 0, 1)
        line.open_line(staff, now)
        guide.open_guide(now)
        companion.let_in(staff, now)
        progress("line", 1, 1)
        progress("phones", 0, 1)
        sensing.wear(staff, now)
        study.take_part(staff, now)
        progress("phones", 1, 1)
