"""Sam makes a text kinder, without script: a bad edit is refused with its reason, a good one is read, approved, and met by Noor."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import browser as looking
from tests.journeys import test_companion as talking
from tests.journeys import test_crisis_line as helpline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PREPARE = """
import json
from django.utils import timezone
from samen.people.roles import Role
from samen.people.store import grant_role
from tests import named
from tests.rooms.companion import in_use
in_use.in_service()
noor = named.person("Noor", "nl")
in_use.says_yes(noor, "nl")
noa = named.account("Noa")
grant_role(noa, Role.CLINICIAN, now=timezone.now())
keys = {}
for name, who in {"noor": noor.account, "sam": named.sam(), "noa": noa, "lead": named.dr_visser()}.items():
    keys[name] = named.session_of(who)
print(json.dumps(keys))
"""
SHOWN_AGAIN = """
from django.utils import timezone
from samen.people.models import Account
from samen.rights.panel import Vote
from samen.rights.store import systems as register
from samen.rights.words import Stage
from samen.rooms.companion import systems
from tests import named
from tests.rights.example import settle_all
from tests.rooms.crisis.service import Crew
each, now = systems.TALK, timezone.now()
panel = tuple(Account.objects.get(email=f"{name}@example.org") for name in ("pam", "pat", "pum"))
crew = Crew(panel, named.account("Hanna"), named.account("Dr Visser"))
figures = [
    register.Figure(bound.measure, *((1.0,) * 3 if bound.at_least else (0.0,) * 3), 400)
    for bound in each.manifest.evidence
]
before = now - timezone.timedelta(days=30)
register.file_evidence(each, Stage.PILOT, figures, protocol="as before", protocol_at=before, results_at=now, by=crew.lead)
for member in crew.panel:
    register.vote(each, Vote.YES, by=member, reason="It is clear", at=now)
settle_all(crew, now)
"""
KINDER = "Rustig aan."
REASONS = ("There are no words in Dutch", "Somebody gets stuck here", "claims no feelings")


@pytest.fixture
def service(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helpline.Line]:
    monkeypatch.setattr(helpline, "PREPARE", PREPARE)
    made = helpline.Line(tmp_path / "line", migrated)
    yield made
    made.stop()


def window(chromium: Browser, service: helpline.Line, who: str, language: str = "en") -> Page:
    """Open the window of somebody who is signed in."""
    context = looking.visitor(chromium, service.address, language=language, java_script_enabled=False)
    key = json.loads(service.session.splitlines()[-1])[who]
    context.add_cookies([{"name": "sessionid", "value": key, "url": service.address}])
    return context.new_page()


def keeps(page: Page, words: str) -> None:
    """Keep other Dutch words on the screen that is open."""
    page.locator("#say_0_nl").fill(words)
    looking.follow(page, page.get_by_role("button", name="Keep", exact=True))


def refused(page: Page) -> None:
    """Look that every reason stands there: missing Dutch, a dead end, and what this program may not say."""
    told = page.locator('section[aria-labelledby="problems"]').inner_text()
    assert [each for each in REASONS if each not in told] == []


def does(page: Page, step: str, why: str) -> None:
    """Do a step with a version, with a reason."""
    page.locator(f"#why-{step}").fill(why)
    looking.follow(page, page.locator(f"form:has(#why-{step}) button"))


def waits(page: Page) -> None:
    """Open what waits for whoever looks."""
    page.goto("/companion/modules/")
    looking.follow(page, page.locator('section[aria-labelledby="waiting"] a'))


def fresh(page: Page) -> None:
    """Let Noor begin a talk anew."""
    page.goto("/companion/")
    looking.follow(page, page.locator('form[action="/companion/fresh/"] button'))


def begins(page: Page) -> str:
    """Let Noor begin the exercise anew, and give what it says first."""
    fresh(page)
    talking.press(page, "t:worry")
    talking.press(page, "m:worry-time")
    return talking.said(page)


def test_a_kinder_text_is_written_refused_mended_read_approved_and_met(chromium, service):
    noor = window(chromium, service, "noor", "nl")
    assert KINDER not in begins(noor)

    sam = window(chromium, service, "sam")
    sam.goto("/companion/modules/worry-time/")
    assert "No clinician has read this yet" in sam.locator("main .lead").inner_text()
    looking.follow(sam, sam.get_by_role("button", name="Change this exercise"))
    draft = sam.url
    looking.follow(sam, sam.locator('#s-start a[href*="/screen/start/"]'))
    was = sam.locator("#say_0_nl").input_value()
    said, way = sam.locator("#say_0_en").input_value(), sam.locator("#way_0_to").input_value()
    sam.locator("#say_0_en").fill("I feel so sad for you.")
    sam.locator("#way_0_to").select_option("")
    keeps(sam, "")
    refused(sam)
    looking.follow(sam, sam.get_by_role("link", name="Back to this draft"))
    refused(sam)
    assert sam.locator("#why-send").count() == 0  # it cannot be sent on
    helpline.picture(sam, "editing-refused")
    looking.follow(sam, sam.locator('section[aria-labelledby="problems"] a').first)
    sam.locator("#say_0_en").fill(said)
    sam.locator("#way_0_to").select_option(way)
    keeps(sam, f"{was} {KINDER}")
    looking.follow(sam, sam.get_by_role("link", name="Back to this draft"))
    assert KINDER in sam.locator("ins").all_inner_texts()[-1]
    does(sam, "send", "Kinder at the start")
    assert sam.locator("#why-review").count() == 0  # not their own

    noa = window(chromium, service, "noa")
    waits(noa)
    assert noa.url == draft
    does(noa, "review", "Read in both languages")
    assert noa.locator("#why-approve").count() == 0  # does not lead care

    lead = window(chromium, service, "lead")
    waits(lead)
    does(lead, "approve", "Use it")
    helpline.picture(lead, "editing-approved")
    lead.goto("/companion/modules/worry-time/")
    told = lead.locator("main .lead").inner_text()
    assert re.search(r"Read by Noa, .*\d.*Approved by Dr Visser, .*\d", told), told

    fresh(noor)  # another program now, of which nobody showed yet that it works: it stands still, and can be read
    assert noor.locator('form[action="/companion/give/"]').count() == 0
    noor.goto("/companion/pages/worry-time/")
    assert KINDER in noor.locator("main").inner_text()
    service.python(SHOWN_AGAIN)
    assert KINDER in begins(noor)
