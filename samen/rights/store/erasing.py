"""Erase a person: everything that may go goes, in an order that a crash cannot turn into half-erased and still running.

1 all AI is stopped for them (epoch), 2 each room removes what it keeps, 3 the ring clears findings, words and denials,
4 the floor of people destroys the key, the name, the ties and the account. Each step may be repeated without harm.
What stays: that an AI system ran (no content), statements by id, and the log's leaves without their salts. See docs/operator/erasure.md.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from samen.people import store as people
from samen.rights.models.consent import Notice, PersonState, PilotSeat
from samen.rights.models.inference import DeniedRun
from samen.rights.models.service import Case
from samen.rights.store import chosen, inference


def erase(person: UUID, rooms: Mapping[str, Callable[[UUID], int]], *, at: datetime) -> dict[str, int]:
    """Erase a person, and say how much went from each place."""
    inference.bump(person)
    PersonState.objects.filter(person=person).update(restricted_at=at)
    gone = {room: remove(person) for room, remove in sorted(rooms.items())}
    with transaction.atomic():
        gone["findings"] = inference.clear(person, None)
        gone["denied"] = DeniedRun.objects.filter(person=person).delete()[0]
        gone["notices"] = (
            Notice.objects.filter(person=person).delete()[0] + PilotSeat.objects.filter(person=person).delete()[0]
        )
        gone["chosen"] = chosen.forget(person)
        gone["cases"] = Case.objects.filter(person=person).update(text=None, answer=None, about="")
        people.erase_person(person, now=at)
    return gone
