"""Keep a questionnaire that was filled in elsewhere in the house as an activity too, where its person said yes to that."""

import logging

from django.db import DatabaseError
from django.utils import timezone

from samen.people.access import Allowed, Ground
from samen.people.roles import Scope
from samen.rooms.sensing.activities import known, results
from samen.rooms.sensing.activities.results import Row, Sitting
from samen.rooms.sensing.api.envelope import limits
from samen.rooms.sensing.store import activities as store
from samen.rooms.treatment.door import Filled

log = logging.getLogger("samen.sensing")


def hear(filled: Filled) -> None:
    """Keep the event of a questionnaire. Where that fails the answers are in the record all the same."""
    if filled.access.ground is not Ground.OWN or filled.questionnaire not in known.activities():
        return
    mine = Allowed(
        person=filled.access.person,
        scope=Scope.RIGHTS,
        ground=Ground.OWN,
        role=filled.access.role,
        actor=filled.access.actor,
    )
    sitting = Sitting(filled.questionnaire, None, int(filled.at.timestamp() * 1000))
    rows = [Row(*row) for row in filled.rows]
    event = results.survey(sitting, rows, static={"total": filled.total})
    try:
        # Now, and not when it was filled in: a no that was said meanwhile holds.
        store.keep(mine, event, at=timezone.now(), limits=limits())
    except (DatabaseError, OSError) as wrong:
        log.error(
            "The event of a questionnaire was not kept (%s). Its answers are in the record.", type(wrong).__name__
        )
