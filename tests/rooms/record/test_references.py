from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.record import references
from samen.rooms.record.references import LINK_ELEMENTS, conditional, links, relative, resolve

URN = "urn:uuid:3d195286-ce77-f5b3-b64f-3eacfb9c273e"
HERE = {URN: "Patient/3d195286-ce77-f5b3-b64f-3eacfb9c273e"}

urns = st.uuids().map(lambda one: f"urn:uuid:{one}")
words = st.text(max_size=8)
names = st.sampled_from(["reference", "url", "valueUri", "value", "code", "text", "display", "extension", "contained"])
values = st.recursive(
    st.none() | st.booleans() | words | urns,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=25,
)
resources = st.dictionaries(names, values, max_size=5)


def every(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield value
    for one in inner:
        yield from every(one)


def strings_outside_links(value, name=""):
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in strings_outside_links(inner, key)]
    if isinstance(value, list):
        return [one for inner in value for one in strings_outside_links(inner, name)]
    return [value] if name not in LINK_ELEMENTS else []


@given(resources)
def test_every_link_of_the_table_is_replaced_wherever_a_link_may_stand(resource):
    found = links(resource)
    table = {link: f"Type/{number}" for number, link in enumerate({*found.references, *found.others})}
    after = links(resolve(resource, table))
    assert {*after.references, *after.others} == set(table.values())


@given(resources, st.dictionaries(urns, st.just("Patient/1")))
def test_strings_where_no_link_may_stand_never_change(resource, table):
    table |= {text: "Patient/2" for text in every(resource) if isinstance(text, str)}
    assert strings_outside_links(resolve(resource, table)) == strings_outside_links(resource)


@given(resources)
def test_a_replaced_link_can_be_put_back(resource):
    found = links(resource)
    there = {link: f"Type/{number}" for number, link in enumerate({*found.references, *found.others})}
    back = {target: link for link, target in there.items()}
    assert resolve(resolve(resource, there), back) == resource


def test_an_identifier_that_looks_like_a_link_stays_as_it_is():
    document = {"identifier": [{"system": "urn:ietf:rfc:3986", "value": URN}]}
    assert resolve(document, HERE) == document


def test_a_link_inside_a_contained_resource_is_replaced_and_one_to_it_stays():
    bill = {"contained": [{"id": "referral", "subject": {"reference": URN}}], "referral": {"reference": "#referral"}}
    assert resolve(bill, HERE) == {
        "contained": [{"id": "referral", "subject": {"reference": HERE[URN]}}],
        "referral": {"reference": "#referral"},
    }


def test_links_in_a_narrative_are_replaced_and_its_words_are_not():
    told = {"text": {"div": f'<div>{URN} <a href="{URN}">you</a></div>'}}
    assert resolve(told, HERE)["text"]["div"] == f'<div>{URN} <a href="{HERE[URN]}">you</a></div>'


def test_a_canonical_address_is_no_link():
    assert resolve({"questionnaire": URN}, HERE) == {"questionnaire": URN}


def test_a_conditional_reference_comes_apart_into_type_system_and_value():
    assert conditional("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|999") == (
        "Practitioner",
        "http://hl7.org/fhir/sid/us-npi",
        "999",
    )


def test_a_reference_with_version_or_server_names_type_and_id():
    assert relative("https://example.org/fhir/Patient/7/_history/2") == ("Patient", "7")


def test_a_urn_names_no_type_and_id():
    assert relative(URN) is None


def test_the_words_beside_a_reference_are_kept_with_it():
    assert references.links({"performer": [{"reference": URN, "display": "Dr B"}]}).references == {URN: "Dr B"}
