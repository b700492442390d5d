"""A safety plan that somebody has, kept as a talk keeps it."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from samen.people.models import Person
from samen.people.roles import Scope
from samen.rooms.companion.answers import merged
from samen.rooms.companion.store import talk
from tests import named
from tests.acceptance.prepared_companion import REPLY


def plan_of(
    who: Person, typed: str = "Met de hond lopen\nMijn zus bellen", *, begun_anew: bool = False, **answers: Any
) -> None:
    """Let somebody have answered in a plan: `own` in these words, and what is given besides. The talk is closed after."""
    access, now = named.own(who, Scope.TALK), timezone.now()
    found = talk.open_talk(access, at=now)
    talk.give(access, found.id, pressed="", typed=typed, client_id="plan", at=now)
    known = {"own": f"@{found.turn + 1}", **answers}
    state: dict[str, Any] = {"known": {"safety-plan": known}}
    if begun_anew:
        state = merged(state, {"state": {}, "begun": "safety-plan"})
    talk.answer(access, found.id, state, REPLY, record=uuid4(), at=now)
    talk.close(access, found.id, at=now)
