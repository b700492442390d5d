"""One walk over every page as each role: help without login, nothing from elsewhere, a strict policy, room at any size."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from tests import browser as looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT_AT_200 = "225%"  # our own 112.5 %, twice
# Where the Tab key stops first: "skip to content", then help.
FIRST_STOPS = """[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(each => each.tabIndex >= 0 && each.type !== 'hidden').slice(0, 2).map(each => each.getAttribute('href'))"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Walk:
    """What was seen on the way."""

    address: str
    pages: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    without_help: list[str] = field(default_factory=list)
    without_policy: list[str] = field(default_factory=list)
    refused_by_policy: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    too_wide_enlarged: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def walk(chromium: Browser, address: str, sights: list[dict[str, str]]) -> Walk:
    """Open every page of every role once, on the narrowest screen, and once enlarged on a wide one."""
    seen = Walk(address)
    for who in dict.fromkeys(each["who"] for each in sights):
        window = looking.visitor(chromium, address, language="nl", viewport={"width": 320, "height": 640})
        page = window.new_page()
        page.on("request", lambda request: seen.asked.append(request.url))
        page.on(
            "console",
            lambda said: seen.refused_by_policy.append(said.text) if "Content Security" in said.text else None,
        )
        if who != "visitor":
            looking.walk_in(page, who)
        for sight in sights:
            if sight["who"] == who:
                _look(page, f"{who} {sight['path']}", sight["path"], seen)
        window.close()
    return seen


def _look(page: Page, name: str, path: str, seen: Walk) -> None:
    answer = page.goto(path)
    seen.pages.append(name)
    policy = answer.headers.get("content-security-policy", "") if answer else ""
    if "default-src 'none'" not in policy or "unsafe" in policy:
        seen.without_policy.append(name)
    if page.locator('a.top__help[href="/help"]').count() != 1 or page.evaluate(FIRST_STOPS) != ["#content", "/help"]:
        seen.without_help.append(name)
    if page.evaluate(TOO_WIDE) > 0:
        seen.too_wide.append(name)
    seen.looked[path] += 1
    if seen.looked[path] <= looking.TWICE:
        seen.violations += [f"{name}: {each}" for each in looking.violations(page)]
    page.set_viewport_size({"width": 1180, "height": 900})
    page.evaluate(f"document.documentElement.style.fontSize = '{ROOT_AT_200}'")
    if page.evaluate(TOO_WIDE) > 0:
        seen.too_wide_enlarged.append(name)
    page.set_viewport_size({"width": 320, "height": 640})


def test_every_page_that_a_role_can_open_answers(sights):
    assert [each for each in sights if each["status"] != "200"] == []


def test_the_walk_went_through_the_house(walk):
    assert len(walk.pages) > 100


def test_axe_finds_nothing_on_any_page_in_dutch_and_in_the_light(walk):
    assert not walk.violations, "\n".join(walk.violations)


def test_help_is_on_every_page_and_the_first_stop_after_skip_to_content(walk):
    assert walk.without_help == []


def test_help_opens_for_somebody_who_never_signed_in(chromium, address):
    window = looking.visitor(chromium, address, language="nl")
    page = window.new_page()
    page.goto("/")
    page.keyboard.press("Tab")  # past "skip to content"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help")
    page.locator('a[href^="tel:"]').first.wait_for()
    numbers = page.locator('a[href^="tel:"]').count()
    window.close()
    assert numbers > 0


def test_no_page_asks_another_host_for_anything(walk):
    assert walk.asked
    assert [url for url in walk.asked if not url.startswith((walk.address, "data:", "blob:"))] == []


def test_every_page_has_a_strict_policy(walk):
    assert walk.without_policy == []


def test_no_page_breaks_its_own_policy(walk):
    assert walk.refused_by_policy == []


def test_no_page_needs_sideways_scrolling_on_the_narrowest_screen(walk):
    assert walk.too_wide == []


def test_no_page_needs_sideways_scrolling_with_text_of_twice_the_size(walk):
    assert walk.too_wide_enlarged == []
