from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from samen.people import store
from samen.people.access import Allowed, CarePurpose, Ground, NotAllowed, Refused
from samen.people.models import Access, BreakGlass, CareRelationship, Proxy, RoleGrant
from samen.people.roles import Role, Scope
from tests import named

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def look(account, who, scope=Scope.RECORD, *, now=None):
    return store.allowed(account, who.id, scope, now=now or timezone.now())


def test_a_stranger_and_an_unknown_person_get_the_same_answer():
    sam, kim = named.sam(), named.kim()
    assert look(sam, kim) == Refused("NO_TIE")
    assert store.allowed(sam, sam.id, Scope.RECORD, now=timezone.now()) == Refused("NO_TIE")


def test_a_care_relationship_opens_the_record_until_it_ends():
    noor, sam = named.noor(), named.sam()
    care = named.in_care(noor, sam)
    assert look(sam, noor).ground is Ground.CARE
    store.end_care(care, by=sam, now=timezone.now())
    assert look(sam, noor) == Refused("ENDED")


def test_care_for_one_person_opens_nobody_else():
    sam = named.sam()
    named.in_care(named.noor(), sam)
    assert look(sam, named.kim()) == Refused("NO_TIE")


def test_losing_the_role_closes_the_record_though_the_care_relationship_stands():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    store.end_role(sam, Role.CLINICIAN, now=timezone.now())
    assert look(sam, noor) == Refused("ENDED")


def test_asking_takes_at_most_two_queries_with_every_kind_of_tie(django_assert_max_num_queries):
    noor, sam = named.noor(), named.sam()
    now = timezone.now()
    named.in_care(noor, sam)
    store.break_glass(sam, noor.id, "was found unconscious", now=now)
    store.give_proxy(named.own(noor), sam, [Scope.NOTES], ends=now + DAY, now=now)
    with django_assert_max_num_queries(2):
        assert isinstance(look(sam, noor), Allowed)


def test_a_supporter_sees_what_the_person_named_and_nothing_else():
    noor, bram, now = named.noor(), named.bram(), timezone.now()
    store.give_proxy(named.own(noor), bram, [Scope.NOTES], ends=now + DAY, now=now)
    assert look(bram, noor, Scope.NOTES).ground is Ground.SUPPORT
    assert look(bram, noor, Scope.RECORD) == Refused("NOT_YOUR_ROLE")


def test_a_supporter_sees_nothing_after_the_day_that_was_agreed():
    noor, bram, now = named.noor(), named.bram(), timezone.now()
    store.give_proxy(named.own(noor), bram, [Scope.NOTES], ends=now + DAY, now=now)
    assert look(bram, noor, Scope.NOTES, now=now + DAY) == Refused("ENDED")


def test_a_person_ends_a_supporters_access_at_once():
    noor, bram, now = named.noor(), named.bram(), timezone.now()
    proxy = store.give_proxy(named.own(noor), bram, [Scope.NOTES], ends=now + DAY, now=now)
    assert store.end_proxy(named.own(noor), proxy.pk, now=now + HOUR)
    assert look(bram, noor, Scope.NOTES, now=now + HOUR) == Refused("ENDED")


def test_nobody_ends_or_gives_a_look_for_somebody_else():
    noor, kim, bram, now = named.noor(), named.kim(), named.bram(), timezone.now()
    proxy = store.give_proxy(named.own(noor), bram, [Scope.NOTES], ends=now + DAY, now=now)
    assert not store.end_proxy(named.own(kim), proxy.pk, now=now + HOUR)
    support = Allowed(noor.id, Scope.RIGHTS, Ground.SUPPORT, Role.SUPPORTER, bram.id)
    with pytest.raises(NotAllowed):
        store.give_proxy(support, named.account("Ines"), [Scope.NOTES], ends=now + DAY, now=now)


def test_a_yes_to_nothing_or_to_oneself_is_no_yes():
    noor, now = named.noor(), timezone.now()
    for account, scopes in ((named.bram(), []), (noor.account, [Scope.NOTES])):
        with pytest.raises(ValueError, match="supporter"):
            store.give_proxy(named.own(noor), account, scopes, ends=now + DAY, now=now)


def test_emergency_access_ends_by_itself():
    noor, sam, now = named.noor(), named.sam(), timezone.now()
    store.break_glass(sam, noor.id, "was found unconscious", now=now, minutes=30)
    assert look(sam, noor, now=now + timedelta(minutes=29)).ground is Ground.BREAK_GLASS
    assert look(sam, noor, now=now + timedelta(minutes=30)) == Refused("ENDED")


def test_emergency_access_stands_in_the_persons_list_at_once_with_its_reason():
    noor, sam = named.noor(), named.sam()
    store.break_glass(sam, noor.id, "was found unconscious", now=timezone.now())
    (line,) = store.who_looked(named.own(noor))
    assert (line.who, line.ground, line.reason) == ("Sam", Ground.BREAK_GLASS, "was found unconscious")


def test_the_reason_for_emergency_access_lies_sealed():
    noor, sam = named.noor(), named.sam()
    made = store.break_glass(sam, noor.id, "was found unconscious", now=timezone.now())
    assert b"unconscious" not in bytes(BreakGlass.objects.get(pk=made.pk).reason_sealed)


@pytest.mark.parametrize("name", ["Tess", "Joris", "Lea", "Mo", "Rik", "Pia", "Hanna", "Omar", "Ada"])
def test_other_roles_have_no_emergency_access(name):
    outcome = store.break_glass(named.staff(name), named.noor().id, "I want to see", now=timezone.now())
    assert outcome == Refused("NOT_YOUR_ROLE")


def test_emergency_access_without_a_reason_is_refused():
    assert store.break_glass(named.sam(), named.noor().id, "  ", now=timezone.now()) == Refused("NO_REASON")


def test_a_clinician_starts_their_own_care_and_the_person_sees_it():
    noor, sam, now = named.noor(), named.sam(), timezone.now()
    store.start_care(noor.id, sam, Role.CLINICIAN, CarePurpose.TREATMENT, by=sam, now=now)
    assert [line.what for line in store.who_looked(named.own(noor))] == ["people:care"]


def test_a_counsellor_does_not_start_care_alone():
    noor, lea = named.noor(), named.lea()
    with pytest.raises(NotAllowed):
        store.start_care(noor.id, lea, Role.COUNSELLOR, CarePurpose.COUNSELLING, by=lea, now=timezone.now())


def test_a_colleague_does_not_end_somebody_elses_care():
    care = named.in_care(named.noor(), named.sam())
    with pytest.raises(NotAllowed):
        store.end_care(care, by=named.tess(), now=timezone.now())


def test_the_person_ends_care_themselves():
    noor, sam = named.noor(), named.sam()
    store.end_care(named.in_care(noor, sam), by=noor.account, now=timezone.now())
    assert look(sam, noor) == Refused("ENDED")


def test_starting_the_same_care_twice_makes_one():
    noor, sam = named.noor(), named.sam()
    assert named.in_care(noor, sam) == named.in_care(noor, sam)


@pytest.mark.parametrize("role", [Role.PERSON, Role.SUPPORTER])
def test_nobody_can_be_granted_to_be_a_person_or_supporter(role):
    with pytest.raises(ValueError, match="Nobody can grant"):
        store.grant_role(named.bram(), role)


def test_roles_follow_from_grants_from_being_in_care_and_from_a_yes(django_assert_num_queries):
    noor, now = named.noor(), timezone.now()
    store.grant_role(noor.account, Role.PEER_WORKER, now=now)
    store.give_proxy(named.own(named.kim()), noor.account, [Scope.NOTES], ends=now + DAY, now=now)
    with django_assert_num_queries(1):
        assert store.roles_of(noor.account, now) == {Role.PERSON, Role.PEER_WORKER, Role.SUPPORTER}


def test_the_machine_has_no_other_ground_than_import_and_portability():
    with pytest.raises(NotAllowed):
        store.machine(named.noor().id, Ground.CARE)


def refuses(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_the_database_refuses_a_role_that_nobody_described():
    refuses(lambda: RoleGrant.objects.create(account=named.sam(), role="wizard", starts=timezone.now()))


def test_the_database_refuses_care_in_a_role_that_does_not_care():
    now = timezone.now()
    values = {
        "person": named.noor(),
        "account": named.omar(),
        "role": "overseer",
        "purpose": "treatment",
        "starts": now,
    }
    refuses(lambda: CareRelationship.objects.create(**values))


def test_the_database_refuses_a_supporter_without_an_end():
    now = timezone.now()
    values = {"person": named.noor(), "account": named.bram(), "scopes": ["notes"], "starts": now, "said_yes_at": now}
    refuses(lambda: Proxy.objects.create(**values, ends=None))
    refuses(lambda: Proxy.objects.create(**values, ends=now))


def test_the_database_refuses_emergency_access_without_an_end():
    now = timezone.now()
    values = {"person": named.noor(), "account": named.sam(), "role": "clinician", "reason_sealed": b"x", "starts": now}
    refuses(lambda: BreakGlass.objects.create(**values, ends=None))


def test_the_database_refuses_changing_or_removing_a_look():
    noor = named.noor()
    named.in_care(noor, named.sam())
    refuses(lambda: Access.objects.filter(person=noor).update(what="nothing"))
    refuses(lambda: Access.objects.filter(person=noor).delete())


def test_looks_go_once_the_persons_key_is_destroyed():
    noor = named.noor()
    named.in_care(noor, named.sam())
    store.destroy_key(noor.id)
    assert Access.objects.filter(person=noor).delete()[0] == 1


def test_a_closed_account_keeps_nothing_that_names_its_owner_and_lets_nobody_in(client):
    bram = named.account("Bram", password=named.PASSWORD)
    client.post("/account/login/", {"login": named.address("Bram"), "password": named.PASSWORD})
    store.close_account(bram)
    assert store.account_of(named.address("Bram")) is None
    assert (bram.name, bram.email) == ("", f"{bram.id}@closed.invalid")
    assert client.get("/looking-along")["Location"].startswith("/account/login/")


def test_looks_by_a_closed_account_stay_in_the_list_without_an_address():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    store.close_account(sam)
    assert [line.who for line in store.who_looked(named.own(noor))] == [""]
