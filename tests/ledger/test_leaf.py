"""What may stand in a leaf, and what a commitment hides."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from samen.ledger.commitment import WeakSalt, commit, opens
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry, NotForTheLedger, body_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALT = b"0123456789abcdef"


def body(facts=None, **rest):
    return body_of(Entry(Kind.INFERENCE, facts or {}, **rest), 5, AT)


def test_a_leaf_says_what_when_and_where():
    assert json.loads(body({"system": "treatment.progress", "items": 3})) == {
        "at": "2026-03-01T12:00:00.000000Z",
        "commitment": None,
        "facts": {"system": "treatment.progress", "items": 3},
        "index": 5,
        "kind": "inference",
    }


def test_times_are_told_in_utc():
    east = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    assert body_of(Entry(Kind.STOP), 5, east) == body_of(Entry(Kind.STOP), 5, AT)


def test_a_secret_leaves_only_its_commitment():
    written = body(secret={"note": "slept badly"}, salt=SALT)
    assert b"slept" not in written
    assert opens(json.loads(written)["commitment"], {"note": "slept badly"}, SALT)


@pytest.mark.parametrize(
    "value", ["Noor Visser", "noor@example.org", "", "a" * 200, 1.5, {"a": 1}, ["fine", "not fine"], b"x"]
)
def test_text_addresses_and_measures_may_not_stand_in_a_leaf(value):
    with pytest.raises(NotForTheLedger, match='"about"') as refused:
        body({"about": value})
    assert "Noor" not in str(refused.value)


def test_codes_ids_counts_and_lists_of_codes_may():
    facts = {
        "id": "6f0c9c1e-58d2-4b0c-9a3e-0e6f0a4f4a11",
        "code": "NO_CONSENT",
        "n": 3,
        "sure": None,
        "read": ["sleep", "phq-9"],
    }
    assert json.loads(body(facts))["facts"] == facts


def test_a_time_without_zone_is_refused():
    with pytest.raises(NotForTheLedger, match="zone"):
        body_of(Entry(Kind.STOP), 0, AT.replace(tzinfo=None))


@pytest.mark.parametrize("half", [{"secret": {"a": 1}}, {"salt": SALT}])
def test_a_secret_without_salt_or_a_salt_without_secret_is_refused(half):
    with pytest.raises(NotForTheLedger, match="both or neither"):
        body(**half)


def test_a_salt_that_can_be_guessed_is_refused():
    with pytest.raises(WeakSalt, match="16"):
        commit({"a": 1}, b"short")


def test_a_commitment_opens_with_its_own_content_and_salt_alone():
    made = commit({"a": 1}, SALT)
    assert [opens(made, {"a": 2}, SALT), opens(made, {"a": 1}, SALT[::-1]), opens(made, {"a": 1}, SALT)] == [
        False,
        False,
        True,
    ]
