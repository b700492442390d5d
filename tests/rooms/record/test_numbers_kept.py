import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.rooms.record.bodies import Body, pack, unpack
from samen.rooms.record.canonical import canonical, deeper_than, plain, pretty, read, write

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(str)
values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(numbers)
def test_a_number_comes_back_digit_by_digit(number):
    assert write(read(f'{{"value":{number}}}')) == f'{{"value":{number}}}'


@given(values)
def test_what_is_written_reads_back_the_same(value):
    assert json.loads(write(value)) == json.loads(pretty(value)) == value


@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_the_order_of_members_makes_no_difference_to_the_canonical_form(value):
    turned = dict(reversed(value.items()))
    assert canonical(turned) == canonical(value)


def test_a_trailing_zero_is_a_difference_since_decimals_carry_precision():
    assert canonical(read('{"a":18.0}')) != canonical(read('{"a":18}'))


@pytest.mark.parametrize(("text", "number"), [("18.0", 18.0), ("7", 7), ("1e3", 1000.0)])
def test_others_get_numbers_to_calculate_with(text, number):
    assert plain(read(f"[{text}]")) == [number]


def test_depth_counts_objects_and_lists():
    assert [deeper_than({"a": [1]}, most) for most in (1, 2)] == [True, False]


@given(st.text(), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_a_kept_body_comes_back_as_it_was(text, links):
    assert unpack(pack(Body(text, links))) == Body(text, links)


def test_foreign_bytes_are_no_body():
    with pytest.raises(ValueError, match="packed"):
        unpack(b"?")
