"""Somebody lets themselves be watched over: set up, rehearsed, triggered, told to their own contact, contested, stopped, with receipts."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import browser as looking
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
from samen.rooms.crisis import systems
from tests import named
from tests.rooms.crisis import service
from tests.rooms.crisis.in_use import in_use
in_use(systems.WATCH, service.in_service())
noor = named.noor().account
print(named.session_of(noor))
"""
HEARD = "from samen.rooms.crisis.models.watching import Alert\nprint(Alert.objects.count())"
KINDS = "from samen.ledger.store import counts\nprint(*sorted(counts()))"
WAITS = 60  # seconds for the service's own timetable to look and to tell
WORDS = "Ik wil dood, vanavond neem ik de pillen die ik klaar heb liggen."
USE = "notes.safety.own-contact"


@pytest.fixture
def watch(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def mails(home: Path) -> list[str]:
    """Give what lies in the local mail catcher, oldest first."""
    found: list[str] = []
    for each in sorted((home / "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns):
        for part in re.split(rb"\n-{70,}\n", each.read_bytes()):
            if part.strip():
                letter = message_from_bytes(part, policy=policy.default)
                found.append(f"{letter['to']}\n{letter.get_content()}")
    return found


def arrives(home: Path, what: str) -> str:
    """Wait for a mail that holds this."""
    until = time.monotonic() + WAITS * 3
    while time.monotonic() < until:
        for each in mails(home):
            if what in each:
                return each
        time.sleep(1)
    raise AssertionError(f"No mail with {what}: {mails(home)}")


def link_in(letter: str) -> str:
    found = re.search(r"/(?:asked|told)/[\w-]+", letter)
    assert found, letter
    return found.group()


def looked_at(page: Page, name: str) -> None:
    helpline.picture(page, name)
    assert looking.violations(page) == []


def write_note(page: Page, text: str) -> None:
    page.goto("/record")
    field = page.locator('textarea[name="text"]')
    if not field.is_visible():
        page.locator('details:has(textarea[name="text"]) > summary').click()
    field.fill(text)
    looking.follow(page, page.locator('form:has(textarea[name="text"]) button').last)


@pytest.mark.row("A-U3a", "K1.9")
def test_a_watch_is_set_up_rehearsed_triggered_contested_and_stopped(chromium, watch, tmp_path):
    home = tmp_path / "line"
    noor, mum = looking.visitor(chromium, watch.address), looking.visitor(chromium, watch.address)
    noor.add_cookies([{"name": "sessionid", "value": watch.session, "url": watch.address}])
    page, other = noor.new_page(), mum.new_page()

    page.goto("/watch/")
    page.get_by_label("Naam", exact=True).fill("Mam")
    page.get_by_label("E-mailadres").fill("mam@example.org")
    looking.follow(page, page.get_by_role("button", name="Deze persoon vragen"))
    other.goto(link_in(arrives(home, "/asked/")))
    looking.follow(other, other.locator('button[value="yes"]'))
    looked_at(other, "watch-asked")

    page.goto("/watch/")
    page.get_by_label("Mam", exact=True).check()
    for name, value in (("then", "nobody"), ("level", "3"), ("first_minutes", "0"), ("next_minutes", "15")):
        page.locator(f'input[name="{name}"][value="{value}"]').check()
    page.locator('textarea[name="message"]').fill("Bel me, of kom langs. Thee helpt.")
    page.locator('textarea[name="never"]').fill("Niet mijn ouders bellen.")
    page.locator('input[name="until"]').fill((datetime.now(UTC).date() + timedelta(days=30)).isoformat())
    looking.follow(page, page.locator('form[action="/watch/rule"] button').first)

    page.goto("/ai/systems/crisis.watch-own")
    looking.follow(page, page.locator('button[name="answer"][value="right"]'))
    page.locator(f'form:has(input[value="{USE}"]) button[value="yes"]').first.click()
    page.goto("/watch/")
    assert "Aan, tot" in page.locator("main").inner_text()

    page.get_by_label("Woorden om te proberen").fill(WORDS)
    looking.follow(page, page.get_by_role("button", name="Proberen"))
    rehearsed = page.locator("#rehearse ~ form, section:has(#rehearse)").first.inner_text()
    assert "Dan zou dit gebeuren" in rehearsed
    assert "Thee helpt." in rehearsed
    assert len(mails(home)) == 1  # nobody was told anything
    looked_at(page, "watch-rehearsed")

    write_note(page, WORDS)
    letter = arrives(home, "/told/")
    assert letter.startswith("mam@example.org")
    assert "Thee helpt." in letter
    assert WORDS not in letter
    other.goto(link_in(letter))
    assert "Thee helpt." in other.locator("main").inner_text()
    looked_at(other, "watch-told")

    page.goto("/watch/")
    assert "Mam kreeg bericht" in page.locator("main").inner_text()
    looked_at(page, "watch-alert")
    looking.follow(page, page.get_by_role("button", name="Dit klopte niet"))
    looked_at(page, "watch-wrong")
    page.goto("/watch/")
    assert page.get_by_role("button", name="Dit klopte niet").count() == 0

    page.goto("/ai/systems/crisis.watch-own")
    looking.follow(page, page.locator('button[value="crisis.watch-own"]'))
    looked_at(page, "watch-stopped")
    with page.expect_download() as given:
        page.locator('a[href*="/stop"][href*="file"], a[download]').first.click()
    assert "crisis.watch-own" in given.value.path().read_text()
    page.goto("/watch/")
    assert "Uit. Er wordt niets gelezen." in page.locator("main").inner_text()
    write_note(page, WORDS)
    assert watch.python(HEARD).endswith("1")
    assert {"consent", "disclosure", "inference", "stop"} <= set(watch.python(KINDS).splitlines()[-1].split())
