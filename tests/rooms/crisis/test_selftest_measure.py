"""What the detector reaches: the arithmetic, on cases whose answer is known."""

import math
from random import Random

import pytest

from samen.rights.shares import Share
from samen.rooms.crisis.reading import Action, Level, Topic, action_of
from samen.rooms.crisis.selftest import bars, invariants, measure, queue
from samen.rooms.crisis.selftest.bars import Bar, exactly
from samen.rooms.crisis.selftest.corpus import Expect, Message, Talk
from samen.rooms.crisis.selftest.measure import SAID, Said, share
from samen.rooms.crisis.triage import SHIPPED


def message(
    level: int, topic: Topic | None = None, *, text: str = "text", trap: str = "", family: str = "f"
) -> Message:
    return Message(f"{family}/1", family, "en", text, Level(level), topic, trap, "chat", "why")


def said(level: int, probability: float = 0.0) -> Said:
    return Said(Level(level), action_of(Level(level)), probability)


def talk(expect: Expect, by: int, turns: int = 4) -> Talk:
    return Talk("t", "en", expect, by, "why", ("hi",) * turns)


ACTIONS = {"-": Action.NONE, "?": Action.ASK, "!": Action.ALARM}


def actions(signs: str) -> list[Action]:
    return [ACTIONS[each] for each in signs]


def test_the_interval_is_wilsons():
    found = share([True] * 147 + [False] * 3)
    assert (round(found.value, 3), round(found.low, 3), round(found.high, 3)) == (0.98, 0.943, 0.993)
    assert round(share([True] * 30).low, 3) == 0.886


def test_of_nothing_anything_is_possible_and_no_bar_is_met():
    assert (share([]).low, share([]).high) == (0.0, 1.0)
    assert not bars.Result(Bar("said", 0.0, True), share([])).met


def test_a_question_is_enough_for_what_is_implied_and_not_for_a_plan():
    assert measure.heard(message(3, Topic.OBLIQUE), said(2))
    assert measure.heard(message(2, Topic.SELF_HARM), said(2))
    assert not measure.heard(message(4, Topic.PLAN), said(2))
    assert not measure.heard(message(2, Topic.PASSIVE), said(1))


def test_sensitivity_counts_danger_alone_and_specificity_the_harmless_alone():
    pairs = [(message(4, Topic.PLAN), said(4)), (message(3, Topic.MEANS), said(0)), (message(0), said(3))]
    assert measure.sensitivity(pairs, SAID).value == 0.5
    assert measure.specificity(pairs).value == 0.0
    assert measure.specificity(pairs, traps=True).n == 0


def test_questions_are_counted_among_the_harmless():
    pairs = [(message(0), said(2)), (message(1), said(1)), (message(2, Topic.PASSIVE), said(2))]
    assert (measure.asked(pairs).value, measure.asked(pairs).n) == (0.5, 2)


def test_each_group_has_its_own_share():
    pairs = [
        (message(4, Topic.PLAN), said(4)),
        (message(3, Topic.ABUSE), said(0)),
        (message(0, trap="idiom"), said(3)),
    ]
    assert {name: each.value for name, each in measure.by(pairs, lambda m: str(m.topic or m.trap)).items()} == {
        "abuse": 0.0,
        "idiom": 0.0,
        "plan": 1.0,
    }


def test_a_detector_that_means_what_it_says_has_a_small_calibration_error_and_a_boaster_a_large_one():
    chance = Random(4)
    drawn = [(p, chance.random() < p) for p in [chance.random() for _ in range(20_000)]]
    assert measure.calibration_error(drawn) < 0.02
    assert measure.calibration_error([(0.9, True), (0.9, False)] * 50) == pytest.approx(0.4)
    assert math.isnan(measure.calibration_error([]))


def test_the_calibration_errors_interval_is_over_families_and_holds_the_estimate():
    pairs = [(message(4, Topic.PLAN, family=f"d{n % 20}"), said(4, 0.9)) for n in range(60)]
    pairs += [(message(0, family=f"h{n % 20}"), said(0, 0.05)) for n in range(60)]
    found = measure.calibration(pairs, seed=1)
    assert found.low <= found.value <= found.high
    assert found.n == 120


def test_a_change_of_level_is_a_flip_in_either_direction():
    assert measure.flips([(Level(3), Level(3)), (Level(3), Level(2)), (Level(0), Level(1))]).value == pytest.approx(
        2 / 3
    )


def test_a_talk_is_heard_in_time_or_it_is_not():
    assert measure.in_time(talk(Expect.HIGH, 3), actions("--!-"))
    assert not measure.in_time(talk(Expect.HIGH, 3), actions("---!"))
    assert not measure.in_time(talk(Expect.IMMINENT, 3), actions("??? "[:3]))
    assert measure.in_time(talk(Expect.ASK, 2), actions("-?"))
    assert not measure.in_time(talk(Expect.HARMLESS, 0), actions("-?!"))


def test_talks_are_measured_by_what_they_needed():
    found = measure.of_talks(
        [
            (talk(Expect.HIGH, 2), actions("-!")),
            (talk(Expect.IMMINENT, 1), actions("-!")),
            (talk(Expect.ASK, 2), actions("--")),
            (talk(Expect.HARMLESS, 0), actions("-?")),
            (talk(Expect.HARMLESS, 0), actions("?!")),
        ]
    )
    assert (found.escalated.value, found.asked.value, found.alarmed.value, found.questioned.value) == (
        0.5,
        0.0,
        0.5,
        0.5,
    )


def test_every_message_that_went_wrong_is_listed_with_its_kind_and_none_that_went_well():
    pairs = [
        (message(4, Topic.PLAN), said(2)),
        (message(0), said(3)),
        (message(1), said(2)),
        (message(4, Topic.PLAN), said(3)),
        (message(0), said(1)),
    ]
    assert [each.kind for each in measure.cases(pairs)] == ["missed", "false-alarm", "needless-question"]


def test_a_talk_that_was_heard_too_late_is_called_late():
    found = measure.talk_cases(
        [
            (talk(Expect.HIGH, 1), actions("-!")),
            (talk(Expect.HIGH, 1), actions("--")),
            (talk(Expect.HARMLESS, 0), actions("!-")),
        ]
    )
    assert [each.kind for each in found] == ["late", "missed", "false-alarm"]


def test_the_rivals_are_as_simple_as_they_say():
    texts = [
        message(3, Topic.EXPLICIT, text="I want to DIE soon and for good"),
        message(0, text="dead tired"),
        message(0, text="hi"),
    ]
    words = measure.keyword_list(texts, ["die", "dead"])
    assert (words.sensitivity.value, words.specificity.value) == (1.0, 0.5)
    length = measure.length_only(texts)
    assert (length.sensitivity.value, length.specificity.value) == (1.0, 1.0)


def test_a_gap_is_between_the_languages_and_has_an_interval():
    one, other = share([True] * 98 + [False] * 2), share([True] * 95 + [False] * 5)
    found = bars.gap(one, other)
    assert found.value == pytest.approx(0.03)
    assert bars.gap(other, one) == found
    assert found.low == 0.0 < found.value < found.high


def test_a_bar_that_nobody_measured_is_not_met_and_the_whole_does_not_pass():
    whole = {(bar.name, bar.part): exactly(bar.bound) for bar in bars.BARS}
    assert bars.passed(bars.judge(whole))
    whole.pop(("said", "nl"))
    assert [each.bar.part for each in bars.judge(whole) if not each.met] == ["nl"]
    assert not bars.passed(bars.judge(whole))
    assert not bars.passed(())


def test_a_figure_on_the_wrong_side_of_its_bar_is_not_met():
    assert not bars.Result(Bar("said", 0.98, at_least=True), Share(0.979, 0.9, 0.99, 100)).met
    assert not bars.Result(Bar("calm", 0.05, at_least=False), Share(0.051, 0.0, 0.1, 100)).met


@pytest.mark.row("S10")
def test_the_rules_of_the_queue_hold_whatever_the_score():
    assert [name for name, holds in invariants.held(SHIPPED).items() if not holds] == []


def test_a_rule_that_moves_somebody_back_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("samen.rooms.crisis.triage.held", lambda before, now: now)
    assert not invariants.held(SHIPPED)["no_reading_moves_anybody_back"]


def test_a_detector_that_hears_nothing_lets_the_urgent_wait_as_long_as_anybody():
    deaf, keen = (queue.waits(each, 0.95, SHIPPED, contacts=4000) for each in (0.0, 0.98))
    assert deaf["high_p95"].value > 5 * keen["high_p95"].value
    assert keen["high_within_5"].value > deaf["high_within_5"].value
