"""A safety plan that somebody has, kept as a talk keeps it."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from samen.people.models import Person
from samen.people.roles import Scope
from samen.rooms.companion.store import talk
from tests import named
from tests.acceptance.prepared_companion import REPLY


def plan_of(
    who: Person, typed: str = "Met de hond lopen\nMijn zus bellen", *, begun_anew: bool = False, **answers: Any
) -> None:
    """Let somebody have answered in a plan: `own` in these words, and what is given besides. The talk is closed after."""
    access, now = named.own(who, Scope.TALK), timezone.now()
    found = talk.open_talk(access, at=now)
    for turn, (name, value) in enumerate({"own": f"@{found.turn + 1}", **answers}.items(), found.turn + 1):
        given = {"pressed": "", "typed": typed if name == "own" else "", "client_id": f"plan-{turn}"}
        talk.give(access, found.id, **given, at=now)
        took = {"module": "safety-plan", "variable": name, "value": value}
        talk.answer(access, found.id, {"state": {}, "took": took}, REPLY, record=uuid4(), at=now)
    if begun_anew:
        talk.give(access, found.id, pressed="m:safety-plan", typed="", client_id="plan-anew", at=now)
        talk.answer(access, found.id, {"state": {}, "begun": "safety-plan"}, REPLY, record=uuid4(), at=now)
    talk.close(access, found.id, at=now)
