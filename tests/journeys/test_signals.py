"""A lead reads a study's page; Noor reads her days by keyboard and without script: a note, what does not fit, a day that goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests import browser as looking
from tests.hands import Keyboard
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
from datetime import timedelta
from random import Random
import polars as pl
from django.utils import timezone
from samen.rights.words import Category
from samen.rooms.sensing import systems
from samen.rooms.sensing.jobs import insights
from samen.rooms.sensing.store import inbox, quality, refreshing
from tests import named
from tests.rights import example
from tests.rooms.crisis.in_use import in_use
from tests.rooms.sensing import sending
now = timezone.now()
made = example.house(at=now)
mine = sending.sender(made.noor, "steps", "battery", research=True)
day = timezone.localdate() - timedelta(days=1)
at = int((now - timedelta(days=1)).timestamp() * 1000)
mine.send([sending.steps(at), sending.steps(at + 60_000)], at=now)
inbox.drain(at=now)
quality.note(mine.who, at=now)
random, columns = Random(2), {"feature": "steps_total_count", "coverage": 0.9}
refreshing.keep(mine.who, pl.DataFrame(
    [{"day": day - timedelta(days=back), "value": random.gauss(6000, 300) if back else 40.0, **columns} for back in range(40)]
))
in_use(systems.CHANGE, made)
uses = [use for use in systems.CHANGE.manifest.uses if use.category is Category.STEPS]
example.say_yes(made, systems.CHANGE, at=now, uses=uses)
outcome = insights.run(systems.CHANGE, made.noor.id)
assert outcome.finding.code == "unlike", outcome
print(named.session_of(made.noor), named.session_of(made.lead), mine.who.code, day.isoformat())
"""
LOOK = """
from samen.rights.models.service import Case
from samen.rooms.sensing.models.way_in import StudyLook
from samen.rooms.sensing.store import events, keys
from samen.rooms.sensing.store.events import Range
from tests import named
noor = named.own(named.noor())
who = keys.participant_of(noor, at=None)
print(len(list(events.read(noor, who, Range("sensor")))), StudyLook.objects.count(), *Case.objects.values_list("kind", flat=True))
"""


@pytest.fixture
def served(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    """Serve a house in which Noor's phone sent steps, one day unlike the others, and a study reads along."""
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def go(page: Page, target: Locator) -> None:
    """Reach a link or button by Tab, press Enter, and wait for the page that follows."""
    with page.expect_navigation():
        Keyboard().press(page, target)


@pytest.mark.row("K6.1", "A-U1a")
def test_a_study_is_looked_at_and_a_person_reads_writes_disagrees_and_deletes_by_keyboard_and_without_script(
    chromium, served
):
    noor, lead, code, day = served.session.split()
    window = looking.visitor(chromium, served.address, java_script_enabled=False)
    window.add_cookies([{"name": "sessionid", "value": lead, "url": served.address}])
    page = window.new_page()
    page.goto("/studies/")
    go(page, page.locator("main a", has_text="Sleep and steps"))
    text = page.locator("main").inner_text()
    assert code in text
    assert "Noor" not in text
    go(page, page.locator("main a", has_text="Alle onderzoeken"))

    keys = Keyboard()
    window = looking.visitor(
        chromium, served.address, java_script_enabled=False, viewport={"width": 360, "height": 780}
    )
    window.add_cookies([{"name": "sessionid", "value": noor, "url": served.address}])
    page = window.new_page()
    page.goto("/signals")
    assert "Sleep and steps" in page.locator("main").inner_text()  # who looked stands on one's own page
    page.goto("/signals/days")
    text = page.locator("main").inner_text()
    assert "Wat opviel" in text
    assert "minder stappen dan gewoon voor jou" in text

    go(page, page.locator("main a", has_text="Dit klopt niet voor mij"))
    keys.write(page, page.locator("main textarea"), "Ik lag met griep op bed.")
    go(page, page.locator("main form button").first)

    page.goto(f"/signals/days/{day}")
    keys.press(page, page.locator("summary", has_text="Schrijf een notitie bij een dag"))
    keys.write(page, page.locator("#note-text"), "Griep.")
    go(page, page.locator("main button", has_text="Notitie bewaren"))
    assert "Griep." in page.locator("main .quote").inner_text()

    keys.tick(page, page.locator("#sure"))
    go(page, page.locator("main button", has_text="Deze dag wissen"))
    page.goto(f"/signals/days/{day}")
    assert "Van deze dag is niets bekend." in page.locator("main").inner_text()
    assert "Griep." in page.locator("main .quote").inner_text()
    assert served.python(LOOK).split() == ["0", "1", "misfit"]
