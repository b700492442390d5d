"""Canonical JSON: official vectors, and plain refusals."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.ledger.canonical import NotCanonical, dumps

VECTORS = Path(__file__).parents[3] / "shared/data/rfc8785/testdata"
NAMES = sorted(file.stem for file in (VECTORS / "input").glob("*.json"))

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@pytest.mark.skipif(not NAMES, reason="no vectors at ../shared/data/rfc8785: put the shared data there to run this")
@pytest.mark.parametrize("name", NAMES)
def test_canonical_json_is_written_as_the_official_vectors_say(name):
    value = json.loads((VECTORS / f"input/{name}.json").read_bytes())
    assert dumps(value) == (VECTORS / f"output/{name}.json").read_bytes()


@given(values)
def test_what_is_written_reads_back_the_same(value):
    assert json.loads(dumps(value)) == value


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), scalars))
def test_the_order_of_keys_changes_nothing(value):
    assert dumps(dict(reversed(value.items()))) == dumps(value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (float("nan"), "not a number"),
        (float("inf"), "infinite"),
        (2**53, "Give it as a string"),
        ({1: "a"}, "str keys"),
        ({"a": b"bytes"}, "nsupported type"),
        ("\ud800", "nicode|UTF-8|utf-8"),
        ({"\ud800": 1}, "surrogate"),
    ],
)
def test_what_has_no_canonical_form_is_refused_in_plain_words(value, says):
    with pytest.raises(NotCanonical, match=says):
        dumps(value)


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(NotCanonical, match="holds itself"):
        dumps(value)
