"""An entry of the Dutch Algoritmeregister keeps the standard's rules, and the rules are those of the published list."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from samen.rights import algoritmeregister
from samen.rights.algoritmeregister import MONTH, fitting, is_true, problems, rules
from tests.rights.example import SUGGEST, House, house

PUBLISHED = Path(__file__).parents[3] / "shared/data/algoritmeregister/v1_0.json"


def entry(**changes: Any) -> dict[str, Any]:
    """A small entry that keeps the rules, or one with something else in it."""
    good = {
        "name": "Verloop",
        "description_short": "Vergelijkt antwoorden.",
        "organization": "Samen",
        "status": "In gebruik",
        "contact_email": "a@example.org",
        "publication_category": "Overige algoritmes",
        "lang": "nld",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def test_an_entry_with_the_seven_required_fields_keeps_the_rules():
    assert problems(entry(), rules()) == []


@pytest.mark.parametrize("field", sorted(entry()))
def test_each_required_field_is_missed_when_absent(field: str):
    assert problems(entry(**{field: None}), rules()) == [f"{field}: required, and not there"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "x" * 101}, "name"),
        ({"status": "In use"}, "status"),
        ({"lang": "eng"}, "lang"),
        ({"begin_date": "2026-13"}, "begin_date"),
        ({"begin_date": "2026-11-25"}, "begin_date"),
        ({"category": ["Gezondheid"]}, "category"),
        ({"category": "Zorg en gezondheid"}, "category"),
        ({"goal": 3}, "goal"),
        ({"lawful_basis_grouping": [{"title": "AVG"}]}, "lawful_basis_grouping"),
        ({"lawful_basis_grouping": ["AVG"]}, "lawful_basis_grouping"),
        ({"dpia": "Ja"}, "dpia"),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_field(changes: dict[str, Any], wrong: str):
    assert [each for each in problems(entry(**changes), rules()) if each.startswith(wrong)]


def test_a_false_written_as_text_is_false():
    assert (is_true("false"), is_true("true"), is_true(False), is_true(True)) == (False, True, False, True)


@pytest.mark.parametrize("flag", ["", "no", 0, 1, None])
def test_a_flag_that_is_neither_true_nor_false_is_refused(flag: object):
    with pytest.raises(ValueError, match="neither"):
        is_true(flag)


def test_a_long_text_ends_with_a_whole_sentence():
    assert fitting("Eerste zin. Tweede zin is langer.", 20) == "Eerste zin."


@pytest.mark.skipif(
    not PUBLISHED.exists(), reason=f"the published list is not at {PUBLISHED}: put the shared data there to run this"
)
def test_our_rules_are_those_of_the_published_list():
    published = json.loads(PUBLISHED.read_text())["properties"]
    theirs = {
        name: (rule["type"], is_true(rule["required"]), rule.get("max_length"), rule.get("permitted_values"))
        for name, rule in published.items()
    }
    ours = {
        name: (rule["type"], rule["required"], rule.get("max_length"), rule.get("permitted"))
        for name, rule in rules().items()
    }
    assert ours == theirs


@pytest.mark.skipif(
    not PUBLISHED.exists(), reason=f"the published list is not at {PUBLISHED}: put the shared data there to run this"
)
def test_the_rules_of_parts_are_those_of_the_published_list():
    published = json.loads(PUBLISHED.read_text())["properties"]
    theirs = {
        f"{name}.{part}": (is_true(of["required"]), of.get("max_length"))
        for name, rule in published.items()
        for part, of in (rule.get("items") or {}).items()
        if isinstance(of, dict)
    }
    ours = {
        f"{name}.{part}": (of["required"], of.get("max_length"))
        for name, rule in rules().items()
        for part, of in rule.get("parts", {}).items()
    }
    assert ours == theirs


@pytest.fixture
def made(db: None) -> House:
    return house()


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.row("C1a")
def test_each_system_is_published_in_dutch_and_by_the_rules_whatever_the_readers_language(made: House, language: str):
    visitor = Client(headers={"accept-language": language})
    published = visitor.get(f"/register/{SUGGEST.id}/algoritmeregister.json").json()
    assert problems(published, rules()) == []
    assert (published["lang"], published["status"]) == ("nld", "In gebruik")
    assert "toestemming" in published["lawful_basis"]


def test_the_month_of_first_use_is_published(made: House):
    published = Client().get(f"/register/{SUGGEST.id}/algoritmeregister.json").json()
    assert MONTH.fullmatch(published["begin_date"])


def test_what_is_suspended_is_published_as_not_in_use():
    assert algoritmeregister.STATUS["suspended"] == "Buiten gebruik"  # type: ignore[index]
