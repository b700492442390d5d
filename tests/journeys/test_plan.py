"""Noor keeps her safety plan on her phone, reads it without a connection, and takes it away again: by a press, and by signing out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import browser as looking
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
from tests import named
from tests.rooms.companion.planned import plan_of
noor = named.person("Noor", "nl")
plan_of(noor)
print(named.session_of(noor))
"""


@pytest.fixture
def planned(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    """Serve a companion in which Noor has a plan."""
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def phone_of(browser: Browser, served: helpline.Line) -> Page:
    """Give a page on Noor's phone."""
    window = looking.visitor(browser, served.address, viewport={"width": 360, "height": 780})
    window.add_cookies([{"name": "sessionid", "value": served.session, "url": served.address}])
    return window.new_page()


def without_connection(page: Page, path: str) -> str:
    """Open a page with the network off; gives its text."""
    page.context.set_offline(True)
    page.goto(path)
    text = page.locator("body").inner_text()
    page.context.set_offline(False)
    return text


def test_a_plan_is_kept_on_a_device_by_a_press_read_offline_and_gone_after_a_press_or_signing_out(
    chromium, planned, tmp_path
):
    page = phone_of(chromium, planned)
    page.goto("/companion/plan/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert "Mijn zus bellen" not in without_connection(page, "/companion/plan/")

    page.goto("/companion/plan/")
    page.locator("[data-do=keep]").click()
    page.locator("[data-do=remove]").wait_for()
    looking_at = without_connection(page, "/companion/talks/")
    assert "113" in looking_at
    assert "Het veiligheidsplan dat op dit apparaat staat" in looking_at
    assert "Mijn zus bellen" not in looking_at  # one press away, not on every page
    page.context.set_offline(True)
    looking.follow(page, page.get_by_role("link", name="Het veiligheidsplan dat op dit apparaat staat"))
    assert "Mijn zus bellen" in page.locator("main").inner_text()
    assert page.locator('a[href="tel:113"]').count() == 1
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"  # its looks came along
    page.screenshot(path=tmp_path / "plan-offline.png", full_page=True)
    page.context.set_offline(False)

    page.goto("/companion/plan/")
    page.locator("[data-do=remove]").click()
    page.locator("[data-do=keep]").wait_for()
    assert "Mijn zus bellen" not in without_connection(page, "/companion/plan/")

    page.goto("/companion/plan/")
    page.locator("[data-do=keep]").click()
    page.locator("[data-do=remove]").wait_for()
    page.goto("/account/logout/")
    looking.follow(page, page.locator('main form[action*="logout"] button').first)
    gone = without_connection(page, "/companion/plan/device/")
    page.context.close()
    assert "Mijn zus bellen" not in gone
    assert "113" in gone


# Each answer comes later than it would.
SLOW = """const quick = window.fetch;
window.fetch = async (...asked) => { await new Promise((done) => setTimeout(done, 1500)); return quick(...asked); };"""


def kept_on(page: Page, path: str) -> None:
    """Keep a page on this device by a press."""
    page.goto(path)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.locator("[data-do=keep]").click()
    page.locator("[data-do=remove]").wait_for()


def stays_away(page: Page, path: str, shelf: str) -> bool:
    """Take away what is kept while it is fetched anew; say whether it is still away when that is over."""
    kept_on(page, path)
    page.add_init_script(SLOW)
    page.goto(path)
    page.locator("[data-do=remove]").click()
    page.locator("[data-do=keep]").wait_for()
    page.wait_for_timeout(2500)
    gone = page.evaluate("shelf => caches.has(shelf)", shelf) is False
    page.context.close()
    return gone


def test_a_plan_that_is_taken_away_while_it_is_brought_up_to_date_stays_away(chromium, planned):
    page = phone_of(chromium, planned)
    assert stays_away(page, "/companion/plan/", "samen-own")
