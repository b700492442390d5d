"""Whose newest day was looked at, and whose waits. It opens nothing of anybody: ids and days."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rooms.sensing.models.features import Value
from samen.rooms.sensing.models.own_signs import LookedOn
from samen.rooms.sensing.models.way_in import Participant


def waiting(on: date, most: int) -> Sequence[UUID]:
    """Give people with days around this one who were not looked at for it yet."""
    done = LookedOn.objects.filter(participant=OuterRef("pk"), day__gte=on)
    days = Value.objects.filter(participant=OuterRef("pk"), day__gte=on - timedelta(days=1), day__lte=on)
    found = Participant.objects.filter(Exists(days), ~Exists(done)).order_by("id")
    return list(found.values_list("person", flat=True)[:most])


def note(access: Allowed, on: date) -> None:
    """Write down that somebody's day was looked at. Scope RIGHTS."""
    access.require(Scope.RIGHTS)
    participant = Participant.objects.filter(person=access.person).first()
    if participant is not None:
        LookedOn.objects.update_or_create(participant=participant, defaults={"day": on})
