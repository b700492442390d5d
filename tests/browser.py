"""A made-up service that is served as the product serves it, and Debian's Chromium to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests import tables

REPOSITORY = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
LANGUAGE, THEME = "django_language", "samen_theme"
STARTS_WITHIN = 60  # seconds
TWICE = 2  # a page that everybody has is looked at without an account and with one

PREPARE = """
import os, sys, django
os.umask(0o077)  # as the command `samen` does
django.setup()
from django.core.management import call_command
from django.utils import timezone
from samen.web.demo.prepare import is_prepared, prepare
call_command("migrate", verbosity=0)
if not is_prepared():
    prepare(lambda what, done, of: None, now=timezone.localtime(), people=int(sys.argv[1]))
"""


def environment(home: Path) -> dict[str, str]:
    """Give the environment of a made-up service in this folder, and of nothing else that was set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMEN_")}
    return {**kept, "SAMEN_HOME": str(home), "SAMEN_DEMO": "1", "DJANGO_SETTINGS_MODULE": "samen.web.settings"}


def prepare(home: Path, people: int) -> None:
    """Make a small made-up service in this folder, unless it is there."""
    tables.fill_home(home)
    subprocess.run([sys.executable, "-c", PREPARE, str(people)], cwd=REPOSITORY, env=environment(home), check=True)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve the made-up service of this folder on a free port with `samen demo`; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = (home / "server.log").open("w")
    command = [sys.executable, "-m", "samen.cli", "demo", "--port", str(port)]
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment(home), stdout=log, stderr=log)
    try:
        _wait_for(address, server, home)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"{address}/help", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The made-up service did not start: {(home / 'server.log').read_text()[-2000:]}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium. Where it is missing: apt-get install chromium."""
    if not CHROMIUM:
        raise RuntimeError("Chromium is not installed. Run: apt-get install chromium")
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


def visitor(
    browser: Browser, address: str, *, language: str = "nl", theme: str = "light", **how: object
) -> BrowserContext:
    """Open a window of somebody who reads this language, in the light or the dark."""
    context = browser.new_context(
        base_url=address, color_scheme=theme, **{"viewport": {"width": 1180, "height": 900}, **how}
    )  # type: ignore[arg-type]
    context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    context.add_cookies(
        [{"name": LANGUAGE, "value": language, "url": address}, {"name": THEME, "value": theme, "url": address}]
    )
    return context


def walk_in(page: Page, who: str) -> None:
    """Walk in through the demo's door."""
    page.goto("/demo/")
    follow(page, page.locator(f'form[action="/demo/enter/{who}"] button'))


def follow(page: Page, control: Locator) -> None:
    """Press what leads to another page, and go on only once that page is there: a click does not wait for it."""
    with page.expect_navigation():
        control.click()


def violations(page: Page) -> list[str]:
    """Give what axe finds wrong with a page: rule, element, and where."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]
