"""Every exercise is done to its end in a browser without script: by buttons alone or by typing, in one language or the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from samen.rooms.companion.store import modules
from tests import browser as looking
from tests.journeys import test_companion as companion
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXERCISES = modules.shipped().exercises
COMBINATIONS = (("nl", False), ("en", True), ("nl", True), ("en", False))  # language, and whether it is typed
WAYS = [(name, *COMBINATIONS[place % len(COMBINATIONS)]) for place, name in enumerate(EXERCISES)]
OWN = {"en": "a quiet afternoon with tea", "nl": "een rustige middag met thee"}
MOST = 90  # turns within which any exercise ends


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[helpline.Line]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helpline, "PREPARE", companion.PREPARE)
        made = helpline.Line(Path(tmp_path_factory.mktemp("modules")) / "line")
        yield made
        made.stop()


@pytest.mark.row("A-U1b", "S17")
@pytest.mark.parametrize(("name", "language", "typing"), WAYS)
def test_an_exercise_is_done_to_its_end(chromium: Browser, line: helpline.Line, name: str, language: str, typing: bool):
    context = looking.visitor(chromium, line.address, java_script_enabled=False)
    context.add_cookies(
        [
            {"name": "sessionid", "value": line.session, "url": line.address},
            {"name": "django_language", "value": language, "url": line.address},
        ]
    )
    page = context.new_page()
    page.goto("/companion/")
    if page.locator('button[name="yes"][value="1"]').count():
        page.locator('button[name="yes"][value="1"]').click()
    page.locator('form[action="/companion/fresh/"] button').click()
    write(page, EXERCISES[name].title[language])
    if f"m:{name}" in companion.offered(page):
        companion.press(page, f"m:{name}")
    ends = page.locator(f'main a[href$="/{name}/"].button')
    said: list[str] = []
    while not ends.count():
        said.append(companion.said(page))
        assert len(said) < MOST, said[-8:]
        answer(page, language, typing=typing)
    ends.first.click()
    assert EXERCISES[name].title[language] in page.locator("main").inner_text()
    context.close()


def answer(page: Page, language: str, *, typing: bool) -> None:
    """Go one turn on: by a button, or by typing what stands on it; where a text is asked for, by a text of one's own."""
    choices = companion.offered(page)
    chosen = next((each for each in companion.FIRST if each in choices), choices[0] if choices else "")
    is_scale = page.locator("fieldset .scale").count()
    if not typing or is_scale:
        companion.press(page, chosen)
    elif chosen in ("", "keep"):
        write(page, OWN[language])
    else:
        write(page, page.locator(f'form[action="/companion/give/"] button[value="{chosen}"]').first.inner_text())


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator('form[action="/companion/give/"]', has=page.locator("#text")).locator("button").first.click()
