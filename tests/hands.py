"""Two ways to use a page: with a pointer, or with the keyboard alone (Tab, arrows, Space, Enter and letters)."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 400  # more presses than any page has stops: a target that is not reached by then cannot be reached


class Hands(Protocol):
    """What a person does to a page."""

    def press(self, page: Page, target: Locator) -> None:
        """Press a link or a button."""

    def choose(self, page: Page, target: Locator) -> None:
        """Choose one of several."""

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Write into a field."""


class Pointer:
    """A mouse or a finger."""

    def press(self, page: Page, target: Locator) -> None:
        """Press a link or a button."""
        target.click()

    def choose(self, page: Page, target: Locator) -> None:
        """Choose one of several."""
        target.check()

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Write into a field."""
        target.fill(text)


class Keyboard:
    """No pointer at all: what Tab does not reach cannot be used."""

    def press(self, page: Page, target: Locator) -> None:
        """Press a link or a button."""
        _tab_to(page, target)
        page.keyboard.press("Enter")

    def choose(self, page: Page, target: Locator) -> None:
        """Choose one of several: Tab reaches the group, arrows move within it."""
        group = target.get_attribute("name")
        _tab_to(page, page.locator(f'input[type="radio"][name="{group}"]'))
        page.keyboard.press("Space")
        for _ in range(20):
            if target.is_checked():
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrows do not reach {group}.")

    def tick(self, page: Page, target: Locator) -> None:
        """Tick a box."""
        _tab_to(page, target)
        page.keyboard.press("Space")

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Write into a field."""
        _tab_to(page, target)
        page.keyboard.type(text)


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until one of these elements has the focus, and see that the focus shows."""
    target.first.wait_for(state="attached")
    for _ in range(MOST_TABS):
        if target.evaluate_all("all => all.includes(document.activeElement)"):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", (
                "The focus does not show."
            )
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}.")
