"""Checkpoints as the C2SP specifications want them."""

import pytest

from samen.ledger import checkpoint as cp

SEED = bytes(range(32))
ORIGIN = "example.org/log"
HEAD = cp.TreeHead(ORIGIN, 7, b"\x01" * 32)
KEY = cp.public_key(SEED, ORIGIN)

# The published example of the signed-note format (Go's golang.org/x/mod/sumdb/note).
NEUMANN = cp.parse_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n— PeterNeumann {SIGNED}\n"


def test_the_published_example_of_a_signed_note_verifies():
    assert cp.verify_note(NOTE, NEUMANN) == TEXT


def test_the_published_example_with_one_letter_changed_does_not_verify():
    with pytest.raises(cp.BadCheckpoint, match="signature"):
        cp.verify_note(NOTE.replace("your problem,", "your problem;"), NEUMANN)


def test_a_checkpoint_reads_back_what_was_signed():
    assert cp.verify(cp.sign(HEAD, SEED), KEY) == HEAD


def test_a_checkpoint_has_origin_size_and_root_on_its_first_lines():
    assert cp.sign(HEAD, SEED).split("\n")[:4] == [ORIGIN, "7", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", ""]


def test_the_key_reads_back_from_its_text():
    assert cp.parse_key(str(KEY)) == KEY


def test_a_witness_may_add_a_line_of_its_own():
    witness = cp.sign_note(cp.sign(HEAD, SEED).partition("\n\n")[0] + "\n", b"w" * 32, "witness.example")
    both = cp.sign(HEAD, SEED) + witness.partition("\n\n")[2]
    assert cp.verify(both, KEY) == HEAD


def test_a_changed_size_is_noticed():
    with pytest.raises(cp.BadCheckpoint, match="signature"):
        cp.verify(cp.sign(HEAD, SEED).replace("\n7\n", "\n8\n"), KEY)


def test_another_key_of_the_same_name_did_not_sign_it():
    with pytest.raises(cp.BadCheckpoint, match="not signed by this key"):
        cp.verify(cp.sign(HEAD, SEED), cp.public_key(b"x" * 32, ORIGIN))


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(cp.BadCheckpoint, match="another log"):
        cp.verify(cp.sign(HEAD, SEED), cp.public_key(SEED, "example.org/other"))


@pytest.mark.parametrize(
    "note", ["", "x", "a\n1\n\n", f"{ORIGIN}\n07\nAQ==\n\n— a b\n", f"{ORIGIN}\n-1\nAQ==\n\n— a b\n", "\n\n"]
)
def test_what_is_not_a_checkpoint_is_refused(note):
    with pytest.raises(cp.BadCheckpoint):
        cp.verify(note, KEY)


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AQ==", str(KEY)[:-4] + "AAA=", "log+zz+??"])
def test_a_damaged_key_is_refused(text):
    with pytest.raises(cp.BadCheckpoint, match="key"):
        cp.parse_key(text)
