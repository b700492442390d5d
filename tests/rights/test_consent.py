"""What holds now, from what was said: the newest wins, a no wins at equal time, a yes ends, every use must be covered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Role, Scope
from samen.rights import consent, gate
from samen.rights.consent import Standing, Statement, standing, uncovered
from samen.rights.models.consent import PilotSeat
from samen.rights.store import consent as store
from samen.rights.words import Purpose, Recipient, Stage, Use
from tests.rights.example import CARE, NOW, SUGGEST, USE, house, human, say_yes

HOUR = timedelta(hours=1)


def said(yes: bool, hours: float, use: Use = USE, ends: float | None = 24 * 365) -> Statement:
    at = NOW + hours * HOUR
    return Statement(use=use, yes=yes, at=at, until=at + ends * HOUR if yes and ends is not None else None)


@pytest.mark.parametrize(
    ("statements", "then"),
    [
        ([], Standing.NONE),
        ([said(True, -2)], Standing.YES),
        ([said(True, -2), said(False, -1)], Standing.NO),
        ([said(False, -2), said(True, -1)], Standing.YES),
        ([said(True, -1), said(False, -1)], Standing.NO),
        ([said(False, -1), said(True, -1)], Standing.NO),
        ([said(True, 1)], Standing.NONE),  # said tomorrow is not said yet
        ([said(True, -2), said(False, 1)], Standing.YES),
        ([said(True, -2, ends=1)], Standing.EXPIRED),
        ([said(True, -2, ends=2)], Standing.EXPIRED),  # the moment it ends it has ended
        ([said(True, -2, ends=None)], Standing.EXPIRED),  # a yes without an end is none
        ([said(True, -1, CARE)], Standing.NONE),  # said for another use
    ],
)
def test_what_holds_now(statements: list[Statement], then: Standing):
    assert standing(USE, statements, NOW) is then


@given(st.lists(st.tuples(st.booleans(), st.integers(-50, 50)), max_size=12))
def test_the_order_of_the_rows_changes_nothing(rows: list[tuple[bool, int]]):
    statements = [said(yes, hours) for yes, hours in rows]
    assert standing(USE, statements, NOW) is standing(USE, statements[::-1], NOW)


@given(st.lists(st.tuples(st.booleans(), st.integers(-50, -1)), max_size=12))
def test_after_a_no_nothing_earlier_counts(rows: list[tuple[bool, int]]):
    assert standing(USE, [said(yes, hours) for yes, hours in rows] + [said(False, 0)], NOW) is Standing.NO


@pytest.mark.row("K3.3")
def test_every_use_of_a_run_must_be_covered():
    assert uncovered([USE, CARE], [said(True, -1)], NOW, heavy=False) == (CARE, Standing.NONE)
    assert uncovered([USE, CARE], [said(True, -1), said(True, -1, CARE)], NOW, heavy=False) is None


def test_a_yes_for_one_purpose_or_recipient_is_none_for_another():
    other = Use(USE.category, Purpose.RESEARCH, USE.recipient)
    elsewhere = Use(USE.category, USE.purpose, Recipient.FAMILY)
    for use in (other, elsewhere):
        assert uncovered([use], [said(True, -1)], NOW, heavy=False) == (use, Standing.NONE)


@pytest.mark.row("K3.1")
def test_a_heavy_yes_without_the_teach_back_answer_is_none():
    told = [replace(said(True, -1), taught_back=False)]
    assert uncovered([USE], told, NOW, heavy=True) == (USE, Standing.NONE)
    assert uncovered([USE], told, NOW, heavy=False) is None


# --- as it is kept ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.row("R2.1b")
def test_one_action_says_one_thing():
    made = house()
    before = len(store.history(made.own()))
    store.say(made.own(), SUGGEST, USE, yes=False, at=NOW, language="nl")
    now = store.history(made.own())
    assert len(now) == before + 1
    assert store.standing(now, SUGGEST.id, USE, NOW) is Standing.NO
    assert store.standing(now, SUGGEST.id, CARE, NOW) is Standing.YES


@pytest.mark.django_db
def test_nobody_says_yes_for_somebody_else():
    made = house()
    for ground, role in ((Ground.CARE, Role.CLINICIAN), (Ground.SUPPORT, Role.SUPPORTER)):
        other = Allowed(person=made.noor.id, scope=Scope.RIGHTS, ground=ground, role=role, actor=made.sam.id)
        with pytest.raises(NotAllowed):
            store.say(other, SUGGEST, USE, yes=True, at=NOW, language="nl")


@pytest.mark.django_db
@pytest.mark.row("R6.1a")
def test_no_yes_before_the_notice_was_shown():
    made = house()
    lea = people.create_person("Lea", "nl", human("lea"), now=NOW)
    own = Allowed(person=lea.id, scope=Scope.RIGHTS, ground=Ground.OWN, role=Role.PERSON, actor=lea.account_id)
    with pytest.raises(store.NotShown):
        store.say(own, SUGGEST, USE, yes=True, at=NOW, language="nl")
    assert made


@pytest.mark.django_db
def test_a_yes_ends_by_itself():
    made = house()
    history = store.history(made.own())
    assert store.standing(history, SUGGEST.id, USE, NOW + consent.HOLDS_FOR) is Standing.EXPIRED


@pytest.mark.django_db
@pytest.mark.row("R1.1b")
def test_the_person_after_the_last_place_of_a_pilot_gets_none():
    made = house(stage=Stage.PILOT)
    outcomes = []
    for place in range(6):
        account = human(f"p{place}")
        person = people.create_person("P", "nl", account, now=NOW - timedelta(days=2))
        each = made.__class__(**{**made.__dict__, "noor": person})
        say_yes(each, SUGGEST, at=NOW - timedelta(hours=1))
        outcomes.append(gate.run(SUGGEST, person=person.id, clock=lambda: NOW))
    assert PilotSeat.objects.filter(system=SUGGEST.id).count() == 5
    assert [getattr(each, "code", "ran") for each in outcomes] == ["ran"] * 4 + ["PILOT_FULL"] * 2
