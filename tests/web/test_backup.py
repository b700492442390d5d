"""Backups of a real service, made while something else writes, restored elsewhere, and read there. Runs on the database under test."""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import service

pytestmark = pytest.mark.service

PEOPLE = """
from datetime import UTC, datetime
from django.db import transaction
from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store
noor, lea = store.create_people([("Noor", "nl", None), ("Lea", "en", None)])
with transaction.atomic():
    ledger.append([Entry(Kind.KEY, {"what": "test", "n": n}) for n in range(300)], at=datetime.now(UTC))
print(noor.id, lea.id)
"""
READ = """
from samen.people import store
from samen.people.models import Person
for person in Person.objects.order_by("created_at", "id"):
    sealer = store.sealer(person.id)
    print(sealer.open_text(person.name_sealed, store.NAME) if sealer.key else "unreadable")
"""
ERASE = """
from datetime import UTC, datetime
from uuid import UUID
from samen.rights import door
door.erase(UUID("{}"), at=datetime.now(UTC))
"""
WRITE = """
import sys, time
from samen.people import store
print("writing", flush=True)
until = time.monotonic() + 60
while time.monotonic() < until:
    store.create_person("Busy")
"""


KILLED = """
import os, signal, sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("pragma cache_size = 1")
file.execute("begin immediate")
file.executemany("insert into half values (?, ?)", ((os.urandom(16), os.urandom(64)) for _ in range(5000)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A service with two people and a log, and one backup of it."""
    folder = tmp_path_factory.mktemp("clinic")
    made = service.migrated(folder / "home", "clinic")
    made.people = made.python(PEOPLE).split()
    made.place = folder / "backups"
    made.well("backup", made.place)
    return made


@pytest.fixture
def elsewhere(clinic, tmp_path):
    """An empty home for the restore, with the operator's copy of the secrets, and a copy of the backups."""
    made = service.new(tmp_path / "home", "elsewhere")
    shutil.copy2(clinic.home / "secrets.toml", made.home)
    made.place = shutil.copytree(clinic.place, tmp_path / "backups")
    return made


def only_backup(place: Path) -> Path:
    (found,) = place.glob("samen-*")
    return found


def test_a_restored_service_reads_everyone_and_its_log_verifies(clinic, elsewhere):
    said = elsewhere.well("restore", elsewhere.place)
    assert "300 leaves" in said
    assert "2 people can be read; 0 were erased" in said
    assert sorted(elsewhere.python(READ).split()) == ["Lea", "Noor"]
    assert "The log holds." in elsewhere.well("audit", "verify", "--live")


@pytest.mark.row("R2.1a")
def test_whoever_was_erased_after_the_backup_stays_erased_when_it_is_restored_in_place(clinic, elsewhere):
    elsewhere.well("restore", elsewhere.place)
    elsewhere.python(ERASE.format(clinic.people[0]))
    said = elsewhere.well("restore", elsewhere.place, "--force")
    assert "1 people can be read; 1 were erased after this backup" in said
    assert sorted(elsewhere.python(READ).split()) == ["Lea", "unreadable"]


def test_renewed_halves_carry_an_erasure_to_backups_from_before(clinic, elsewhere):
    elsewhere.well("restore", elsewhere.place)
    elsewhere.python(ERASE.format(clinic.people[0]))
    elsewhere.well("backup", elsewhere.place, "--keys-only")
    (elsewhere.home / "keys.sqlite3").unlink()  # the machine is lost; only the place with the backups is left
    said = elsewhere.well("restore", elsewhere.place, "--force")
    assert "1 people can be read; 1 were erased after this backup" in said
    assert sorted(elsewhere.python(READ).split()) == ["Lea", "unreadable"]


def test_a_backup_holds_no_half_of_a_key(clinic):
    halves = sqlite3.connect(clinic.home / "keys.sqlite3").execute("SELECT half FROM half").fetchall()
    whole = b"".join(file.read_bytes() for file in only_backup(clinic.place).iterdir())
    assert halves
    assert not any(half in whole for (half,) in halves)


def test_nobody_else_can_read_a_backup(clinic):
    modes = {path: path.stat().st_mode & 0o077 for path in (*clinic.place.rglob("*"), clinic.place)}
    assert not any(modes.values()), modes


def test_a_backup_made_while_the_service_writes_is_whole(clinic, elsewhere):
    elsewhere.well("restore", elsewhere.place)
    command = [sys.executable, "-c", "from samen.cli import set_up\nset_up()\n" + WRITE]
    busy = subprocess.Popen(command, env=elsewhere.environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert busy.stdout is not None
        busy.stdout.readline()
        time.sleep(0.3)
        shutil.rmtree(elsewhere.place)
        elsewhere.well("backup", elsewhere.place)
    finally:
        busy.kill()
        busy.wait()
    said = elsewhere.well("restore", elsewhere.place, "--force")
    assert "0 were erased after this backup" in said
    assert "all counts agree" in said


def test_halves_that_a_killed_process_left_half_written_are_those_from_before(clinic, elsewhere):
    elsewhere.well("restore", elsewhere.place)
    halves = elsewhere.home / "keys.sqlite3"
    killed = subprocess.run([sys.executable, "-c", KILLED, halves], check=False)
    assert killed.returncode < 0
    assert (elsewhere.home / "keys.sqlite3-journal").stat().st_size
    said = elsewhere.well("restore", elsewhere.place, "--force")
    assert "2 people can be read; 0 were erased" in said


@pytest.mark.parametrize("name", ["database.*", "manifest.json"])
def test_a_damaged_backup_is_refused_before_anything_changes(elsewhere, name):
    (path,) = only_backup(elsewhere.place).glob(name)
    path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    done = elsewhere.samen("restore", elsewhere.place)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert not (elsewhere.home / "samen.sqlite3").exists()
    assert not (elsewhere.home / "keys.sqlite3").exists()


def test_halves_older_than_the_backup_are_refused_since_newcomers_would_count_as_erased(elsewhere):
    note = elsewhere.place / "keys" / "keys.json"
    found = json.loads(note.read_text())
    note.write_text(json.dumps({**found, "at": "2020-01-01T00:00:00+00:00"}))
    done = elsewhere.samen("restore", elsewhere.place)
    assert (done.returncode, "older than the backup" in done.stderr) == (1, True)


def test_a_restore_never_makes_new_secrets(elsewhere):
    (elsewhere.home / "secrets.toml").unlink()
    done = elsewhere.samen("restore", elsewhere.place)
    assert (done.returncode, "Put your copy" in done.stderr) == (1, True)
    assert not (elsewhere.home / "secrets.toml").exists()


def test_secrets_of_another_service_are_refused(elsewhere):
    (elsewhere.home / "secrets.toml").unlink()
    elsewhere.python("")
    done = elsewhere.samen("restore", elsewhere.place)
    assert (done.returncode, "not the one of the service" in done.stderr) == (1, True)


def test_a_service_that_holds_data_is_not_written_over(clinic):
    done = clinic.samen("restore", clinic.place)
    assert (done.returncode, "--force" in done.stderr) == (1, True)
    assert len(clinic.python(READ).split()) == 2


def test_a_backup_older_than_people_were_told_is_removed(elsewhere):
    elsewhere.well("restore", elsewhere.place)
    old = only_backup(elsewhere.place)
    found = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps({**found, "at": "2020-01-01T00:00:00+00:00"}))
    elsewhere.well("backup", elsewhere.place)
    assert not old.exists()
    assert len(list(elsewhere.place.glob("samen-*"))) == 1
