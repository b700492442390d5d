from datetime import timedelta

import pytest
from django.utils import timezone

from samen.ledger.leaf import NotForTheLedger
from samen.ledger.models import Leaf
from samen.people import store
from samen.people.access import NotAllowed
from samen.people.models import Access
from samen.people.roles import Scope
from tests import named

pytestmark = pytest.mark.django_db


def test_a_look_stands_in_the_list_and_on_the_ledger():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    leaves = Leaf.objects.filter(kind="access").count()
    store.note_access(named.seen_by(sam, noor), what="record:person", at=timezone.now())
    assert store.who_looked(named.own(noor))[0].what == "record:person"
    assert Leaf.objects.filter(kind="access").count() == leaves + 1


def test_the_ledger_does_not_say_who_was_looked_at_or_by_whom():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    bodies = "".join(Leaf.objects.values_list("body", flat=True))
    assert str(noor.id) not in bodies
    assert str(sam.id) not in bodies


def test_a_look_that_the_ledger_refuses_is_not_in_the_list_either(monkeypatch):
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    before = Access.objects.count()
    monkeypatch.setattr(store, "_leaf", lambda row, kind: store.Entry(kind, {"said": "a sentence, not a code"}))
    with pytest.raises(NotForTheLedger):
        store.note_access(named.seen_by(sam, noor), what="record:person", at=timezone.now())
    assert Access.objects.count() == before


def test_nobody_but_the_person_reads_who_looked():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    with pytest.raises(NotAllowed):
        store.who_looked(named.seen_by(sam, noor, Scope.CONTACT))


def test_the_list_shows_a_page_and_says_that_there_is_more():
    noor, sam, now = named.noor(), named.sam(), timezone.now()
    access = [named.seen_by(sam, noor)] if named.in_care(noor, sam) else []
    for minute in range(store.PAGE + 5):
        store.note_accesses(access, what="record:person", at=now + timedelta(minutes=minute))
    assert len(store.who_looked(named.own(noor))) == store.PAGE + 1
    assert len(store.who_looked(named.own(noor), page=2)) == 6  # five, and the start of the care relationship


def people_in_care(number, account):
    people = store.create_people([(f"Person {each}", "en", None) for each in range(number)])
    for each in people:
        named.in_care(each, account)


@pytest.mark.parametrize("number", [2, 40])
def test_my_people_takes_the_same_number_of_queries_at_any_size(number, django_assert_num_queries):
    sam = named.sam()
    people_in_care(number, sam)
    with django_assert_num_queries(2):
        assert len(store.my_people(sam, timezone.now())) == number


def test_my_people_shows_names_of_those_in_care_now_and_no_others():
    sam, noor = named.sam(), named.noor()
    named.kim()
    store.end_care(named.in_care(named.person("Ines"), sam), by=sam, now=timezone.now())
    named.in_care(noor, sam)
    assert [each.name for each in store.my_people(sam, timezone.now())] == ["Noor"]


def test_somebody_whose_key_was_destroyed_is_in_nobodys_list():
    sam, noor = named.sam(), named.noor()
    named.in_care(noor, sam)
    store.destroy_key(noor.id)
    assert store.my_people(sam, timezone.now()) == []


def test_seeing_a_name_in_a_list_is_noted_once_a_day():
    noor, sam, now = named.noor(), named.sam(), timezone.now().replace(hour=9)
    named.in_care(noor, sam)
    for at in (now, now + timedelta(hours=2), now + timedelta(days=1)):
        accesses = [each.access for each in store.my_people(sam, timezone.now())]
        store.note_names_seen(accesses, what="people:mine", at=at)
    assert Access.objects.filter(what="people:mine").count() == 2
