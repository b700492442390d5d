"""axe looks at every page that anybody can open, in both languages, in the light and in the dark."""

from collections import Counter

import pytest
from playwright.sync_api import Browser

from tests import browser as looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "theme"), [("nl", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, address: str, sights: list[dict[str, str]], language: str, theme: str
):
    found: list[str] = []
    looked: Counter[str] = Counter()
    for who in dict.fromkeys(each["who"] for each in sights):
        window = looking.visitor(
            chromium, address, language=language, theme=theme, viewport={"width": 390, "height": 844}
        )
        page = window.new_page()
        if who != "visitor":
            looking.walk_in(page, who)
        for sight in sights:
            # A page that everybody has is looked at without an account and with one.
            if sight["who"] == who and looked[sight["path"]] < 2:
                looked[sight["path"]] += 1
                page.goto(sight["path"])
                found += [f"{who} {sight['path']}: {each}" for each in looking.violations(page)]
        window.close()
    assert not found, "\n".join(found)
