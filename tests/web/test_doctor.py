"""What the doctor must find, each by making it so; and that nothing is found where nothing is wrong."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from os import urandom

import pytest
from django.conf import settings
from django.db import connection

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.rights import gate
from samen.rooms.crisis.door import numbers as help_numbers
from samen.web import doctor, doctor_data
from samen.web.config import SECRETS, Config
from samen.web.findings import Level
from tests import named

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2040, 1, 1, tzinfo=UTC)


def good_secrets():
    return {name: urlsafe_b64encode(urandom(32)).decode() for name in SECRETS}


def found(findings):
    return {(each.code, each.level) for each in findings}


# --- secrets, switches, doors ---


def test_secrets_that_the_product_made_are_well():
    assert found(doctor.secrets(good_secrets())) == set()


@pytest.mark.parametrize("weak", ["changeme", "", "AAAA" * 11, urlsafe_b64encode(b"secret").decode()])
def test_a_default_or_short_secret_is_a_danger(weak):
    assert ("WEAK_SECRET", Level.DANGER) in found(doctor.secrets({**good_secrets(), "ledger_key": weak}))


def test_one_secret_for_two_things_is_a_danger():
    held = good_secrets()
    assert ("SAME_SECRET", Level.DANGER) in found(doctor.secrets({**held, "ledger_key": held["service_key"]}))


def test_debug_pages_are_a_danger_where_real_people_are():
    assert found(doctor.switches(Config(debug=True))) == {("DEBUG", Level.DANGER)}


def test_the_demo_is_named_and_no_danger_on_this_machine_alone():
    assert found(doctor.switches(Config(demo=True))) == {("DEMO", Level.NOTE)}
    assert found(doctor.doors(Config(demo=True))) == set()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_this_machine_alone_is_no_open_door(host):
    assert found(doctor.doors(Config(host=host))) == set()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "samen.example"])
def test_an_address_that_other_machines_reach_is_a_danger_without_tls(host):
    assert found(doctor.doors(Config(host=host))) == {("OPEN_PORT", Level.DANGER)}


def test_a_demo_that_other_machines_reach_is_a_danger_even_with_tls():
    assert found(doctor.doors(Config(host="0.0.0.0", https=True, demo=True))) == {("OPEN_DEMO", Level.DANGER)}


def test_answering_to_every_host_name_is_a_danger():
    assert found(doctor.doors(Config(host="0.0.0.0", https=True, hosts=("*",)))) == {("ANY_HOST", Level.DANGER)}


# --- files and the address of the database ---


@pytest.fixture
def home(tmp_path):
    """A home in which everything is private, below folders that others may enter, as far as we may say so."""
    made = tmp_path / "home"
    made.mkdir()
    for name in ("secrets.toml", "keys.sqlite3", "samen.sqlite3"):
        (made / name).touch(mode=0o600)
    return made


def test_private_files_are_well(home):
    assert found(doctor.files(home)) == set()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o666])
def test_secrets_that_others_can_read_are_a_danger_wherever_they_lie(home, mode):
    (home / "secrets.toml").chmod(mode)
    assert found(doctor.files(home)) == {("READABLE", Level.DANGER)}


def test_a_database_that_the_world_can_read_is_a_danger(home, monkeypatch):
    monkeypatch.setattr(doctor, "_entered_by_others", lambda folder: folder.stat().st_mode & 0o001)
    home.chmod(0o755)
    (home / "samen.sqlite3").chmod(0o644)
    assert found(doctor.files(home)) == {("READABLE", Level.DANGER)}


def test_a_wide_database_in_a_folder_that_nobody_else_enters_is_well(home):
    home.chmod(0o700)
    (home / "samen.sqlite3").chmod(0o644)
    assert found(doctor.files(home)) == set()


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("sqlite:////srv/samen/samen.sqlite3", set()),
        ("postgresql:///samen?host=/run/postgresql", set()),
        ("postgresql://samen:long@127.0.0.1/samen", set()),
        ("postgresql://samen@127.0.0.1/samen", {("NO_PASSWORD", Level.DANGER)}),
        ("postgresql://postgres:long@127.0.0.1/samen", {("DEFAULT_USER", Level.DANGER)}),
    ],
)
def test_a_database_that_lets_anybody_in_is_a_danger(url, codes):
    assert found(doctor.database_address(url)) == codes


@pytest.mark.parametrize(
    ("listens", "encrypted", "level"),
    [
        (["localhost"], False, None),
        (["127.0.0.1", "::1"], False, None),
        ([], False, None),
        (["*"], False, Level.DANGER),
        (["localhost", "10.0.0.4"], False, Level.DANGER),
        (["*"], True, Level.WARNING),
    ],
)
def test_a_database_bound_off_loopback_is_found(listens, encrypted, level):
    expected = {("DATABASE_OPEN", level)} if level else set()
    assert found(doctor_data.reach(listens, address="", encrypted=encrypted)) == expected


# --- extras and help lines: never a danger ---


def test_an_extra_that_nothing_needs_is_a_note_and_one_that_a_system_needs_a_warning(monkeypatch):
    absent = [name for name in doctor.EXTRAS if gate.extra_missing(name)]
    assert found(doctor.extras()) == ({("EXTRA_MISSING", Level.NOTE)} if absent else set())
    monkeypatch.setattr(doctor, "_off_without", lambda extra: ["some-system"])
    assert found(doctor.extras()) == {("EXTRA_MISSING", Level.WARNING)}


def test_help_lines_that_were_just_checked_are_well():
    newest = max(each.checked for each in help_numbers.load("en", NOW.date()))
    assert found(doctor.numbers(datetime(newest.year, newest.month, newest.day, tzinfo=UTC))) == set()


def test_a_stale_directory_is_a_warning_and_never_a_danger():
    assert found(doctor.numbers(LATER)) == {("NUMBERS_STALE", Level.WARNING)}


# --- the database ---

in_database = pytest.mark.django_db


@in_database
def test_a_database_with_all_its_guards_is_well():
    assert found(doctor_data.kept()) == set()


@in_database
def test_a_table_that_lost_its_guards_is_a_danger():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_leaf'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER USER")
    assert found(doctor_data.kept()) == {("NOT_KEPT", Level.DANGER)}


def log(at):
    ledger.append([Entry(Kind.KEY, {"what": "test"})], at=at)


@in_database
def test_a_log_that_agrees_is_well():
    log(NOW)
    ledger.checkpoint(NOW)
    assert found(doctor_data.log()) == set()


@in_database
def test_a_log_signed_with_another_key_is_a_danger(monkeypatch):
    log(NOW)
    ledger.checkpoint(NOW)
    monkeypatch.setitem(settings.SECRETS, "ledger_key", urlsafe_b64encode(urandom(32)).decode())
    assert ("LOG_KEY", Level.DANGER) in found(doctor_data.log())


@in_database
def test_a_clock_that_stands_before_what_was_written_is_a_danger():
    log(NOW)
    assert ("CLOCK_BEHIND", Level.DANGER) in found(doctor_data.clock(NOW - timedelta(minutes=1)))
    assert ("CLOCK_BEHIND", Level.DANGER) not in found(doctor_data.clock(NOW))


@in_database
def test_keys_under_another_service_key_are_a_danger(monkeypatch):
    named.noor()
    assert "SERVICE_KEY" not in {code for code, _ in found(doctor_data.keys())}
    monkeypatch.setitem(settings.SECRETS, "service_key", urlsafe_b64encode(urandom(32)).decode())
    assert ("SERVICE_KEY", Level.DANGER) in found(doctor_data.keys())


@in_database
def test_demo_mode_where_somebody_has_a_real_address_is_a_danger():
    people.create_account("noor@example.org")
    assert found(doctor_data.demo(Config(demo=True))) == set()
    people.create_account("noor@hospital.nl")
    assert found(doctor_data.demo(Config(demo=True))) == {("DEMO_WITH_PEOPLE", Level.DANGER)}
    assert found(doctor_data.demo(Config())) == set()


@in_database
def test_a_service_without_a_backup_is_told_so(tmp_path):
    assert found(doctor_data.backups(Config(home=tmp_path), NOW)) == {("NO_BACKUP", Level.NOTE)}
