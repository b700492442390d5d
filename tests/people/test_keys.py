"""Destroying a person's key, and rotating the service key: against real copies, with everything an attacker could hold."""

import os
import sqlite3
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from typer.testing import CliRunner

from samen.ledger.models import Leaf
from samen.people import sealing, store
from samen.people.commands import app
from samen.people.models import Access, Person, PersonKey
from samen.people.roles import Role
from samen.people.sealing import KeyDestroyed, Service, Unreadable
from tests import named

NOTE = "note.text"


def read_copy(wrapped, name_sealed, person):
    """Do what somebody would who has a copy of the database, the service key, and the file of halves as it is now."""
    halves = [half for (half,) in sqlite3.connect(store.halves_path()).execute("select half from half")]
    for half in halves:
        try:
            key = sealing.unwrap(bytes(wrapped), service=store.service_keys()[0], half=half, person=person)
        except Unreadable:
            continue
        return sealing.unseal(bytes(name_sealed), key=key, person=person, about=store.NAME).decode()
    return None


@pytest.mark.row("R2.1a")
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"),
    reason="copies the file of SQLite: make tests runs this",
)
@pytest.mark.django_db(transaction=True)
def test_destroying_a_key_makes_a_copy_of_the_database_file_unreadable(tmp_path):
    noor, kim = named.noor(), named.kim()
    copy = tmp_path / "backup.sqlite3"
    connection.cursor().execute("VACUUM INTO %s", [str(copy)])
    query = (
        "select wrapped, name_sealed from people_personkey k join people_person p on p.id = k.person_id where p.id = ?"
    )
    rows = {who.id: sqlite3.connect(copy).execute(query, [who.id.hex]).fetchone() for who in (noor, kim)}
    assert read_copy(*rows[noor.id], noor.id) == "Noor", "the copy must be readable before, or this test shows nothing"

    store.destroy_key(noor.id)

    assert read_copy(*rows[noor.id], noor.id) is None
    assert read_copy(*rows[kim.id], kim.id) == "Kim"


@pytest.mark.django_db(transaction=True)
def test_destroying_a_key_makes_rows_that_were_read_before_unreadable():
    noor = named.noor()
    row = PersonKey.objects.get(person=noor)
    assert read_copy(row.wrapped, noor.name_sealed, noor.id) == "Noor"
    store.destroy_key(noor.id)
    assert read_copy(row.wrapped, noor.name_sealed, noor.id) is None


@pytest.mark.django_db(transaction=True)
def test_a_database_restored_from_before_the_erasure_stays_unreadable():
    noor = named.noor()
    row = PersonKey.objects.get(person=noor)
    store.destroy_key(noor.id)
    PersonKey.objects.filter(person=noor).update(wrapped=row.wrapped, destroyed_at=None)
    with pytest.raises(KeyDestroyed):
        store.name_of(named.own(noor))


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_half_is_overwritten_in_its_file():
    noor = named.noor()
    half = store._halves_of([noor.id])[noor.id]
    assert half in store.halves_path().read_bytes()
    store.destroy_key(noor.id)
    assert half not in store.halves_path().read_bytes()


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_crashed_before_the_half_was_removed_is_finished_later():
    noor = named.noor()
    PersonKey.objects.filter(person=noor).update(wrapped=b"", destroyed_at=timezone.now())
    assert noor.id in store._halves_of([noor.id])
    assert store.sweep_halves() == 1
    assert store._halves_of([noor.id]) == {}


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_is_rolled_back_destroys_nothing():
    noor = named.noor()
    with transaction.atomic():
        store.destroy_key(noor.id)
        transaction.set_rollback(True)
    assert store.name_of(named.own(noor)) == "Noor"


@pytest.mark.django_db
def test_destroying_a_key_stands_on_the_ledger_and_forgets_the_salts():
    noor, sam = named.noor(), named.sam()
    named.in_care(noor, sam)
    assert Leaf.objects.filter(subject=noor.id).exists()
    store.destroy_key(noor.id)
    assert not Leaf.objects.filter(subject=noor.id).exists()
    assert Leaf.objects.filter(kind="erasure").count() == 1


@pytest.mark.django_db
def test_erasing_a_person_leaves_an_id_and_nothing_else():
    noor, kim, sam = named.noor(), named.kim(), named.sam()
    for who in (noor, kim):
        named.in_care(who, sam)
    store.erase_person(noor.id, now=timezone.now())
    noor.refresh_from_db()
    assert (bytes(noor.name_sealed), noor.account) == (b"", None)
    assert store.account_of(named.address("Noor")) is None
    assert not Access.objects.filter(person=noor).exists()
    assert Access.objects.filter(person=kim).exists()
    assert [each.name for each in store.my_people(sam, timezone.now())] == ["Kim"]


@pytest.mark.django_db
def test_erasing_somebody_who_also_works_here_keeps_the_account_for_work():
    noor = named.noor()
    store.grant_role(noor.account, Role.PEER_WORKER)
    store.erase_person(noor.id, now=timezone.now())
    assert store.account_of(named.address("Noor")) is not None


@pytest.mark.django_db
def test_the_text_of_one_person_does_not_open_for_another():
    noor, kim = named.noor(), named.kim()
    text = store.sealer(noor.id).seal("slept badly", NOTE)
    with pytest.raises(Unreadable):
        store.sealer(kim.id).open(text, NOTE)


@pytest.mark.django_db
def test_sealing_the_same_text_twice_never_looks_the_same():
    sealer = store.sealer(named.noor().id)
    assert sealer.seal("slept badly", NOTE) != sealer.seal("slept badly", NOTE)


@pytest.mark.django_db
def test_sealers_of_many_people_take_one_query(django_assert_num_queries):
    people = store.create_people([(f"Person {number}", "en", None) for number in range(1200)])
    with django_assert_num_queries(1):
        sealers = store.sealers([each.id for each in people])
    assert sealers[people[7].id].open_text(people[7].name_sealed, store.NAME) == "Person 7"


@pytest.mark.django_db
def test_no_key_shows_itself_in_a_log():
    sealer = store.sealer(named.noor().id)
    assert repr(sealer.key) not in repr(sealer)


@pytest.mark.django_db
def test_the_file_of_halves_is_readable_by_its_owner_alone():
    named.noor()
    assert store.halves_path().stat().st_mode & 0o077 == 0


@pytest.fixture
def secrets_file(settings):
    """The file of secrets, put back after a test that rotates."""
    path = Path(settings.SAMEN.home) / "secrets.toml"
    before, known = path.read_bytes(), dict(settings.SECRETS)
    yield path
    path.write_bytes(before)
    settings.SECRETS.clear()
    settings.SECRETS.update(known)


@pytest.mark.django_db
def test_rotation_keeps_every_text_and_leaves_the_old_service_key_useless(secrets_file):
    noor, old = named.noor(), store.service_keys()[0]
    result = CliRunner().invoke(app, ["keys", "rotate"])
    assert result.exit_code == 0, result.output
    assert store.name_of(named.own(noor)) == "Noor"
    row, half = PersonKey.objects.get(person=noor), store._halves_of([noor.id])[noor.id]
    with pytest.raises(Unreadable):
        sealing.unwrap(bytes(row.wrapped), service=old, half=half, person=noor.id)


@pytest.mark.django_db
def test_rotation_leaves_a_file_of_secrets_with_the_new_key_alone(secrets_file):
    old = tomllib.loads(secrets_file.read_text())
    CliRunner().invoke(app, ["keys", "rotate"])
    new = tomllib.loads(secrets_file.read_text())
    assert set(new) == set(old)
    assert {name for name in new if new[name] != old[name]} == {"service_key"}
    assert secrets_file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_a_rotation_that_stopped_halfway_reads_everything_and_goes_on():
    people = [named.noor(), named.kim()]
    old, new = store.service_keys()[0], Service(os.urandom(32))
    first = PersonKey.objects.order_by("person").first()
    half = store._halves_of([first.person_id])[first.person_id]
    key = sealing.unwrap(bytes(first.wrapped), service=old, half=half, person=first.person_id)
    PersonKey.objects.filter(person=first.person_id).update(
        wrapped=store._wrapped(key, first.person_id, half, new), service_key_id=new.id
    )
    assert store.rotate_service_key(old, new) == Person.objects.count() - 1
    assert set(PersonKey.objects.filter(person__in=people).values_list("service_key_id", flat=True)) == {new.id}


@pytest.mark.django_db
def test_a_missing_service_key_says_which_file_to_restore(settings, monkeypatch):
    noor = named.noor()
    monkeypatch.setitem(settings.SECRETS, "service_key", "A" * 43 + "=")
    with pytest.raises(Unreadable, match=r"secrets\.toml"):
        store.sealer(noor.id)
