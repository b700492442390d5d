"""Moments are said as people say them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from samen.web.templatetags.samen import figure
from samen.web.times import spoken


def at(*parts: int) -> datetime:
    """Give a moment in the reader's own zone."""
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Amsterdam"))


NOW = at(2026, 11, 25, 14, 30)


@pytest.mark.parametrize(
    ("moment", "english", "dutch"),
    [
        (at(2026, 11, 25, 9, 2), "today 9:02", "vandaag 9.02 uur"),
        (at(2026, 11, 24, 21, 30), "yesterday 21:30", "gisteren 21.30 uur"),
        (at(2026, 11, 26, 0, 5), "tomorrow 0:05", "morgen 0.05 uur"),
        (at(2026, 11, 12, 9, 2), "12 Nov", "12 nov"),
        (at(2025, 3, 3, 9, 2), "3 Mar 2025", "3 mrt 2025"),
        (date(2026, 11, 25), "today", "vandaag"),
        (date(2026, 5, 1), "1 May", "1 mei"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment, english, dutch):
    assert (spoken(moment, NOW, "en"), spoken(moment, NOW, "nl")) == (english, dutch)


def test_the_clock_can_be_asked_for_on_other_days():
    assert spoken(at(2026, 11, 12, 9, 2), NOW, "nl", clock=True) == "12 nov 9.02 uur"


def test_a_day_without_a_time_gets_no_time():
    assert spoken(date(2026, 11, 12), NOW, "en", clock=True) == "12 Nov"


def test_late_yesterday_is_yesterday_also_within_a_day():
    assert spoken(at(2026, 11, 24, 23, 59), at(2026, 11, 25, 0, 1), "en") == "yesterday 23:59"


@pytest.mark.parametrize(("language", "shown"), [("en", "0.994"), ("nl", "0,994")])
def test_a_figure_is_shown_with_three_digits_and_the_readers_decimal_sign(language: str, shown: str):
    with override(language):
        assert figure(0.9939584642875369) == shown
        assert figure(1.0) == "1"
