"""A person's own early signs: seen by their own threshold, and nobody told whom they did not name."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from samen.rooms.sensing.change import Reading
from samen.rooms.sensing.own_signs import Sign, Way, Whom, is_news, problems, seen

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIGN = Sign("I sleep badly", "asleep", Way.LESS, 300.0, 3, 5, Whom.ME, until=NOW + timedelta(days=90))
ON = date(2026, 3, 1)


def nights(*minutes):
    return [Reading(ON - timedelta(days=back), "asleep", value) for back, value in enumerate(reversed(minutes))]


@pytest.mark.row("O4")
def test_a_sign_is_seen_on_as_many_days_as_its_person_wrote_and_not_before():
    assert seen(SIGN, nights(420, 290, 280, 420, 420), ON).code == "not_seen"
    found = seen(SIGN, nights(420, 290, 280, 420, 299), ON)
    assert (found.code, [day.day for day in found.counted]) == ("seen", [26, 27, 1])


def test_a_day_exactly_at_the_threshold_is_no_sign():
    assert seen(SIGN, nights(300, 300, 300, 300, 300), ON).code == "not_seen"


def test_days_that_were_not_measured_count_neither_way():
    assert seen(SIGN, nights(None, 290, None, 280, 270), ON).code == "seen"
    assert seen(SIGN, nights(None, None, None, 280, 270), ON).code == "abstain"


def test_without_a_usual_yet_nothing_is_said_of_a_sign_that_needs_one():
    sign = replace(SIGN, way=Way.LESS_THAN_USUAL, threshold=None)
    assert seen(sign, nights(100, 100, 100, 100, 100), ON).reason == "no_usual_yet"


def test_less_than_usual_is_by_the_persons_own_days():
    usual = [480 + (at % 5) * 5 for at in range(30)]
    sign = replace(SIGN, way=Way.LESS_THAN_USUAL, threshold=None, days=2)
    assert seen(sign, nights(*usual, 300, 310), ON).code == "seen"
    assert seen(sign, nights(*usual, 485, 490), ON).code == "not_seen"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"words": " "}, "NO_WORDS"),
        ({"threshold": None}, "NO_THRESHOLD"),
        ({"days": 6}, "DAYS"),
        ({"whom": Whom.CLINICIANS}, "NO_MESSAGE"),
        ({"whom": Whom.CONTACT, "message": "Call me", "contact": "x"}, "NOT_YET_AGREED"),
        ({"until": NOW}, "ENDED"),
        ({"until": NOW + timedelta(days=400)}, "TOO_LONG"),
        ({"paused": True}, "PAUSED"),
    ],
)
def test_a_sign_that_lacks_something_does_not_work_and_says_what(changed, code):
    assert problems(replace(SIGN, **changed), NOW, said_yes=frozenset()) == [code]
    assert problems(SIGN, NOW, said_yes=frozenset()) == []


def test_a_sign_that_lasts_is_told_of_once_a_week():
    assert is_news(None, ON)
    assert not is_news(ON - timedelta(days=6), ON)
    assert is_news(ON - timedelta(days=7), ON)
