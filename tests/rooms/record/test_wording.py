import re
from pathlib import Path

import pytest

from samen.rooms import record
from samen.rooms.record import wording
from samen.rooms.record.wording import entry, narrative_text, value_of
from samen.words import has

HERE = Path(record.__path__[0])
KINDS = sorted({*wording.KINDS.values(), "other"})


def said(**more):
    return entry({"resourceType": "Observation", "status": "final", **more}, pk=1, own=False)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_entry_has_its_sentences(kind):
    assert has(f"record.timeline.title.{kind}")
    assert has(f"record.timeline.bare.{kind}")


def test_each_reason_of_the_importer_has_its_sentence():
    code = "".join(file.read_text() for file in HERE.rglob("*.py"))
    reasons = set(
        re.findall(
            r'(?:Refuse\(|yield |BadJson\(|return |Bad\(\w+, |"note", |"refused", |"same", |else )"([A-Z][A-Z0-9_]+)"',
            code,
        )
    )
    assert len(reasons) > 20
    assert [reason for reason in sorted(reasons) if not has(f"record.importing.{reason}")] == []


def test_each_filter_has_its_word():
    assert all(has(f"record.page.filter.{name or 'all'}") for name in wording.FILTERS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"valueQuantity": {"value": "63.80", "unit": "kg"}}, "63.80 kg"),
        ({"valueCodeableConcept": {"coding": [{"display": "Negative"}]}}, "Negative"),
        ({"valueString": "ok"}, "ok"),
        ({"component": [{"code": {"text": "Upper"}, "valueInteger": 120}]}, "Upper 120"),
        ({}, ""),
        ({"valueQuantity": None}, ""),
    ],
)
def test_a_value_is_said_as_it_came(value, words):
    assert value_of(value) == words


def test_a_score_is_said_without_what_stands_there_for_machines():
    score = {"resourceType": "Observation", "valueQuantity": {"value": "68.0", "unit": "{score}"}}
    assert wording.value_of(score) == "68"


def test_a_measurement_keeps_its_precision():
    sugar = {"resourceType": "Observation", "valueQuantity": {"value": "7.0", "unit": "mmol/L"}}
    assert wording.value_of(sugar) == "7.0 mmol/L"


def test_our_own_scores_and_answers_are_named():
    coding = {"system": "urn:samen:questionnaire", "code": "who-5.total", "display": "WHO-5 total"}
    total = {"resourceType": "Observation", "code": {"coding": [coding]}}
    answers = {"resourceType": "QuestionnaireResponse", "questionnaire": "urn:samen:questionnaire:who-5|1"}
    said = [wording.entry(each, pk=1, own=True).title.key for each in (total, answers)]
    assert said == ["record.timeline.named.who5_score", "record.timeline.named.who5"]


def test_a_known_questionnaire_is_named():
    coding = {"system": "http://loinc.org", "code": "44249-1"}
    assert said(code={"coding": [coding]}).title.key == "record.timeline.named.phq9"


def test_what_snomed_adds_for_machines_is_left_out():
    assert said(code={"text": "Well child visit (procedure)"}).title.values["what"] == "Well child visit"


def test_an_entry_without_words_still_has_a_title():
    assert said().title.key == "record.timeline.bare.measurement"


def test_a_letter_is_read_as_text():
    letter = {
        "resourceType": "DiagnosticReport",
        "presentedForm": [{"contentType": "text/plain; charset=utf-8", "data": "SGk="}],
    }
    assert entry(letter, pk=1, own=False).text == "Hi"


def test_a_letter_that_is_no_base64_is_left_out():
    letter = {"resourceType": "DiagnosticReport", "presentedForm": [{"contentType": "text/plain", "data": "%"}]}
    assert entry(letter, pk=1, own=False).text == ""


def test_a_narrative_gives_its_words_and_nothing_that_runs():
    assert narrative_text("<div>Hello <b>you</b><script>alert(1)</script><style>p{}</style></div>") == "Hello you"
