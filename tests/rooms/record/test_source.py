import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.record.source import Bad, Piece, take_apart

NOTE = {"resourceType": "Observation", "id": "a"}


def bundle(*entries, kind="transaction"):
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": list(entries)})


def raw(*resources):
    entries = ",".join(f'{{"resource":{text}}}' for text in resources)
    return f'{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}'


def codes(text, lines=False):
    return [piece.code for piece in take_apart(text, lines=lines) if isinstance(piece, Bad)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=3), max_size=5), st.integers(0, 3))
def test_each_entry_keeps_the_exact_text_of_its_resource(resources, indent):
    text = json.dumps(
        {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": one} for one in resources]}, indent=indent
    )
    pieces = take_apart(text, lines=False)
    assert [json.loads(piece.text) for piece in pieces] == resources
    assert all(piece.text in text for piece in pieces)


def test_numbers_keep_the_text_they_came_with():
    assert take_apart(raw('{"resourceType":"Observation","v":18.0}'), lines=False)[0].text.endswith('"v":18.0}')


def test_an_entry_brings_its_name_and_what_its_sender_asks_for():
    request = {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=s|v"}
    entry = {"fullUrl": "urn:uuid:1", "resource": NOTE, "request": request}
    assert take_apart(bundle(entry), lines=False) == [
        Piece(1, json.dumps(NOTE), "Observation", "a", "urn:uuid:1", "POST", "Observation", "identifier=s|v")
    ]


def test_a_single_resource_is_one_piece():
    assert [piece.type for piece in take_apart(json.dumps(NOTE), lines=False)] == ["Observation"]


def test_a_list_resource_with_entries_of_its_own_is_not_taken_for_a_bundle():
    assert [piece.type for piece in take_apart('{"resourceType":"List","entry":[{"item":{}}]}', lines=False)] == [
        "List"
    ]


def test_each_line_is_one_resource_and_a_broken_line_spoils_no_other():
    pieces = take_apart(f'{json.dumps(NOTE)}\n{{"broken\n\n{json.dumps(NOTE)}\n', lines=True)
    assert [piece.place if isinstance(piece, Piece) else piece.code for piece in pieces] == [1, "NOT_JSON", 4]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"resourceType":"Bundle"', bundle(kind="batch") + "x", '{"a":1,}', "7"]
)
def test_what_is_not_one_json_object_is_refused_as_a_whole(text):
    assert codes(text) == ["NOT_JSON"]


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ('{"a":1,"a":2}', "DUPLICATE_KEY"),
        ('{"a":NaN}', "NOT_A_NUMBER"),
        ('{"a":-Infinity}', "NOT_A_NUMBER"),
        ('{"a":' + "9" * 41 + "}", "HUGE_NUMBER"),
        ('{"a":1e1000000}', "HUGE_NUMBER"),
        ("[]", "NO_RESOURCE"),
    ],
)
def test_a_bad_entry_is_refused_alone(resource, code):
    pieces = take_apart(raw(resource, json.dumps(NOTE)), lines=False)
    assert [getattr(piece, "code", "taken") for piece in pieces] == [code, "taken"]


def test_nesting_that_would_break_the_reader_is_refused():
    assert codes(raw('{"a":' + "[" * 100_000 + "]" * 100_000 + "}")) == ["TOO_DEEP"]


def test_a_bundle_that_is_a_history_is_refused():
    assert codes(bundle(kind="history")) == ["WRONG_BUNDLE"]
