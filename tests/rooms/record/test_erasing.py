"""Erasing a person takes their resources along, and nobody else's."""

import pytest
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rooms.record import door
from samen.rooms.record.models import Resource, Version
from tests import named

pytestmark = pytest.mark.django_db


def test_everything_of_one_person_goes_and_nothing_of_another():
    now = timezone.now()
    noor, kim = named.noor(), named.kim()
    for each in (noor, kim):
        door.add_own_entry(named.own(each, Scope.NOTES), "note", "A quiet day", now)
    gone = rights.erase(noor.id, at=now)
    assert gone["record"] >= 1
    assert not Resource.objects.filter(person=noor).exists()
    assert Version.objects.filter(resource__person=kim).count() == 1
