"""What other rooms may ask of the line, and what a directory that grew old does to it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rights import gate
from samen.rights.store import systems as register
from samen.rights.words import Denied
from samen.rooms.crisis import door, numbers, systems
from samen.rooms.crisis.models.contact import Contact, Message
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import contacts
from tests import named
from tests.rights import example
from tests.rooms.crisis.in_use import in_use
from tests.rooms.crisis.service import MEANS, in_service, writes

pytestmark = pytest.mark.django_db


def heard(text: str = MEANS, number: str = "1") -> door.Answer:
    mine = named.own(named.noor(), Scope.TALK)
    return door.hear(mine, text, client_id=number, at=timezone.now())


def test_without_a_yes_nothing_is_heard_and_the_room_is_told_why():
    in_service()
    register.enter(systems.DETECT, at=timezone.now())
    answer = heard()
    assert (answer.level, answer.text, answer.denied) == (Level.NONE, "", "NO_CONSENT")
    assert not Message.objects.filter(who="computer").exists()


def test_with_a_yes_danger_is_heard_and_the_numbers_come_with_the_answer():
    made = example.house(at=timezone.now())
    in_use(systems.DETECT, made)
    example.say_yes(made, systems.DETECT, at=timezone.now())
    mine = made.own(Scope.TALK)
    answer = door.hear(mine, MEANS, client_id="1", at=timezone.now())
    assert (answer.level, answer.denied) == (Level.IMMINENT, "")
    assert answer.numbers
    assert answer.text
    assert answer.record is not None
    assert [each.who for each in contacts.lines(mine, Contact.objects.get().id)] == ["contact", "computer"]
    again = door.hear(mine, MEANS, client_id="1", at=timezone.now())
    assert again == door.Answer()  # the same message is heard once


def test_somebody_waits_for_a_human_only_when_they_want_to():
    heard()
    assert Contact.objects.get().state == "new"
    mine = named.own(named.noor(), Scope.TALK)
    door.open_contact(mine, at=timezone.now(), urgency=3)
    found = Contact.objects.get()
    assert (found.state, found.channel, found.lane) == ("waiting", "companion", 1)
    assert [each.text for each in contacts.lines(mine, found.id)] == [MEANS]


def test_nobody_but_the_person_hands_their_words_over():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    with pytest.raises(NotAllowed):
        door.open_contact(named.seen_by(sam, noor, Scope.TALK), at=timezone.now())


def test_with_old_numbers_the_computer_is_denied_and_the_message_waits(monkeypatch):
    in_service()
    late = timezone.localdate() + timedelta(days=numbers.STALE_DAYS + 1)
    load = numbers.load
    monkeypatch.setattr(numbers, "load", lambda language, today: load(language, late))
    mine = writes(MEANS)
    found = Contact.objects.get(id=mine.contact)
    assert (found.state, found.level) == ("waiting", None)
    assert isinstance(gate.run(systems.TRIAGE, person=mine.access.person), Denied)


def test_an_old_number_that_nobody_verified_stops_nothing():
    listed = numbers.load("nl", timezone.localdate())
    assert numbers.fresh([replace(each, stale=not each.certain) for each in listed])
    assert not numbers.fresh([replace(each, stale=True) for each in listed])
