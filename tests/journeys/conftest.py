"""One small made-up service, made once and served for the journeys as the product serves it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser as looking
from tests import tables

PEOPLE = 12
STAFF = ("robin@example.org", "a door with two locks")  # signs in with password and second factor

ADD_STAFF = """
import sys, django
django.setup()
from django.utils import timezone
from samen.people import store
from samen.people.roles import Role
account = store.create_account(sys.argv[1], "Robin", "en", sys.argv[2])
store.grant_role(account, Role.CLINICIAN, now=timezone.now())
"""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder that workers who run beside each other make only once."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / name).exists():
            make(root / f"{name}-making")  # what was left half-way is not taken for the whole
            (root / f"{name}-making").rename(root / name)
    return root / name


def make_up(home: Path) -> None:
    """Make a small made-up service, with one more who works there."""
    looking.prepare(home, PEOPLE)
    run("-c", ADD_STAFF, *STAFF, home=home)


def migrate(home: Path) -> None:
    """Make the tables of a service that is no demo."""
    tables.fill_home(home)
    environment = {name: value for name, value in looking.environment(home).items() if name != "SAMEN_DEMO"}
    command = [sys.executable, "-m", "samen.cli", "migrate"]
    subprocess.run(command, cwd=looking.REPOSITORY, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a made-up service of one's own."""
    made = made_once(tmp_path_factory, "made-up", make_up)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("home") / "samen"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home with its tables and nobody in it, to be copied: making the tables takes a while, a copy none."""
    return made_once(tmp_path_factory, "migrated", migrate)


def run(*command: str, home: Path) -> str:
    """Run Python on a made-up service, and give what it printed."""
    environment = looking.environment(home)
    said = subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=looking.REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr[-3000:]
    return said.stdout


@pytest.fixture(scope="session")
def sights(home: Path) -> list[dict[str, str]]:
    """Give every page that each role can open; a route whose arguments nobody knows fails here."""
    found = json.loads(run("tests/sights.py", home=home))
    assert found["unknown"] == [], "Add samples for these routes in tests/sights.py."
    return found["sights"]


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Serve the made-up service."""
    with looking.served(home) as where:
        yield where


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser once."""
    with looking.chromium() as started:
        yield started
