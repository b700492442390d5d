"""Noor fills in how it is without a connection, and it is sent once when there is one again; and she plays a game by keys, with and without one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import browser as looking
from tests.journeys import test_crisis_line as helpline
from tests.journeys.test_plan import kept_on, phone_of, stays_away

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
from tests import named
from tests.rooms.sensing import sending
noor = named.person("Noor", "nl")
sending.say(noor, "activities", yes=True)
print(named.session_of(noor))
"""
LOOK = """
from tests import named
from samen.rooms.sensing.store import activities as store
for each in store.done(named.own(named.person("Noor", "nl"))):
    print(each.activity, each.body["static_data"].get("input", ""), len(each.body["temporal_slices"]))
"""


@pytest.fixture
def served(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    """Serve a house in which Noor lets results be kept."""
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def plays(page: Page) -> None:
    """Press the first two of a trail by keys, and stop."""
    page.locator("[data-start]").focus()
    page.keyboard.press("Enter")
    for number in (1, 2):
        page.locator(f'[data-item="{number}"]').focus()
        page.keyboard.press("Space")
    page.locator("[data-stop]").focus()
    page.keyboard.press("Enter")
    looking.follow(page, page.locator("[data-finish] button"))


def test_what_was_filled_in_offline_is_sent_once_and_a_game_is_played_by_keys(chromium, served):
    page = phone_of(chromium, served)
    kept_on(page, "/activities/phone/")

    page.context.set_offline(True)
    page.goto("/activities/")
    page.get_by_role("link", name="Hoe is het nu").click()
    page.get_by_label("rustig").check()
    page.get_by_role("button", name="Ik ben klaar").click()
    page.get_by_text("Wacht op dit apparaat: 1.").wait_for()
    page.get_by_role("link", name="Hoe je je voelde: stemming").click()
    page.locator('[name="phq-9.9"][value="1"]').check()
    page.locator("#do-phq-9").get_by_role("button", name="Ik ben klaar").click()
    page.get_by_text("Goed dat je dit zegt").wait_for()  # and the numbers, without a connection
    assert page.locator('#help a[href="tel:113"]').is_visible()
    page.goto("/activities/device/")
    looking.follow(page, page.locator('a[href="/activities/device/trails-a/"]'))
    plays(page)
    page.wait_for_url("**/activities/device/")
    page.get_by_text("Wacht op dit apparaat: 3.").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Het is verstuurd.").wait_for()

    page.goto("/activities/trails-a/")
    plays(page)
    assert "Je stopte bij 2 van de 25." in page.locator("main").inner_text()
    assert sorted(served.python(LOOK).splitlines()) == ["mood-log  1", "phq-9  1", *["trails-a keyboard 2"] * 2]


def test_activities_that_are_taken_away_while_they_are_brought_up_to_date_stay_away(chromium, served):
    assert stays_away(phone_of(chromium, served), "/activities/phone/", "samen-activities")
