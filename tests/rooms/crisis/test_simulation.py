"""The simulator agrees with what is known of waiting lines, and shows what priority costs whom."""

import math
from dataclasses import replace

import pytest

from samen.rooms.crisis.simulation import FIRST_COME as FIRST
from samen.rooms.crisis.simulation import BadScenario, Scenario, Tried, of_table, simulate
from samen.rooms.crisis.triage import SHIPPED, Policy

LANES = Tried("shipped", SHIPPED)
BUSY = Scenario(
    counsellors=20,
    load=0.95,
    hours=tuple(1 - 0.5 * math.cos(2 * math.pi * hour / 24) for hour in range(24)),
    contacts=20_000,
)


def test_one_counsellor_on_a_steady_line_keeps_people_waiting_as_long_as_the_formula_says():
    """M/G/1, mean wait by Pollaczek and Khinchine: 28.9 minutes at load .5 with these talks."""
    found = simulate(Scenario(counsellors=1, load=0.5, contacts=60_000), [FIRST])[0]
    expected = (0.5 / 45) * 45**2 * math.exp(0.25) / (2 * 0.5)
    assert found.other.mean == pytest.approx(expected, rel=0.08)


def test_ten_counsellors_keep_people_waiting_as_long_as_the_formula_says():
    """M/M/c by Erlang, corrected for the spread of the talks (Lee and Longton 1959)."""
    counsellors, load = 10, 0.85
    offered = counsellors * load
    top = offered**counsellors / math.factorial(counsellors) / (1 - load)
    waits = top / (sum(offered**k / math.factorial(k) for k in range(counsellors)) + top)
    expected = waits * 45 / (counsellors * (1 - load)) * math.exp(0.25) / 2
    found = simulate(Scenario(counsellors=counsellors, load=load, contacts=60_000), [FIRST])[0]
    assert found.other.mean == pytest.approx(expected, rel=0.12)


def test_nobody_waits_much_where_hardly_anybody_comes():
    found = simulate(Scenario(counsellors=10, load=0.2, contacts=5_000), [FIRST])[0]
    assert found.other.p95 == 0
    assert found.high.within_5 > 0.99


def test_first_come_treats_everybody_alike():
    found = simulate(BUSY, [FIRST])[0]
    assert found.high.median == pytest.approx(found.other.median, rel=0.15)
    assert found.other.overtaken == 0


def test_lanes_bring_those_in_danger_first_and_show_what_it_costs_the_others():
    first, lanes = simulate(BUSY, [FIRST, LANES])
    assert lanes.high.median < 5 < first.high.median
    assert lanes.other.p95 > first.other.p95


@pytest.mark.parametrize("bound", [0, 5, 40])
def test_nobody_is_overtaken_more_often_than_the_policy_says(bound: int):
    found = simulate(replace(BUSY, contacts=5_000), [Tried("bound", Policy(0, 0.1, bound))])[0]
    assert max(found.other.overtaken, found.high.overtaken) <= bound


def test_whoever_said_no_to_the_computer_is_never_later_than_first_come():
    first, lanes = simulate(replace(BUSY, unread_share=1.0, contacts=5_000), [FIRST, LANES])
    assert lanes.other.overtaken == 0
    assert (lanes.high, lanes.other) == (first.high, first.other)


def test_a_better_ear_shortens_the_tail_of_those_in_danger():
    deaf, sharp = (simulate(replace(BUSY, sensitivity=each), [LANES])[0].high for each in (0.8, 0.99))
    assert sharp.p95 < deaf.p95


def test_who_leaves_counts_as_having_waited_at_least_that_long():
    stays = simulate(BUSY, [FIRST])[0].other
    leaves = simulate(replace(BUSY, patience_minutes=60), [FIRST])[0].other
    assert leaves.left > 0.05
    assert stays.left == 0


def test_the_same_seed_gives_the_same_waits():
    assert simulate(BUSY, [LANES]) == simulate(BUSY, [LANES])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"counsellors": 0, "load": 0.5}, "at least one human"),
        ({"counsellors": 3, "load": 1.2}, "never empties"),
        ({"counsellors": 3, "load": 0.5, "sensitivity": 95}, "sensitivity is 95"),
        ({"counsellors": 3, "load": 0.5, "hours": [1, 2]}, "24 weights"),
        ({"counsellors": 3, "load": 0.5, "colour": "red"}, "colour"),
        ({"counsellors": 3, "load": 0.5, "policy": [{"name": "x", "reserved": 1.5, "overtaken": 3}]}, "policy x"),
        ({"counsellors": 3, "load": 0.5, "policy": [{"name": "x"}]}, "reserved"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_with_what_is_wrong(table: dict[str, object], said: str):
    with pytest.raises(BadScenario, match=f"(?i){said}"):
        of_table(table)
