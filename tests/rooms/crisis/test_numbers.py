"""The directory of numbers: dated, complete, and never thinner for its age."""

import re
from datetime import date, timedelta

import pytest

from samen.rooms.crisis.numbers import COUNTRIES, STALE_DAYS, BadDirectory, load, of_country, read

TODAY = date(2026, 11, 25)
RELEASED = date(2026, 11, 25)  # moves with each release; the clock of the machine that builds has no say
ENTRY = {
    "id": "x",
    "country": "nl",
    "shown": "0800-1",
    "tel": "08001",
    "name": {"en": "a", "nl": "a"},
    "about": {"en": "b", "nl": "b"},
    "source": "s",
    "checked": TODAY,
    "certainty": "read",
}


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_the_number_for_danger_now_comes_first_in_every_country(country, language):
    first = of_country(load(language, TODAY), country)[0]
    assert (first.shown, first.urgent, first.certain) == ("112", True, True)


def test_the_netherlands_has_both_numbers_of_113_and_no_old_one():
    shown = [each.shown for each in of_country(load("nl", TODAY), "nl")]
    assert shown[:3] == ["112", "113", "0800-0113"]
    assert not [each for each in shown if each.startswith("0900")]


def test_what_a_phone_dials_is_what_the_page_shows():
    assert all(re.sub(r"\D", "", each.shown) == each.tel for each in load("en", TODAY))


def test_what_nobody_verified_comes_last():
    for country in COUNTRIES:
        certain = [each.certain for each in of_country(load("en", TODAY), country)]
        assert certain == sorted(certain, reverse=True)


def test_every_certain_number_names_its_source():
    assert all(each.source for each in load("en", TODAY) if each.certain)


def test_an_old_entry_is_marked_and_stays():
    fresh, late = load("en", TODAY), load("en", TODAY + timedelta(days=STALE_DAYS + 30))
    assert [each.id for each in late] == [each.id for each in fresh]
    assert all(each.stale for each in late)
    assert not any(each.stale for each in fresh)


@pytest.mark.parametrize("field", ["country", "tel", "name", "checked", "certainty"])
def test_an_entry_that_lacks_something_is_refused_by_name(field):
    broken = {key: value for key, value in ENTRY.items() if key != field}
    with pytest.raises(BadDirectory, match="x"):
        read({"number": [broken]}, "en", TODAY)


def test_an_entry_without_one_language_is_refused():
    with pytest.raises(BadDirectory):
        read({"number": [{**ENTRY, "about": {"en": "b"}}]}, "nl", TODAY)


def test_a_release_with_a_number_that_nobody_checked_for_a_year_is_not_built():
    assert [each.id for each in load("en", RELEASED) if each.stale] == []
