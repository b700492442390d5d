"""What every test stands on: a home of its own, one of the two databases, and no network.

`SAMEN_TEST_DATABASE=postgresql` runs the same tests on a private PostgreSQL that is started and stopped here.
Django's settings are named here and not in pyproject.toml: pytest-django would read them before the home is set.
"""

import atexit
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings

sys.path.insert(0, str(Path(__file__).parent.parent))  # so that tests find each other: `from tests import named`
from tests import postgres, tables

# Files of minutes, begun first: whoever met one last would work on alone while the other worker has nothing left.
LONGEST = (
    "web/test_frame_browser.py",  # before every journey: its database cannot be made once Playwright's loop runs in the thread
    "web/test_demo_people.py",
    "acceptance/test_walk.py",
    "journeys/test_every_page.py",
    "journeys/test_modules.py",
    "journeys/test_whole_journey.py",
    "journeys/test_axe.py",
    "journeys/test_editing.py",
    "rooms/sensing/test_spark.py",
    "rooms/crisis/test_detect.py",
    "rooms/companion/test_guide_asked.py",
    "rooms/companion/test_rephrase.py",
    "rights/test_coverage.py",
    "rooms/crisis/test_triage_races.py",
    "web/test_backup.py",
    "web/test_serving.py",
)
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ  # the one that started the workers also started the server
assert not settings.configured, "Django was set up before the tests chose a home. Unset DJANGO_SETTINGS_MODULE."

HOME = tempfile.mkdtemp(prefix="samen-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in [each for each in os.environ if each.startswith("SAMEN_") and not each.startswith("SAMEN_TEST_")]:
    if name != "SAMEN_DATABASE" or not IS_WORKER:
        del os.environ[name]
os.environ["SAMEN_HOME"] = HOME
os.environ.setdefault("PYTHONHASHSEED", "0")  # workers must collect what stands in a set in one order
if os.environ.get("SAMEN_TEST_DATABASE") == "postgresql" and not IS_WORKER:
    server = postgres.Server()
    atexit.register(server.stop)
    os.environ["SAMEN_DATABASE"] = server.url("samen")

os.environ["DJANGO_SETTINGS_MODULE"] = "samen.web.settings"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow ones guard real passwords
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]  # or pytest-django in a worker would set up before its home is chosen

from django.db import connection  # noqa: E402 (needs Django set up)
from django.db.backends.base.operations import BaseDatabaseOperations  # noqa: E402
from django.db.backends.sqlite3.creation import DatabaseCreation  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker for tests that start a service of their own."""
    config.addinivalue_line(
        "markers", "service: starts a service of its own, with a home and a database beside the tests'"
    )
    config.addinivalue_line(
        "markers", "on_sqlite: runs on SQLite alone; what it uses of the database is tested on both elsewhere"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first, the browser last, and on PostgreSQL leave out what touches no database: it ran on SQLite already.

    Playwright leaves an event loop running in its thread, in which Django refuses to touch a database.
    """
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, _place(item)))
    if os.environ.get("SAMEN_TEST_DATABASE") != "postgresql":
        return
    out = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if _touches_database(item)]


def _place(item: pytest.Item) -> int:
    file = item.path.relative_to(Path(__file__).parent).as_posix()
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("on_sqlite"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("service")
    return marked is not None or bool(fixtures & {"db", "transactional_db", "live_server"})


class NoNetwork(RuntimeError):
    """A test reached for the network."""


def _is_here(host: object) -> bool:
    """Say whether an address is this machine's own."""
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ip_address(name).is_loopback or ip_address(name).is_unspecified
    except ValueError:
        return name == "localhost"


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    patch = pytest.MonkeyPatch()
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise NoNetwork(f"A test reached for {address[0]}. Tests run with the network off.")
        connect(self, address)

    def look_up_here(host: Any, *details: Any, **more: Any) -> Any:
        if not _is_here(host):
            raise NoNetwork(f"A test looked up {host}. Tests run with the network off.")
        return look_up(host, *details, **more)

    patch.setattr(socket.socket, "connect", only_here)
    patch.setattr(socket, "getaddrinfo", look_up_here)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Let an empty database of SQLite begin with the tables that an earlier run made; migrations add what is missing."""
    made = DatabaseCreation._create_test_db

    def make(self: DatabaseCreation, *how: Any, **more: Any) -> Any:
        name = made(self, *how, **more)
        with sqlite3.connect(name, uri=True) as into:
            tables.fill(into)
        held.append(into)  # a database in memory is gone with its last connection
        return name

    held: list[sqlite3.Connection] = []
    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseCreation, "_create_test_db", make)
    yield
    patch.undo()
    for each in held:
        each.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep the tables of SQLite for the next run."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.ensure_connection()
            tables.keep(connection.connection)


@pytest.fixture(scope="session", autouse=True)
def _emptying_lifts_triggers() -> Iterator[None]:
    """Let a `transaction=True` test be cleaned up: the triggers that keep rows step aside for that, and come back."""
    emptied = BaseDatabaseOperations.execute_sql_flush

    def empty(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "sqlite":
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
                off = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
                on = [sql for _, sql in triggers]
            else:
                cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
                tables = [name for (name,) in cursor.fetchall()]
                off = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables]
                on = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in tables]
        emptied(self, [*off, *sql_list, *on])

    BaseDatabaseOperations.execute_sql_flush = empty
    yield
    BaseDatabaseOperations.execute_sql_flush = emptied
