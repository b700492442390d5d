"""The house's own pages in a browser: nothing for axe to find, nothing too wide, nothing from elsewhere, no script needed."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
PAGES = [
    "/",
    "/help",
    "/style",
    "/offline/en",
    "/style/error/404",
    "/no-such-page",
    "/account/login/",
    "/account/signup/",
]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium. Where it is missing: apt-get install chromium."""
    assert CHROMIUM, "Chromium is not installed. Run: apt-get install chromium"
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the thread that empties the database
    with sync_playwright() as player:
        started = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield started
        started.close()
    patch.undo()


def opened(browser: Browser, address: str, path: str, *, language: str = "nl", **how) -> Page:
    """Open a page at phone width."""
    context = browser.new_context(viewport={"width": how.pop("width", 390), "height": 844}, **how)
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])
    page = context.new_page()
    page.goto(address + path)
    return page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "light"), [("nl", "light"), ("en", "dark")])
def test_axe_finds_nothing(browser, live_server, path, language, light):
    page = opened(browser, live_server.url, path, language=language, color_scheme=light)
    found = Axe().run(page).response["violations"]
    page.context.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_lost_at_four_times_the_size(browser, live_server, path):
    page = opened(browser, live_server.url, path, width=320)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.context.close()
    assert wide == 0


def test_no_page_asks_another_host_for_anything(browser, live_server):
    asked: list[str] = []
    context = browser.new_context()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    for path in PAGES:
        page.goto(live_server.url + path)
    context.close()
    assert asked
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []


def test_the_policy_stops_nothing_that_pages_use(browser, live_server):
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    for path in PAGES:
        page.goto(live_server.url + path)
    context.close()
    assert said == []


def test_help_is_two_tabs_away_and_language_one_press_without_script(browser, live_server):
    page = opened(browser, live_server.url, "/help/be", java_script_enabled=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/help"
    page.click("button[name=language]")
    assert page.url == f"{live_server.url}/help/be"
    assert page.get_attribute("html", "lang") == "en"
    page.context.close()


def test_what_can_be_pressed_is_large_enough(browser, live_server):
    page = opened(browser, live_server.url, "/help")
    small = page.evaluate(
        "[...document.querySelectorAll('button, a.button, .call__number, .places a, .top a, summary')]"
        ".filter(e => e.offsetParent && !e.closest('.skip') && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    page.context.close()
    assert small == []


def test_the_numbers_are_there_without_a_connection(browser, live_server):
    page = opened(browser, live_server.url, "/help", language="nl")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(live_server.url + "/style")
    numbers = page.locator("a[href='tel:113']").count()
    language = page.get_attribute("html", "lang")
    page.context.close()
    assert (numbers, language) == (1, "nl")


@pytest.mark.parametrize(("wish", "turns"), [("no-preference", "turn"), ("reduce", "none")])
def test_nothing_moves_for_whoever_asked_for_less_motion(browser, live_server, wish, turns):
    page = opened(browser, live_server.url, "/style", reduced_motion=wish)
    moves = page.evaluate("getComputedStyle(document.querySelector('.state--loading > .icon')).animationName")
    page.context.close()
    assert moves == turns


def test_on_paper_stands_the_page_alone_in_black_on_white(browser, live_server):
    page = opened(browser, live_server.url, "/style", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    shown = {each: page.locator(each).first.is_visible() for each in (".places", ".foot", ".top__language", "h1")}
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    page.context.close()
    assert shown == {".places": False, ".foot": False, ".top__language": False, "h1": True}
    assert (paper, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")


def test_on_paper_nothing_stays_folded_away(browser, live_server):
    page = opened(browser, live_server.url, "/style")
    folded = ".chart details table"
    before = page.locator(folded).first.is_visible()
    page.emulate_media(media="print")
    after = page.evaluate(f"document.querySelector('{folded}').getBoundingClientRect().height > 0")
    page.context.close()
    assert (before, after) == (False, True)
