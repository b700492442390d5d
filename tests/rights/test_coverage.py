"""What we claim of the report's rows is held by tests: no row is called enforced without one."""

import re
from pathlib import Path

import pytest

from samen.rights import coverage
from samen.rights.commands import sources
from samen.rights.coverage import Row, Standing, collect, problems, rows

TESTS = Path(__file__).parents[1]
REPORT = TESTS.parents[1] / "shared/facts/rights.md"


@pytest.fixture(scope="module")
def marks() -> dict[str, list[str]]:
    return collect(sources(TESTS))


def test_every_enforced_row_has_a_test_and_every_mark_names_a_row(marks: dict[str, list[str]]):
    assert problems(rows(), marks) == []


def test_the_list_of_tests_in_the_product_is_the_one_that_the_tests_carry(marks: dict[str, list[str]]):
    assert coverage.TESTS.read_text() == coverage.as_toml(marks), "run: samen rights coverage --collect tests"


@pytest.mark.skipif(
    not REPORT.exists(), reason=f"the rows of the report are not at {REPORT}: put the shared facts there to run this"
)
def test_every_row_of_the_report_is_there_and_no_other():
    table = re.compile(r"^\| ((?:[PRCLKOS]\d[\w.]*)|A-\w+) \|", re.MULTILINE)
    assert [row.id for row in rows()] == table.findall(REPORT.read_text())


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_row_is_said_in_one_sentence_of_our_own(language: str):
    assert [row.id for row in rows() if not re.fullmatch(r"[A-Z][^|]{10,200}\.", row.words[language])] == []


def row(state: Standing, **more: object) -> Row:
    return Row("X1", {"en": "A.", "nl": "B."}, state, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "marks", "said"),
    [
        ([row(Standing.ENFORCED, by=("G06",))], {}, "no test"),
        ([row(Standing.ENFORCED)], {"X1": ["t"]}, "no check"),
        ([row(Standing.PLANNED)], {}, "no part"),
        ([row(Standing.NOT_CLAIMED)], {"Y9": ["t"]}, "no such row"),
    ],
)
def test_a_claim_that_nothing_holds_is_named(rows: list[Row], marks: dict[str, list[str]], said: str):
    found = problems(rows, marks)
    assert len(found) == 1
    assert said in found[0]


def test_marks_are_read_from_functions_and_methods_without_running_them():
    text = """
class Group:
    @pytest.mark.row("P1", "P2")
    def test_in_a_class(self): ...
@pytest.mark.row("P1")
@pytest.mark.slow
def test_alone(): raise SystemExit
@pytest.mark.row("P3")
def helper(): ...
"""
    found = collect({"tests/test_x.py": text})
    assert {name: sorted(tests) for name, tests in found.items()} == {
        "P1": ["tests/test_x.py::test_alone", "tests/test_x.py::test_in_a_class"],
        "P2": ["tests/test_x.py::test_in_a_class"],
    }


def test_a_state_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="almost"):
        coverage.read({"X1": {"en": "A.", "nl": "B.", "state": "almost"}})
