"""A yes to a stream: from a time on, for one use, and what is open of it at any moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from samen import words
from samen.ledger import store as ledger
from samen.people.roles import Scope
from samen.rights import consent, door
from samen.rights.consent import Statement
from samen.rights.models.consent import PersonState
from samen.rights.models.consent import Statement as Row
from samen.rights.store import consent as store
from samen.rights.words import Category, Purpose, Recipient, Stream, Use
from tests import named

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
USE = Use(Category.LOCATION, Purpose.SELF_UNDERSTANDING, Recipient.PERSON)
OTHER = Use(Category.LOCATION, Purpose.RESEARCH, Recipient.RESEARCHER)


def said(*each: tuple[float, bool, float | None]) -> list[Statement]:
    """Give statements by their days from now: when, yes or no, and since when."""
    return [
        Statement(
            USE,
            yes,
            NOW + at * DAY,
            until=NOW + (at + 365) * DAY if yes else None,
            since=None if since is None else NOW + since * DAY,
        )
        for at, yes, since in each
    ]


@pytest.mark.parametrize(
    ("statements", "since"),
    [
        ([], None),
        ([(-3, True, None)], -3),
        ([(-3, True, -30)], -30),
        ([(-3, True, -30), (-1, False, None)], None),
        ([(-3, True, -30), (-2, False, None), (-1, True, None)], -1),  # what lay before the no stays closed
        ([(-3, True, -30), (-2, False, None), (-1, True, -10)], -10),  # unless the person opens it again
        ([(-9, True, None), (-1, True, None)], -9),  # a yes said again opens no gap
        ([(-800, True, None), (-1, True, None)], -1),  # the first ended by itself
        ([(1, True, None)], None),  # not yet said
    ],
)
def test_a_stream_is_open_from_the_earliest_of_an_unbroken_yes(statements, since):
    expected = None if since is None else NOW + since * DAY
    assert consent.open_since(USE, said(*statements), NOW) == expected


@pytest.fixture
def stream():
    handle = door.register_stream(Stream("stream.example", "rights.stream_example", (USE, OTHER)))
    yield handle
    door._STREAMS.pop(handle.id)


@pytest.fixture(autouse=True)
def sentences(monkeypatch):
    told = {f"rights.stream_example.{part}": {"en": part, "nl": part} for part in ("name", "short", "says")}
    known = words.sentences()
    monkeypatch.setattr(words, "sentences", lambda: {**known, **told})


@pytest.mark.django_db
class TestSaying:
    def test_a_yes_opens_one_use_of_a_stream_and_a_no_closes_it(self, stream):
        noor = named.own(named.noor(), Scope.RIGHTS)
        door.tell(noor, stream, at=NOW)
        door.say_of_stream(noor, stream, USE, yes=True, at=NOW, language="en", since=NOW - DAY)
        assert door.open_streams(noor.person, NOW) == {"stream.example": {USE: NOW - DAY}}
        door.say_of_stream(noor, stream, USE, yes=False, at=NOW, language="en")
        assert door.open_streams(noor.person, NOW) == {}

    def test_no_yes_comes_before_the_person_was_told(self, stream):
        with pytest.raises(store.NotShown):
            door.say_of_stream(named.own(named.noor(), Scope.RIGHTS), stream, USE, yes=True, at=NOW, language="en")

    def test_a_yes_never_looks_ahead(self, stream):
        noor = named.own(named.noor(), Scope.RIGHTS)
        door.tell(noor, stream, at=NOW)
        with pytest.raises(ValueError, match="never ahead"):
            door.say_of_stream(noor, stream, USE, yes=True, at=NOW, language="en", since=NOW + DAY)

    def test_nothing_is_open_while_a_person_is_restricted(self, stream):
        noor = named.own(named.noor(), Scope.RIGHTS)
        door.tell(noor, stream, at=NOW)
        door.say_of_stream(noor, stream, USE, yes=True, at=NOW, language="en")
        PersonState.objects.filter(person=noor.person).update(restricted_at=NOW)
        assert door.open_streams(noor.person, NOW) == {}

    def test_a_receipt_of_a_yes_holds_its_time(self, stream):
        noor = named.own(named.noor(), Scope.RIGHTS)
        door.tell(noor, stream, at=NOW)
        one = door.say_of_stream(noor, stream, USE, yes=True, at=NOW, language="en", since=NOW - DAY)
        bound = store.secret(noor.person, one.subject, one.use, one.yes, one.at, one.since)
        assert bound["since"] == (NOW - DAY).isoformat()
        assert ledger.receipt(one.leaf, now=NOW, secret=bound).secret == bound

    def test_what_was_said_stays_as_it_was_said(self, stream):
        noor = named.own(named.noor(), Scope.RIGHTS)
        door.tell(noor, stream, at=NOW)
        door.say_of_stream(noor, stream, USE, yes=True, at=NOW, language="en")
        for change in (lambda: Row.objects.update(yes=False), lambda: Row.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
