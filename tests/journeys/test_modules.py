"""Every exercise of the companion is done in the browser, without script: by turns in Dutch by buttons, in English by typing.

All ways, languages and answers of all exercises are walked by the self-test of the room, which needs no browser.
"""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from samen.rooms.companion.store import modules
from tests import browser as looking
from tests.journeys import test_companion as talking
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
import json
from tests import named
from tests.rooms.companion import in_use
in_use.in_service()
keys = {}
for language in ("nl", "en"):
    who = named.person("Noor" if language == "nl" else "Lea", language)
    in_use.says_yes(who, language)
    keys[language] = named.session_of(who)
print(json.dumps(keys))
"""
WORDS = "My neighbour was kind to me yesterday"  # what is typed where an exercise asks for one's own words
WAYS = ("nl", "en")  # by buttons; by typing
MODULES = [pytest.param(each, WAYS[at % 2], id=each.id) for at, each in enumerate(modules.shipped().exercises.values())]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[helpline.Line]:
    """Serve one companion for all exercises: each begins where the one before ended, in the hall."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helpline, "PREPARE", PREPARE)
        made = helpline.Line(tmp_path_factory.mktemp("modules") / "home", migrated)
    yield made
    made.stop()


def window(chromium: Browser, served: helpline.Line, language: str) -> Page:
    context = looking.visitor(
        chromium, served.address, language=language, java_script_enabled=False, viewport={"width": 360, "height": 780}
    )
    key = json.loads(served.session.splitlines()[-1])[language]
    context.add_cookies([{"name": "sessionid", "value": key, "url": served.address}])
    return context.new_page()


def type_into(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    looking.follow(page, page.locator("form:has(#text) button:not([name])").first)


def goes_on(page: Page, *, typing: bool) -> None:
    """Answer what is asked: by the first button that leads on, or by typing its words, or one's own."""
    choices = talking.offered(page)
    chosen = next((each for each in talking.FIRST if each in choices), choices[0])
    if not typing or not page.locator("#text").count():  # a scale is pressed
        talking.press(page, chosen)
    elif "keep" in choices:
        type_into(page, WORDS)
    else:
        type_into(page, page.locator(f'.ways button[value="{chosen}"]').first.inner_text())


@pytest.mark.row("A-U1b", "O1")
@pytest.mark.parametrize(("module", "language"), MODULES)
def test_an_exercise_is_done_to_its_end(chromium, served, module, language):
    page = window(chromium, served, language)
    page.goto("/companion/")
    looking.follow(page, page.locator('form[action="/companion/fresh/"] button'))
    talking.press(page, f"t:{module.theme}")
    talking.press(page, f"m:{module.id}")
    seen: list[str] = []
    while not page.locator(f'main a[href$="/{module.id}/"]').count():
        seen.append(talking.said(page))
        assert len(seen) < talking.MOST, seen
        goes_on(page, typing=language == "en")
    page.context.close()
    assert len(seen) >= 4  # the way on for whom an exercise is not safe is the shortest: it leads to a human
    assert all(before != after for before, after in pairwise(seen))
