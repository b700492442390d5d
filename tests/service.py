"""A service of its own for tests of the command line: a home, a database of the kind under test, and `samen` as a process."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import tables

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw")
TABLES = f"tables_{_WORKER}"  # on PostgreSQL: a database to copy
SAMEN = (sys.executable, "-m", "samen.cli")


@dataclass
class Service:
    """One service; `samen` runs a command of it as an operator would."""

    home: Path
    database: str = ""  # empty: SQLite in home
    more: dict[str, str] = field(default_factory=dict)

    def environment(self, **settings: str) -> dict[str, str]:
        """Give the environment of a command: nothing of the tests' own service."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("SAMEN_", "DJANGO_"))}
        mine = {"SAMEN_HOME": str(self.home), **({"SAMEN_DATABASE": self.database} if self.database else {})}
        return {**plain, **mine, **self.more, **settings, "NO_COLOR": "1", "COLUMNS": "200"}

    def samen(self, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run one command."""
        command = [*SAMEN, *map(str, words)]
        return subprocess.run(
            command,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def well(self, *words: object, **settings: str) -> str:
        """Run one command that must succeed, and give what it printed."""
        done = self.samen(*words, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """Run a few lines inside this service, with Django set up."""
        begun = "from samen.cli import set_up\nset_up()\n"
        done = subprocess.run(
            [sys.executable, "-c", begun + code], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def new(home: Path, name: str) -> Service:
    """Give a service with an empty database of the kind under test."""
    home.mkdir(mode=0o700)
    return Service(home, _database(name) if os.environ.get("SAMEN_TEST_DATABASE") == "postgresql" else "")


def migrated(home: Path, name: str) -> Service:
    """Give a service with its tables and secrets, and nobody in it. The tables are copied where some were made before."""
    home.mkdir(mode=0o700)
    if os.environ.get("SAMEN_TEST_DATABASE") != "postgresql":
        tables.fill_home(home)
        made = Service(home)
        made.well("migrate")
        return made
    made = Service(home, _database(name, out_of=TABLES))
    made.well("migrate")
    with _server() as server:
        if not _is_there(server, TABLES):
            server.execute(f'CREATE DATABASE "{TABLES}" TEMPLATE "{_own(name)}"')
    return made


def _database(name: str, out_of: str = "") -> str:
    """Make a database on the tests' own PostgreSQL, as a copy of another where that is there, and give its address."""
    own = _own(name)
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{own}"')
        copied = f' TEMPLATE "{out_of}"' if out_of and _is_there(server, out_of) else ""
        server.execute(f'CREATE DATABASE "{own}"{copied}')
    return os.environ["SAMEN_DATABASE"].replace("/samen?", f"/{own}?")


def _own(name: str) -> str:
    return f"{re.sub('[^a-z]', '_', name)}_{_WORKER}"


def _server() -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(os.environ["SAMEN_DATABASE"].replace("/samen?", "/postgres?"), autocommit=True)


def _is_there(server: "psycopg.Connection[tuple[str]]", name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
