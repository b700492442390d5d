"""One small made-up service, made once and served for the journeys as the product serves it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser as looking

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


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a made-up service of one's own; workers that run beside each other make it once and copy it."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (root / "made-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "made-up").exists():
            looking.prepare(root / "made-up", PEOPLE)
            run("-c", ADD_STAFF, *STAFF, home=root / "made-up")
    return Path(shutil.copytree(root / "made-up", tmp_path_factory.mktemp("home") / "samen"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home with its tables and nobody in it, to be copied: making the tables takes a while, a copy none."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (root / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "migrated").exists():
            (root / "making").mkdir(mode=0o700)
            environment = {
                name: value for name, value in looking.environment(root / "making").items() if name != "SAMEN_DEMO"
            }
            subprocess.run(
                [sys.executable, "-m", "samen.cli", "migrate"],
                cwd=looking.REPOSITORY,
                env=environment,
                check=True,
                capture_output=True,
            )
            (root / "making").rename(root / "migrated")
    return root / "migrated"


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
