"""A stranger without account writes in Dutch that tablets are ready: help at once, first in the console, taken by a human."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests import browser as looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "ik heb al mijn pillen klaargelegd, vanavond als iedereen slaapt neem ik ze allemaal"
BEGIN = "from samen.cli import set_up\nset_up()\n"
PREPARE = """
from datetime import timedelta
from django.utils import timezone
from tests import named
from tests.rooms.crisis import service
service.in_service()
for number in range(3):
    service.writes("ik heb ruzie met mijn zus", at=timezone.now() - timedelta(minutes=40 - number))
lea = service.counsellor(1)
lea.name = "Lea"
lea.save()
print(named.session_of(lea))
"""
LOOK = """
from samen.ledger.models import Leaf
from samen.people.models import Access
from samen.rights.models.inference import InferenceRecord
from samen.rooms.crisis.models.contact import Contact
found = Contact.objects.order_by("-begun_at").first()
print(found.state, found.taken_by.name, found.lane)
print(*sorted(set(Access.objects.filter(person=found.person).values_list("what", flat=True))))
print(*sorted(set(Leaf.objects.values_list("kind", flat=True))))
print(InferenceRecord.objects.filter(person=found.person, system="crisis.triage").count())
"""


class Line:
    """A help line of its own, served as the product serves it."""

    def __init__(self, home: Path, migrated: Path) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("SAMEN_", "DJANGO_"))}
        self.env = {**plain, "SAMEN_HOME": str(home)}
        shutil.copytree(migrated, home)
        self.session = self.python(PREPARE)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "samen.cli", "serve", "--port", str(self.port)]
        self.log = (home / "server.log").open("w")
        self.server = subprocess.Popen(command, cwd=looking.REPOSITORY, env=self.env, stdout=self.log, stderr=self.log)
        until = time.monotonic() + looking.STARTS_WITHIN
        while True:
            try:
                with urlopen(f"{self.address}/help", timeout=2):
                    return
            except (URLError, OSError):
                dead = time.monotonic() > until or self.server.poll() is not None
                assert not dead, (home / "server.log").read_text()
                time.sleep(0.2)

    def python(self, code: str) -> str:
        """Run a few lines inside this service."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BEGIN + code],
            cwd=looking.REPOSITORY,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def stop(self) -> None:
        """Stop the server."""
        self.server.terminate()
        self.server.wait(timeout=60)  # a stream that is open ends by itself
        self.log.close()


@pytest.fixture
def line(tmp_path: Path, migrated: Path) -> Iterator[Line]:
    made = Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def picture(page: Page, name: str) -> None:
    """Keep an image to look at, where somebody asked for them."""
    if folder := os.environ.get("SAMEN_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.row("S5", "K1.6")
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_stranger_with_tablets_ready_is_helped_at_once_and_taken_first(chromium, line, script):
    stranger = looking.visitor(chromium, line.address, java_script_enabled=script)
    page = stranger.new_page()
    page.goto("/line/")
    if script:
        picture(page, "start")
        assert looking.violations(page) == []
    looking.follow(page, page.locator('button[name="answer"][value="yes"]'))
    if script:
        picture(page, "begun")
    page.get_by_label("Je bericht").fill(WORDS)
    looking.follow(page, page.get_by_role("button", name="Verstuur"))
    said = page.locator("main").inner_text()
    assert "Denk je eraan om jezelf te doden?" in said
    assert page.locator('main a[href="tel:113"]').count() == 1
    if script:
        picture(page, "helped")
        assert looking.violations(page) == []

    staff = looking.visitor(chromium, line.address, java_script_enabled=script)
    staff.add_cookies([{"name": "sessionid", "value": line.session, "url": line.address}])
    console = staff.new_page()
    console.goto("/line/console/")
    upcoming = console.locator("section", has=console.get_by_role("heading", name="Wie er aan de beurt is, en waarom"))
    assert "Direct gevaar" in upcoming.inner_text()
    assert upcoming.locator("mark").count() >= 1
    assert "ruzie met mijn zus" not in console.locator("main").inner_text()
    if script:
        picture(console, "console")
        assert looking.violations(console) == []
    console.get_by_role("button", name="Neem dit gesprek aan").focus()
    with console.expect_navigation():
        console.keyboard.press("Enter")
    console.get_by_label("Je antwoord").fill("Wat goed dat je schrijft. Waar liggen de pillen nu?")
    if script:
        picture(console, "taken")
        assert looking.violations(console) == []
    looking.follow(console, console.get_by_role("button", name="Verstuur je antwoord"))

    if script:
        page.get_by_text("Waar liggen de pillen nu?").wait_for(timeout=20_000)  # live, by server-sent events
        picture(page, "answered")
    else:
        looking.follow(page, page.get_by_role("link", name="Kijk of er antwoord is"))
        page.reload()
    assert "Waar liggen de pillen nu?" in page.locator("main").inner_text()
    assert "Lea" in page.locator("main").inner_text()

    state, looks, kinds, runs = line.python(LOOK).splitlines()
    assert state == "taken Lea 0"
    assert {"crisis:queue", "crisis:person", "people:care"} <= set(looks.split())
    assert {"access", "consent", "inference"} <= set(kinds.split())
    assert int(runs) == 1
    stranger.close()
    staff.close()
