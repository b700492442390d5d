"""Noor keeps her safety plan on her phone, reads it without a connection, and takes it away again: by a press, and by signing out."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from samen.people.models import Person
from tests import browser as looking
from tests import named
from tests.rooms.companion.planned import plan_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the thread that empties the database
    with looking.chromium() as started:
        yield started
    patch.undo()


def phone_of(browser: Browser, address: str, who: Person) -> Page:
    """Give a page on the phone of somebody who is signed in."""
    window = looking.visitor(browser, address, viewport={"width": 360, "height": 780})
    session = named.sign_in(Client(), who).cookies["sessionid"].value
    window.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return window.new_page()


def without_connection(page: Page, path: str) -> str:
    """Open a page with the network off; gives its text."""
    page.context.set_offline(True)
    page.goto(path)
    text = page.locator("body").inner_text()
    page.context.set_offline(False)
    return text


def test_a_plan_is_kept_on_a_device_by_a_press_read_offline_and_gone_after_a_press_or_signing_out(
    chromium, live_server, tmp_path
):
    noor = named.person("Noor", "nl")
    plan_of(noor)
    page = phone_of(chromium, live_server.url, noor)
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
