"""Staff sign in with a password and a second factor, and nothing of anybody's opens before both."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page

from tests import browser as looking
from tests.journeys.conftest import STAFF

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_staff_set_up_a_second_factor_and_need_it_from_then_on(chromium, address):
    first = looking.visitor(chromium, address, language="en")
    page = first.new_page()
    sign_in(page)
    page.goto("/my-people")
    assert "/second-factor" in page.url
    secret = set_up(page)
    page.goto("/my-people")
    assert page.url.endswith("/my-people")
    first.close()

    again = looking.visitor(chromium, address, language="en")
    page = again.new_page()
    sign_in(page)
    page.goto("/my-people")
    assert not page.url.endswith("/my-people")
    again.close()

    last = looking.visitor(chromium, address, language="en")
    page = last.new_page()
    sign_in(page)
    page.locator('input[name="code"]').first.fill(code(secret, later=True))
    page.locator('input[name="code"]').first.press("Enter")
    page.wait_for_url(re.compile(r"^(?!.*/account/)"))
    page.goto("/my-people")
    assert page.url.endswith("/my-people")
    last.close()


def sign_in(page: Page) -> None:
    """Sign in with e-mail and password."""
    email, password = STAFF
    page.goto("/account/login/")
    page.locator('input[name="login"]').fill(email)
    page.locator('input[name="password"]').fill(password)
    page.locator('input[name="password"]').press("Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def set_up(page: Page) -> str:
    """Set up a code app, and give its secret."""
    page.goto("/account/2fa/totp/activate/")
    if page.locator('input[name="password"]').count():
        page.locator('input[name="password"]').fill(STAFF[1])
        page.locator('input[name="password"]').press("Enter")
        page.wait_for_url("**/totp/activate/**")
    found = re.search(r"\b[A-Z2-7]{32}\b", page.locator("main").inner_html())
    assert found, "The page shows no secret for people who cannot scan."
    page.locator('input[name="code"]').fill(code(found[0]))
    page.locator('input[name="code"]').press("Enter")
    page.wait_for_url(lambda url: "/totp/activate" not in url)
    return found[0]


def code(secret: str, *, later: bool = False) -> str:
    """Give the code that an app would show: now, or the next one, since no code works twice."""
    counters = list(yield_hotp_counters_from_time())
    return str(
        format_hotp_value(
            hotp_value(
                secret, max(counters) if later else min(counters, key=lambda n: abs(n - sum(counters) / len(counters)))
            )
        )
    )
