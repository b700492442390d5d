"""What thresholds cost in people and hours, at the service's own mix of messages."""

import pytest

from samen.rooms.crisis.cost import Mix, Scored, action, at, cost, counted, enough
from samen.rooms.crisis.reading import Action

MIX = Mix(danger=50, unclear=0, a_week=2000, alarm_minutes=30, ask_minutes=0)


def scored() -> list[Scored]:
    """Ten dangers, four of which a model hears at .5 and eight at .2; forty harmless, of which it hears none and four."""
    danger = [Scored(f"d{n}", 3, 0, 0.9, 0.6 if n < 4 else 0.3 if n < 8 else 0.1) for n in range(10)]
    return [*danger, *(Scored(f"h{n}", 0, 0, 0.1, 0.3 if n < 4 else 0.05) for n in range(40))]


def test_a_lower_threshold_misses_fewer_and_disturbs_more():
    high, low = (cost(at(scored(), 0.99, alarm), MIX) for alarm in (0.5, 0.2))
    assert (high.heard.value, low.heard.value) == pytest.approx((20, 40))
    assert (high.missed.value, low.missed.value) == pytest.approx((30, 10))
    assert (high.false_alarms.value, low.false_alarms.value) == pytest.approx((0, 95))


def test_everyone_of_a_thousand_stands_somewhere():
    found = cost(at(scored(), 0.5, 0.5), MIX)
    assert found.heard.value + found.asked.value + found.missed.value == pytest.approx(50)


def test_hours_are_alarms_times_minutes_of_the_week():
    found = cost(at(scored(), 0.99, 0.2), MIX)
    assert found.hours.value == pytest.approx((40 + 95) * 2 * 30 / 60)
    assert found.hours.low < found.hours.value < found.hours.high


def test_a_model_raises_and_never_lowers_what_rules_say():
    assert action(Scored("a", 0, 3, 0.0, 0.0), 0.9, 0.9) is Action.ALARM
    assert action(Scored("a", 0, 2, 0.0, 0.0), 0.9, 0.9) is Action.ASK
    assert action(Scored("a", 0, 2, 0.0, 0.95), 0.9, 0.9) is Action.ALARM


def test_copies_of_one_message_make_nothing_surer():
    alone = cost(at(scored(), 0.99, 0.2), MIX).heard
    copied = cost(at([each for each in scored() for _ in range(5)], 0.99, 0.2), MIX).heard
    assert copied == alone


def test_a_counted_mix_carries_its_own_doubt():
    doubt = Mix(50, 0, 2000, 30, 0, danger_low=20, danger_high=90)
    sure, unsure = (cost(at(scored(), 0.99, 0.2), mix).heard for mix in (MIX, doubt))
    assert unsure.low < sure.low < sure.value == unsure.value < sure.high < unsure.high


def test_without_danger_to_count_on_nothing_is_said():
    assert cost(at([each for each in scored() if each.level == 0], 0.5, 0.5), MIX) is None
    assert not enough(at(scored()[:30], 0.5, 0.5))
    assert enough(at(scored(), 0.5, 0.5))


def test_shares_are_counted_from_what_was_settled():
    danger, unclear = counted([3, 4, 2, 0, 0, 0, 1, 0, None])
    assert (danger.value, unclear.value, danger.n) == (0.25, 0.125, 8)
    assert danger.low < 0.25 < danger.high
