"""axe looks at every page that anybody can open, in English and in the dark; in Dutch and in the light on the walk over every page."""

from collections import Counter

import pytest
from playwright.sync_api import Browser

from tests import browser as looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_axe_finds_nothing_on_any_page_in_english_and_in_the_dark(
    chromium: Browser, address: str, sights: list[dict[str, str]]
):
    found: list[str] = []
    looked: Counter[str] = Counter()
    for who in dict.fromkeys(each["who"] for each in sights):
        window = looking.visitor(chromium, address, language="en", theme="dark", viewport={"width": 390, "height": 844})
        page = window.new_page()
        if who != "visitor":
            looking.walk_in(page, who)
        for sight in sights:
            if sight["who"] == who and looked[sight["path"]] < looking.TWICE:
                looked[sight["path"]] += 1
                page.goto(sight["path"])
                found += [f"{who} {sight['path']}: {each}" for each in looking.violations(page)]
        window.close()
    assert not found, "\n".join(found)
