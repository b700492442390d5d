"""The whole way in a browser: say yes, infer, hold, decide, read, object, stop, and verify the receipt without the service."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from samen.rooms.treatment.questionnaires import questionnaire
from samen.words import say
from tests import browser as looking
from tests.hands import Hands, Keyboard, Pointer
from tests.journeys.conftest import run

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "treatment.progress_watch"
USES = ("questionnaires.self-understanding.person", "questionnaires.care.care-team")
TEXT = {"en": "I filled this in on a bad night.", "nl": "Ik vulde dit in na een slechte nacht."}
REASON = {"en": "This fits what we talked about.", "nl": "Dit past bij ons gesprek."}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("hands", "script"), [(Pointer(), False), (Keyboard(), True)], ids=["without script", "by keyboard alone"]
)
def test_from_a_yes_to_a_receipt_that_anyone_can_verify(chromium, address, tmp_path, language, hands, script):
    def window() -> BrowserContext:
        return looking.visitor(chromium, address, language=language, java_script_enabled=script, accept_downloads=True)

    noors, sams = window(), window()
    look = _axe if script else _no_look
    noor, sam = noors.new_page(), sams.new_page()
    enter(hands, noor, "noor", language)
    enter(hands, sam, "sam", language)

    says_yes(hands, noor, language, look)
    record = answers(hands, noor, language, look)
    decides(hands, sam, record, language, look)
    reads_and_objects(hands, noor, record, language, look)
    receipt = stops(hands, noor, language, look, tmp_path)
    noors.close()
    sams.close()

    key = public_key(chromium, address)
    assert "holds" in verified(receipt, key, tmp_path).lower()


def _axe(page: Page) -> None:
    assert looking.violations(page) == []


def _no_look(page: Page) -> None:
    """Leave axe out: it is itself a script."""
    assert page.locator("main").count() == 1


def enter(hands: Hands, page: Page, who: str, language: str) -> None:
    """Walk in from the first page."""
    page.goto("/")
    hands.press(page, page.locator(f'form[action="/demo/enter/{who}"] button'))
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == language


def says_yes(hands: Hands, page: Page, language: str, look: Callable[[Page], None]) -> None:
    """Read what the system is, say no, answer the question about it, and say yes to each use."""
    page.goto("/ai")
    look(page)
    hands.press(page, page.locator('a[href="/ai/systems/progress-watch"]').last)
    page.wait_for_url("**/ai/systems/progress-watch*")
    look(page)
    for use in USES:
        says(hands, page, use, "no")
    right = page.locator('form[action$="/teach-back"] button[value="right"]')
    assert right.inner_text() == say(f"{WORDS}.teach_back.answers.right", language)
    hands.press(page, right)
    page.get_by_text(say(f"{WORDS}.teach_back.right", language)).wait_for()
    for use in USES:
        says(hands, page, use, "yes")


def says(hands: Hands, page: Page, use: str, answer: str) -> None:
    """Say yes or no to one use, and see that it is kept."""
    button = f'form:has(input[name="use"][value="{use}"]) button[value="{answer}"]'
    hands.press(page, page.locator(button))
    page.locator(f'{button}[aria-pressed="true"]').wait_for()


def answers(hands: Hands, page: Page, language: str, look: Callable[[Page], None]) -> str:
    """Fill in a questionnaire; its finding is held for a human. Gives the finding's id."""
    for name, value in (("gad-7", 1), ("phq-9", 1)):
        page.goto("/questionnaires/")
        look(page)
        hands.press(page, page.locator(f'a[href="/questionnaires/{name}/"]'))
        page.wait_for_url(f"**/questionnaires/{name}/")
        look(page)
        for question in questionnaire(name).questions:
            chosen = 0 if question.hard else value
            hands.choose(page, page.locator(f'input[name="{question.id}"][value="{chosen}"]'))
        hands.press(page, page.get_by_role("button", name=say("treatment.questions.ask.save", language)))
        page.wait_for_url("**/course/")
    look(page)
    assert page.get_by_text(say("treatment.course.held.title", language)).is_visible()
    to_record = page.locator('main a[href^="/ai/said/"]').first
    return re.search(r"/ai/said/([0-9a-f-]{36})", to_record.get_attribute("href") or "")[1]  # type: ignore[index]


def decides(hands: Hands, page: Page, record: str, language: str, look: Callable[[Page], None]) -> None:
    """Let the clinician find it in the queue, read it, and agree with a reason."""
    page.goto("/queue")
    look(page)
    hands.press(page, page.locator(f'a[href$="/{record}"]'))
    page.wait_for_url("**/review/**")
    look(page)
    hands.choose(page, page.locator('input[name="verdict"][value="accept"]'))
    hands.write(page, page.locator('textarea[name="reason"]'), REASON[language])
    hands.press(page, page.get_by_role("button", name=say("rights.queue.decide.send", language)))
    page.get_by_text(say("rights.queue.decide.done", language)).first.wait_for()


def reads_and_objects(hands: Hands, page: Page, record: str, language: str, look: Callable[[Page], None]) -> None:
    """Let the person read what was said and who decided, and say that it does not fit."""
    page.goto("/ai")
    hands.press(page, page.locator(f'a[href="/ai/said/{record}"]').first)
    page.wait_for_url(f"**/ai/said/{record}")
    look(page)
    assert page.get_by_text(REASON[language]).is_visible()
    hands.press(page, page.locator(f'a[href="/ai/said/{record}/object"]'))
    page.wait_for_url("**/object")
    look(page)
    hands.write(page, page.locator("main textarea"), TEXT[language])
    hands.press(page, page.get_by_role("button", name=say("rights.ask.send.object", language)))
    page.get_by_text(TEXT[language]).first.wait_for()
    look(page)


def stops(hands: Hands, page: Page, language: str, look: Callable[[Page], None], folder: Path) -> Path:
    """Stop everything with one press, and take the receipt along."""
    page.goto("/ai")
    hands.press(page, page.locator('form[action="/ai/stop"] button[value="all"]'))
    page.wait_for_url("**/ai/stops/**")
    look(page)
    assert page.get_by_role("heading", level=1).inner_text() == say("rights.stop.done_title", language)
    with page.expect_download() as download:
        hands.press(page, page.locator('a[href$="/file"]'))
    receipt = folder / "receipt.json"
    download.value.save_as(receipt)
    page.goto("/course/")
    assert page.get_by_text(say("treatment.course.nothing.CLEARED", language)).is_visible()
    return receipt


def public_key(chromium, address: str) -> str:
    """Read the log's key where anyone can, without login."""
    window = looking.visitor(chromium, address, language="en")
    page = window.new_page()
    page.goto("/register/log")
    found = re.search(r"samen[^\s<]*\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", page.content())
    window.close()
    assert found, "The register shows no key of the log."
    return found[0]


def verified(receipt: Path, key: str, folder: Path) -> str:
    """Verify a receipt with the command alone: another home, no server, no database of the service."""
    return run("-m", "samen.cli", "audit", "verify", str(receipt), "--key", key, home=folder / "elsewhere")
