"""The hazard log: whole, in both languages, and resting on things that exist."""

import tomllib
from pathlib import Path

import pytest

from samen.rooms.crisis.selftest.bars import BARS
from samen.rooms.crisis.selftest.hazards import PARTS, BadHazard, Hazard, hazards, open_ones
from samen.rooms.crisis.selftest.invariants import INVARIANTS
from samen.words import say

ROOT = Path(__file__).parents[3]
PARSED = tomllib.loads((ROOT / "samen/rooms/crisis/content/hazards.toml").read_text())
LOG = hazards(PARSED)


def test_each_hazard_is_said_in_both_languages():
    for each in LOG:
        for part in PARTS:
            assert say(f"crisis.hazards.{each.id}.{part}", "nl") != say(f"crisis.hazards.{each.id}.{part}", "en")


def test_each_hazard_rests_on_a_bar_a_rule_or_a_test_that_exists():
    bars, rules = {bar.name for bar in BARS}, {each.__name__ for each in INVARIANTS}
    for each in LOG:
        assert set(each.bars) <= bars, each.id
        assert set(each.invariants) <= rules, each.id
        assert not [test for test in each.tests if ":" not in test and not (ROOT / test).exists()], each.id


def test_each_bar_answers_for_a_hazard():
    named = {bar for each in LOG for bar in each.bars}
    assert {bar.name for bar in BARS} - named == {"invariants"}  # its rules are named one by one


def test_a_missed_bar_opens_the_hazards_that_rest_on_it_and_no_other():
    log = (Hazard("A", LOG[0].owner, ("bar:said",)), Hazard("B", LOG[0].owner, ("bar:gap", "invariant:x")))
    assert open_ones(log, missed=["said"], broken=[]) == ("A",)
    assert open_ones(log, missed=[], broken=["x"]) == ("B",)
    assert open_ones(log, missed=[], broken=[]) == ()


@pytest.mark.parametrize("change", [{"owner": "nobody"}, {"tests": []}, {"cause": {"en": "Only English."}}])
def test_an_entry_that_lacks_something_is_refused(change: dict):
    with pytest.raises(BadHazard, match="H01"):
        hazards({"H01": PARSED["H01"] | change})
