from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.people.sealing import Service, Unreadable, seal, unseal, unwrap, wrap

KEY, OTHER = b"k" * 32, b"o" * 32
NONCE = b"n" * 12
NOOR, KIM = UUID(int=1), UUID(int=2)
SERVICE = Service(b"s" * 32)


def sealed(text=b"slept badly"):
    return seal(text, key=KEY, person=NOOR, about="note.text", nonce=NONCE)


@given(st.binary())
def test_what_was_sealed_opens_to_the_same_text(text):
    assert unseal(sealed(text), key=KEY, person=NOOR, about="note.text") == text


@pytest.mark.parametrize(
    ("key", "person", "about"),
    [(OTHER, NOOR, "note.text"), (KEY, KIM, "note.text"), (KEY, NOOR, "person.name")],
    ids=["another key", "another person", "another field"],
)
def test_a_sealed_text_opens_nowhere_but_where_it_belongs(key, person, about):
    with pytest.raises(Unreadable):
        unseal(sealed(), key=key, person=person, about=about)


@given(st.integers(0, 38), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(place, change):
    changed = bytearray(sealed())
    changed[place] ^= change
    with pytest.raises(Unreadable):
        unseal(bytes(changed), key=KEY, person=NOOR, about="note.text")


def test_a_cut_text_is_unreadable_rather_than_an_error():
    with pytest.raises(Unreadable):
        unseal(b"short", key=KEY, person=NOOR, about="note.text")


@pytest.mark.parametrize(
    ("service", "half", "person"),
    [(Service(b"x" * 32), b"h" * 32, NOOR), (SERVICE, b"g" * 32, NOOR), (SERVICE, b"h" * 32, KIM)],
    ids=["another service key", "another half", "another person"],
)
def test_a_wrapped_key_needs_the_service_key_and_the_persons_half(service, half, person):
    wrapped = wrap(KEY, service=SERVICE, half=b"h" * 32, person=NOOR, nonce=NONCE)
    with pytest.raises(Unreadable):
        unwrap(wrapped, service=service, half=half, person=person)


def test_a_service_key_shows_its_name_and_never_itself():
    assert "s" * 8 not in repr(SERVICE)
    assert SERVICE.id != Service(OTHER).id
