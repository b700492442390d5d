import json
from datetime import UTC
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.record import canonical, extract, fhir, importing, references, source, wording

ELEMENTS = sorted({*extract.CODES, *fhir.WHOSE, "meta", "text", "contained", "identifier", "category", "clinicalStatus", "participant",
                   "performer", "component", "presentedForm", "content", "note", "valueQuantity", "valueString", "total", "status",
                   "effectiveDateTime", "period", "resourceType", "id", "profile", "coding", "code", "reference", "display", "div", "target",
                   "entity", "what", "actor", "name", "given", "communication", "language", "questionnaire", "attachment", "data",
                   "contentType", "system", "value", "amount", "use", "family"})  # fmt: skip
values = st.recursive(
    st.none()
    | st.just(True)
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from(["text/plain", "Patient/1", "2021-03"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=3),
    max_leaves=12,
)
WRONG = [True, 7, "x", [], {}, [True], ["x"], [{}]]
KINDS = ["Observation", "Patient", "Provenance", "Appointment", "DiagnosticReport", "Claim", "Encounter", "Composition"]


def check(text):
    piece = source.take_apart(text, lines=False)[0]
    resource = canonical.read(text)
    if importing.refusal(piece, resource):
        return
    list(importing.notes(resource, UTC))
    list(fhir.about(resource))
    extract.identifiers(resource)
    references.links(resource)
    importing.name_of_person(resource)
    importing.language_of_person(resource, "en")
    assert wording.entry(resource, pk=1, own=False).title.key.startswith("record.")


@pytest.mark.parametrize("element", ELEMENTS)
def test_one_element_of_a_wrong_shape_never_stops_an_import(element):
    for kind, value in product(KINDS, WRONG):
        check(json.dumps({element: value} | {"resourceType": kind}))


@settings(max_examples=600)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(ELEMENTS), values, max_size=6))
def test_elements_of_any_shape_are_refused_or_read_and_never_stop_an_import(kind, elements):
    check(json.dumps(elements | {"resourceType": kind}))
