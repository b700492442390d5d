"""`progress-watch` as a function: what it finds, why, and whether the why is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from samen.rights import body
from samen.rights.words import Explanation, Finding, Gathered, Phrase
from samen.rooms.treatment import course, validation
from samen.rooms.treatment.change import Point
from samen.rooms.treatment.inference import explain, infer
from samen.rooms.treatment.systems import PROGRESS
from samen.words import LANGUAGES, sentences

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEASURED = validation.measure(lambda material: infer(course.of_material(material)).code, people=4000)


def gathered(*rows):
    points = [Point(of, "1", NOW - timedelta(days=ago), total, f"{of}/{ago}") for of, total, ago in rows]
    return course.gathered(points, NOW)


def names_in(phrase):
    found = {phrase.key.rpartition(".")[2]} if ".questionnaire." in phrase.key else set()
    return found.union(*(names_in(value) for value in phrase.values.values() if isinstance(value, Phrase)))


def without(read, instruments):
    points = [point for point in read.data.points if point.instrument not in instruments]
    return course.gathered(points, read.data.now)


BETTER = gathered(("phq-9", 18, 60), ("phq-9", 8, 1))
CASES = {
    "improved": BETTER,
    "worsened": gathered(("phq-9", 8, 60), ("phq-9", 18, 1)),
    "within-error": gathered(("phq-9", 10, 60), ("phq-9", 12, 1), ("gad-7", 9, 60), ("gad-7", 8, 1)),
    "unclear": gathered(("phq-9", 22, 60), ("phq-9", 8, 1), ("who-5", 80, 60), ("who-5", 20, 1)),
    "abstain": gathered(("phq-9", 18, 1)),
}


@pytest.mark.parametrize("code", CASES)
def test_each_outcome_has_a_whole_explanation_in_both_languages(code):
    finding = infer(CASES[code])
    why = explain(CASES[code], finding)
    assert finding.code == code
    body.check(finding, why, LANGUAGES)


def test_abstaining_on_an_empty_record_is_a_finding_with_its_reason():
    finding = infer(gathered())
    assert finding.abstained
    body.check(finding, explain(gathered(), finding), LANGUAGES)


def test_a_finding_survives_being_sealed_as_plain_data():
    finding = infer(BETTER)
    back = body.from_bytes(body.to_bytes(BETTER, finding, explain(BETTER, finding)))
    assert back.finding == finding


def test_every_filled_in_questionnaire_that_was_read_is_an_item_for_the_person():
    more = gathered(("phq-9", 18, 60), ("phq-9", 8, 1), ("gad-7", None, 3))
    assert [item.ref for item in more.items] == ["phq-9/60", "phq-9/1", "gad-7/3"]


def test_to_staff_no_outcome_ever_suggests_less_care():
    for code, read in CASES.items():
        said = body.tell(explain(read, infer(read)).says_to_staff, "en")
        assert "lower" not in said or "No reason to lower or end care" in said, code


def direction(read: Gathered) -> str:
    return infer(read).code


def main_factor(read: Gathered) -> tuple[Finding, Explanation]:
    finding = infer(read)
    return finding, explain(read, finding)


def fixed_set() -> list[Gathered]:
    made = validation.cases(seed=31, people=400)
    return [read for case in made if not infer(read := course.of_material(case.material)).abstained]


@pytest.mark.row("R3.1c")
def test_taking_away_the_stated_main_factor_changes_the_direction():
    reads = fixed_set()
    moved = [direction(without(read, names_in(main_factor(read)[1].factors[0]))) != direction(read) for read in reads]
    assert len(reads) > 200
    assert sum(moved) / len(moved) >= 0.9


@pytest.mark.row("R3.1c")
def test_taking_away_a_factor_that_is_stated_as_left_out_changes_nothing():
    for read in fixed_set():
        left_out = [factor for factor in main_factor(read)[1].factors if factor.key.endswith(".left_out")]
        assert direction(without(read, set().union(*map(names_in, left_out)))) == direction(read)


def test_every_questionnaire_that_was_read_is_named_among_the_factors():
    random = Random(5)
    for read in random.sample(fixed_set(), 50):
        stated = set().union(*map(names_in, main_factor(read)[1].factors))
        assert stated == {point.instrument for point in read.data.points}


@pytest.mark.parametrize("bound", PROGRESS.manifest.evidence, ids=lambda bound: bound.measure)
def test_the_measured_figures_keep_the_bounds_that_the_manifest_set_before(bound):
    measured = MEASURED[bound.measure]
    assert measured.low >= bound.bound if bound.at_least else measured.high <= bound.bound


def test_a_judge_that_always_says_improved_fails_the_bounds():
    measured = validation.measure(lambda material: "improved", people=400)
    assert measured["false_change"].low > 0.07


def test_every_measured_share_lies_within_its_own_interval():
    assert all(each.low <= each.value <= each.high for each in MEASURED.values())


def test_the_same_seed_makes_the_same_people():
    assert validation.cases(7, 40) == validation.cases(7, 40)


def test_the_manifest_hands_out_no_function_that_runs_outside_the_gate():
    with pytest.raises(PermissionError):
        PROGRESS.manifest.infer(replace(BETTER))


def test_every_sentence_of_the_room_is_there_in_english_and_dutch():
    mine = {key: forms for key, forms in sentences().items() if key.startswith("treatment.")}
    assert len(mine) > 100
    assert not [
        key for key, forms in mine.items() if not all(forms.get(language, "").strip() for language in LANGUAGES)
    ]


def test_no_english_sentence_was_left_in_dutch():
    alike = [
        key
        for key, forms in sentences().items()
        if key.startswith("treatment.") and forms["en"] == forms["nl"] and len(forms["en"].split()) > 3
    ]
    assert set(alike) <= {"treatment.progress_watch.main.of_3"}
