import json

import pytest
from django.db import connection

from samen.people.access import Ground
from samen.people.models import Person
from samen.people.store import machine, name_of
from samen.rooms.record.models import Resource, Version
from samen.rooms.record.store import reading
from tests.incoming import bundle, entry, note, outcomes, patient, take, urn

pytestmark = pytest.mark.django_db

DOCTOR = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|999"
BOTH = [("new", ""), ("new", "")]


def refused(*entries):
    return [(row.place, row.code) for row in take(bundle(*entries)) if row.outcome == "refused"]


def noted(*entries):
    return [row.code for row in take(bundle(*entries)) if row.outcome == "note"]


def doctor(number=9, **more):
    return entry(
        number,
        {
            "resourceType": "Practitioner",
            "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "999"}],
            **more,
        },
    )


def held(kind):
    row = Resource.objects.get(type=kind)
    grants = [machine(row.person_id, Ground.IMPORT)] if row.person_id else []
    return reading.current(grants, [row.pk])[0]


def test_a_patient_becomes_a_person_whose_name_is_sealed():
    take(bundle(patient()))
    person = Person.objects.get()
    assert name_of(machine(person.id, Ground.IMPORT)) == "Noor Test1"
    assert b"Noor" not in bytes(person.name_sealed)


def test_what_is_about_somebody_lies_sealed():
    take(bundle(patient(), note(valueString="a secret of mine")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM record_resource")
        index = str(cursor.fetchall())
    assert "secret" not in index
    assert not any(b"secret" in bytes(body) for body in Version.objects.values_list("body", flat=True))


def test_the_same_bundle_twice_changes_nothing():
    text = bundle(patient(), note(performer=[{"reference": DOCTOR}]))
    take(text)
    before = list(Resource.objects.values()), list(Version.objects.values_list("id", flat=True))
    assert outcomes(text) == [("same", ""), ("same", "")]
    assert before == (list(Resource.objects.values()), list(Version.objects.values_list("id", flat=True)))


def test_other_order_and_spaces_are_no_change():
    first = note()
    take(bundle(patient(), first))
    turned = first | {"resource": dict(reversed(first["resource"].items()))}
    assert outcomes(bundle(patient(), turned)) == [("same", ""), ("same", "")]


def test_a_change_becomes_the_next_version_and_the_earlier_one_stays():
    take(bundle(patient(), note(valueString="first")))
    assert outcomes(bundle(patient(), note(valueString="second"))) == [("changed", ""), ("same", "")]
    row = Resource.objects.get(type="Observation")
    told = [
        body.received["valueString"] for _, _, body in reading.history(machine(row.person_id, Ground.IMPORT), row.pk)
    ]
    assert told == ["second", "first"]


def test_a_urn_leads_to_the_resource_and_what_came_stays_as_it_came():
    take(bundle(patient(), note()))
    kept = held("Observation")
    assert kept.body.received["subject"]["reference"] == urn(1)
    assert kept.resource["subject"]["reference"] == f"Patient/{urn(1)[9:]}"


def test_a_doctor_whom_nobody_has_sent_yet_gets_a_marked_placeholder():
    take(bundle(patient(), note(performer=[{"reference": DOCTOR, "display": "Dr Corwin"}])))
    stand_in = held("Practitioner")
    assert held("Observation").resource["performer"][0]["reference"] == stand_in.ref
    assert stand_in.resource["meta"]["tag"][0]["code"] == "placeholder"
    assert stand_in.resource["name"] == [{"text": "Dr Corwin"}]


def test_a_placeholder_is_filled_when_the_real_one_comes():
    take(bundle(patient(), note(performer=[{"reference": DOCTOR}])))
    stand_in = held("Practitioner").ref
    take(bundle(doctor(active=True)))
    filled = held("Practitioner")
    assert (filled.ref, filled.version, filled.origin) == (stand_in, 2, "import")
    assert filled.resource["active"] is True


def test_the_real_one_is_known_again_under_its_own_id():
    take(bundle(patient(), note(performer=[{"reference": DOCTOR}])))
    take(bundle(doctor()))
    assert outcomes(bundle(doctor())) == [("same", "")]
    take(bundle(patient(), note(3, performer=[{"reference": f"Practitioner/{urn(9)[9:]}"}])))
    later = Resource.objects.get(fhir_id=urn(3)[9:])
    performer = reading.current([machine(later.person_id, Ground.IMPORT)], [later.pk])[0].resource["performer"]
    assert performer[0]["reference"] == held("Practitioner").ref


def test_a_conditional_reference_finds_one_in_the_same_bundle():
    take(bundle(patient(), note(performer=[{"reference": DOCTOR}]), doctor()))
    assert held("Observation").resource["performer"][0]["reference"] == f"Practitioner/{urn(9)[9:]}"


def test_an_identifier_that_two_carry_refuses_the_entry_that_names_it():
    take(bundle(doctor(8), doctor(9)))
    assert refused(patient(), note(performer=[{"reference": DOCTOR}])) == [(2, "AMBIGUOUS_IDENTIFIER")]


def test_if_none_exist_leaves_alone_what_is_there():
    take(bundle(doctor(8)))
    again = doctor(9)
    again["request"]["ifNoneExist"] = "identifier=http://hl7.org/fhir/sid/us-npi|999"
    assert outcomes(bundle(again)) == [("same", "")]
    assert Resource.objects.count() == 1


def test_each_entry_of_a_mixed_bundle_goes_to_its_own_person():
    take(bundle(patient(1), patient(2), note(3, about=1), note(4, about=2)))
    whose = dict(Resource.objects.values_list("fhir_id", "person"))
    assert whose[urn(3)[9:]] == whose[urn(1)[9:]] != whose[urn(2)[9:]] == whose[urn(4)[9:]]


def test_an_entry_about_two_people_is_refused():
    both = note(3, about=1, patient={"reference": urn(2)})
    assert refused(patient(1), patient(2), both) == [(3, "TWO_PEOPLE")]


def test_an_entry_about_nobody_whom_we_know_is_refused():
    assert refused(note(2, about=7)) == [(1, "NO_PERSON")]


def test_an_id_of_somebody_elses_resource_is_refused():
    take(bundle(patient(1), patient(2), note(3, about=1)))
    assert refused(patient(2), note(3, about=2)) == [(2, "BELONGS_TO_ANOTHER")]
    assert Version.objects.count() == 3


def test_two_different_resources_under_one_id_are_both_refused():
    assert refused(patient(), note(2, valueString="a"), note(2, valueString="b")) == [
        (2, "DUPLICATE_ID"),
        (3, "DUPLICATE_ID"),
    ]


def test_one_resource_twice_is_kept_once():
    assert outcomes(bundle(patient(), note(), note())) == [*BOTH, ("same", "REPEATED")]


def deep(levels):
    value = {}
    for _ in range(levels):
        value = {"extension": [value]}
    return value


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"resourceType": "Banana"}, "UNKNOWN_TYPE"),
        ({"resourceType": "MedicationUsage"}, "UNKNOWN_TYPE"),
        ({"resourceType": "ImagingSelection"}, "R5_CONTENT"),
        ({"triggeredBy": []}, "R5_CONTENT"),
        ({"bodySite": {"concept": {"text": "arm"}}}, "R5_CONTENT"),
        ({"meta": {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Observation"]}}, "R5_CONTENT"),
        ({"id": "with space"}, "BAD_ID"),
        ({"id": "x" * 65}, "BAD_ID"),
        ({"id": 7}, "BAD_ID"),
        ({"extension": [deep(70)]}, "TOO_DEEP"),
        ({"contained": "none"}, "WRONG_SHAPE"),
        ({"identifier": ["1"]}, "WRONG_SHAPE"),
        ({"valueString": None}, "WRONG_SHAPE"),
        ({"resourceType": "Bundle"}, "NOTHING_TO_KEEP"),
    ],
)
def test_what_is_no_fhir_r4_is_refused_and_its_neighbours_come_in(more, code):
    one = note()
    one["resource"] |= more
    one["request"]["url"] = one["resource"]["resourceType"]
    assert sorted((row.outcome, row.code) for row in take(bundle(patient(), one))) == [("new", ""), ("refused", code)]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"method": "DELETE", "url": "Observation/1"}, "WRONG_METHOD"),
        ({"method": "PUT", "url": "Observation/other"}, "WRONG_ADDRESS"),
        ({"method": "POST", "url": "Patient"}, "WRONG_ADDRESS"),
        ({"method": "POST", "url": "Observation", "ifNoneExist": "code=1"}, "WRONG_CONDITION"),
    ],
)
def test_a_request_that_an_import_cannot_honour_is_refused(request_, code):
    assert refused(patient(), note() | {"request": request_}) == [(2, code)]


def test_a_date_without_zone_is_kept_with_a_note():
    assert noted(patient(), note(effectiveDateTime="2021-03-04T10:00:00")) == ["NO_ZONE"]
    assert held("Observation").body.received["effectiveDateTime"] == "2021-03-04T10:00:00"


def test_a_reference_that_leads_nowhere_is_kept_with_a_note():
    assert noted(patient(), note(encounter={"reference": urn(77)})) == ["BROKEN_REFERENCE"]


def test_a_contained_resource_that_is_not_there_is_a_broken_reference():
    assert noted(patient(), note(encounter={"reference": "#none"})) == ["BROKEN_REFERENCE"]


@pytest.mark.parametrize(
    "markup", ["<script>alert(1)</script>", '<img src="x" onerror="y()">', '<a href="javascript:x">y</a>']
)
def test_hostile_markup_in_a_narrative_is_kept_with_a_note(markup):
    told = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{markup}</div>'}
    assert noted(patient(), note(text=told)) == ["HOSTILE_MARKUP"]


def test_a_padded_code_is_kept_with_a_note():
    odd = {"coding": [{"system": "http://loinc.org", "code": "5089AAAAAAAAAAAAAAAA"}]}
    assert noted(patient(), note(code=odd)) == ["ODD_CODE"]


def test_a_file_that_breaks_off_leaves_nothing_half_written():
    assert outcomes(bundle(patient(), note())[:-30]) == [("refused", "NOT_JSON")]
    assert not Resource.objects.exists()


def test_lines_come_in_like_a_bundle():
    flu = entry(2, {"resourceType": "Condition", "subject": {"reference": f"Patient/{urn(1)[9:]}"}})
    lines = "\n".join(json.dumps(one["resource"]) for one in (patient(), flu))
    assert outcomes(lines, lines=True) == BOTH


def test_a_resource_without_any_id_is_known_again_by_what_it_says():
    one = note()
    del one["resource"]["id"], one["fullUrl"]
    take(bundle(patient(), one))
    assert outcomes(bundle(patient(), one)) == [("same", ""), ("same", "")]


def test_what_the_person_wrote_is_never_changed_by_an_import():
    take(bundle(patient(), note(valueString="mine")))
    Resource.objects.filter(type="Observation").update(origin="own")
    assert refused(patient(), note(valueString="theirs")) == [(2, "PERSONS_OWN")]


def test_provenance_belongs_to_the_patient_among_its_targets():
    about = entry(3, {"resourceType": "Provenance", "target": [{"reference": urn(2)}, {"reference": urn(1)}]})
    take(bundle(about, note(2), patient(1)))
    assert Resource.objects.get(type="Provenance").person_id == Person.objects.get().id
