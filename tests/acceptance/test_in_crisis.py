"""In a crisis AI does nothing but bring a human, until a human has seen to it or a day has passed (rights.md K1.11)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from samen.rights import checks, door
from samen.rights.store import inference
from samen.rights.words import Denied
from tests import named
from tests.rights.example import INFORM, SUGGEST, house, run
from tests.rights.test_checks import ASK, GOOD, SYSTEM
from tests.rooms.companion import in_use

pytestmark = pytest.mark.django_db
DANGER = "ik heb de pillen al klaargelegd, vanavond is het voorbij"


@pytest.mark.row("K1.11")
def test_while_somebody_may_be_in_danger_each_system_that_brings_no_human_is_denied():
    now = timezone.now()
    made = house(at=now)
    door.in_crisis(made.noor.id, at=now)
    for each in (SUGGEST, INFORM):
        assert run(made, each, at=now) == Denied("IN_CRISIS")
    assert run(made, at=now + timedelta(hours=1)) == Denied("IN_CRISIS")


@pytest.mark.row("K1.11")
def test_after_a_day_or_after_a_human_saw_to_it_what_the_person_chose_runs_again():
    now = timezone.now()
    made = house(at=now)
    door.in_crisis(made.noor.id, at=now)
    assert getattr(run(made, at=now + door.CRISIS_HOLDS_FOR + timedelta(minutes=1)), "code", "") != "IN_CRISIS"
    door.crisis_over(made.noor.id)
    assert not isinstance(run(made, at=now), Denied)


@pytest.mark.row("K1.11")
def test_what_brings_a_human_is_declared_and_only_that_runs():
    in_danger = replace(GOOD, in_crisis=True)
    assert checks.judge(SYSTEM, ASK, in_danger) == Denied("IN_CRISIS")
    assert checks.judge(replace(SYSTEM, brings_a_human=True), ASK, in_danger) is None
    assert {
        each.id for each in door.systems() if each.manifest.brings_a_human and not each.id.startswith("example-")
    } == {
        "crisis.detect",
        "crisis.triage",
        "crisis.watch-own",
        "companion.talk",
        "companion.guide",  # at words of danger its numbers come first, and all it names are people
    }


@pytest.mark.row("K1.11")
def test_danger_typed_to_the_companion_stops_other_ai_at_once_and_says_so_on_the_persons_page():
    in_use.in_service()
    noor = named.person("Noor", "nl")
    in_use.says_yes(noor, "nl")
    in_use.talks(noor, DANGER)
    client = named.sign_in(Client(headers={"accept-language": "nl"}), noor)
    assert "Nu helpen alleen mensen je" in client.get("/ai").content.decode()
    in_use.talks(noor, "ik ben er nog")  # the way to people stays open
    inference.crisis(noor.id, None)
    assert "Nu helpen alleen mensen je" not in client.get("/ai").content.decode()
