"""Noor walks an exercise to its end by buttons alone, without script; then danger is heard, she goes on, and deletes the talk."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import browser as looking
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
from tests import named
from tests.rooms.companion import in_use
in_use.in_service()
noor = named.person("Noor", "nl").account
print(named.session_of(noor))
"""
LEFT = """
from samen.ledger.models import Leaf
from samen.rights.models.inference import InferenceRecord
from samen.rooms.companion.models.talk import Exchange, Talk
print(Talk.objects.count(), Exchange.objects.count())
print(*sorted(set(InferenceRecord.objects.filter(system="companion.talk").values_list("state", flat=True))))
print(sum("erasure" == each for each in Leaf.objects.values_list("kind", flat=True)))
"""
DANGER = "ik heb de pillen al klaargelegd, vanavond is het voorbij"
MOST = 60  # turns within which any exercise ends
FIRST = ("go", "s:7", "next", "keep", "skip")  # what is pressed where it is offered; else the first button


@pytest.fixture
def companion(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def offered(page: Page) -> list[str]:
    """Give what can be pressed in the talk, without what is always possible."""
    found = page.locator('form[action="/companion/give/"] button[name="press"]')
    always = {"human", "later", "stop", "what"}
    pressed = [found.nth(place).get_attribute("value") or "" for place in range(found.count())]
    return [each for each in dict.fromkeys(pressed) if each not in always]


def press(page: Page, what: str) -> None:
    looking.follow(page, page.locator(f'form[action="/companion/give/"] button[value="{what}"]').first)


def said(page: Page) -> str:
    return page.locator(".turns__program").last.inner_text()


@pytest.mark.row("A-U1b", "K1.7", "K5.2", "O1")
def test_an_exercise_is_walked_by_buttons_without_script_and_the_talk_is_deleted(chromium, companion, tmp_path):
    context = looking.visitor(chromium, companion.address, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": companion.session, "url": companion.address}])
    page = context.new_page()

    page.goto("/companion/")
    helpline.picture(page, "companion-ask")
    looking.follow(page, page.locator('button[name="yes"][value="1"]'))
    helpline.picture(page, "companion-hall")
    press(page, "t:worry")
    press(page, "m:worry-time")
    seen = []
    while not page.locator('main a[href*="/worry-time/"]').count():
        seen.append(said(page))
        assert len(seen) < MOST, seen
        choices = offered(page)
        press(page, next((each for each in FIRST if each in choices), choices[0]))
    assert len(seen) >= 5
    assert all(before != after for before, after in pairwise(seen))
    helpline.picture(page, "companion-end")
    looking.follow(page, page.locator('main a[href*="/worry-time/"]'))
    helpline.picture(page, "companion-summary")
    assert page.locator("dl dd").count() > 0

    page.goto("/companion/")
    page.locator("#text").fill(DANGER)
    looking.follow(page, page.locator("form:has(#text) button:not([name])").first)
    assert page.locator(".call__number").count() > 0
    assert "113" in page.locator("main").inner_text()
    assert page.locator('main a[href="/help"]').count() > 0
    helpline.picture(page, "companion-danger")
    press(page, offered(page)[0])
    assert said(page)

    looking.follow(page, page.get_by_role("link", name="Mijn gesprekken"))
    helpline.picture(page, "companion-talks")
    looking.follow(page, page.locator("main section h2 a").first)
    helpline.picture(page, "companion-one")
    assert DANGER in page.locator("main").inner_text()
    looking.follow(page, page.get_by_role("link", name="Dit gesprek wissen"))
    helpline.picture(page, "companion-delete")
    looking.follow(page, page.get_by_role("button", name="Ja, wissen"))
    helpline.picture(page, "companion-deleted")
    assert "Gewiste gesprekken: 1." in page.locator("main").inner_text()
    assert companion.python(LEFT).splitlines()[-3:] == ["0 0", "cleared", "1"]


UNCLEAR = "ik wil morgen niet meer wakker worden"


@pytest.mark.row("A-U1b", "K1.7")
def test_a_question_about_suicide_is_answered_and_the_exercise_keeps_what_was_written(chromium, companion):
    context = looking.visitor(chromium, companion.address, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": companion.session, "url": companion.address}])
    page = context.new_page()

    def types(text: str) -> str:
        page.locator("#text").fill(text)
        looking.follow(page, page.locator("form:has(#text) button:not([name])").first)
        return said(page)

    page.goto("/companion/")
    looking.follow(page, page.locator('button[name="yes"][value="1"]'))
    press(page, "t:worry")
    press(page, "m:worry-time")
    while "keep" not in offered(page):
        press(page, next(each for each in FIRST if each in offered(page)))
    asks = said(page)

    assert "Denk je weleens aan zelfmoord?" in types(UNCLEAR)
    helpline.picture(page, "companion-question")
    assert "Dank je voor je antwoord." in types("nee, gewoon moe")
    helpline.picture(page, "companion-no")
    press(page, "resume:worry-time")
    helpline.picture(page, "companion-use")
    assert offered(page)[0] == "use"
    assert page.locator('button[value="use"]').first.inner_text() == "Laat staan wat ik schreef"
    press(page, "use")
    helpline.picture(page, "companion-used")
    assert UNCLEAR in said(page)
    assert said(page) != asks

    looking.follow(page, page.locator('form[action="/companion/fresh/"] button'))
    assert "Denk je weleens aan zelfmoord?" in types(UNCLEAR)
    types("soms wel ja")
    helpline.picture(page, "companion-yes")
    assert page.locator(".call__number").count() > 0
    assert page.locator('main a[href="tel:113"]').count() > 0
