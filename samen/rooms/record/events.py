"""What the record does when something happens elsewhere: erasing a person removes every resource of theirs."""

from uuid import UUID

from django.db import transaction

from samen.rights import door
from samen.rooms.record.models import Identifier, Resource, Version


def remove(person: UUID) -> int:
    """Remove every resource of a person, with all its versions and what it could be found by. Gives how many resources."""
    mine = Resource.objects.filter(person=person)
    with transaction.atomic():
        Identifier.objects.filter(resource__in=mine).delete()
        Version.objects.filter(resource__in=mine).delete()
        return mine.delete()[0]


door.add_eraser("record", remove)
