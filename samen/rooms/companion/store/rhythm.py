"""A person's own rhythms, and what they said to offers: made, paused, stopped and read by them."""

import json
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.jobs import wishes
from samen.people.jobs.wishes import Kind
from samen.people.roles import Scope
from samen.rooms.companion import rhythm
from samen.rooms.companion.models.rhythm import Offers, Wished
from samen.rooms.companion.rhythm import Rhythm

SAID = "companion.offers"
KIND: Kind[Rhythm] = Kind(
    Wished, Scope.TALK, "companion.wish", most=5, plain=rhythm.plain, read=rhythm.kept, next_after=rhythm.next_after
)
Kept = wishes.Kept[Rhythm]

begin, mine, one = partial(wishes.begin, KIND), partial(wishes.mine, KIND), partial(wishes.one, KIND)
pause, go_on, stop = partial(wishes.pause, KIND), partial(wishes.go_on, KIND), partial(wishes.stop, KIND)
put_aside, claim = partial(wishes.put_aside, KIND), partial(wishes.claim, KIND)


# --- offers of questionnaires ---


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("What somebody said to offers is their own: nobody else sets it or reads it.")


def said(access: Allowed) -> dict[str, str]:
    """Give what the person said to offers, by questionnaire."""
    _own(access)
    row = Offers.objects.filter(person=access.person).first()
    if row is None:
        return {}
    return dict(json.loads(people.sealer(access.person).open_text(row.said_sealed, SAID)))


def say(access: Allowed, answers: Mapping[str, str]) -> None:
    """Keep what the person says to offers."""
    _own(access)
    sealed = people.sealer(access.person).seal(json.dumps(dict(answers)), SAID)
    Offers.objects.update_or_create(person_id=access.person, defaults={"said_sealed": sealed})


def remove(person: UUID) -> int:
    """Remove what somebody who is erased asked for."""
    return wishes.remove(KIND, person) + Offers.objects.filter(person=person).delete()[0]
