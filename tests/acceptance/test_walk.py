"""Every address, as every role, in every relation, against the written table `walk.toml`; and that the walk would notice."""

from dataclasses import replace
from functools import wraps

import pytest
from django.http import HttpResponse
from django.urls import path

from samen.people import door, store
from samen.people.access import CarePurpose, NotAllowed, Refused
from samen.people.roles import Role, Scope
from tests.acceptance import walking
from tests.acceptance.prepared import BREAKING, CARING, prepare

TABLE = walking.read_table()
ADDRESSES = walking.addresses()
FEW = ("anonymous", "another", "researcher", "administrator")


@pytest.fixture
def walker(db):
    return walking.Walker(prepare(), TABLE)


@pytest.fixture
def alone(walker):
    """Give the problems of one address."""
    return lambda name, visitors=None: walker.problems([named(name)], visitors)


def named(name):
    return next(each for each in ADDRESSES if each.name == name)


@pytest.mark.slow
@pytest.mark.on_sqlite  # minutes; who may open what does not hang on the database, and each page is opened on both in its room
@pytest.mark.row("R1.2a", "R2.1a")
def test_every_address_answers_every_visitor_as_the_table_says(walker):
    assert walker.problems(ADDRESSES) == []


# --- the table ----------------------------------------------------------------------------------------------------------


def test_every_address_has_its_row():
    assert walking.without_row(ADDRESSES, TABLE) == []


def test_a_new_address_without_a_row_is_found():
    new = replace(ADDRESSES[0], name="treatment:new")
    assert walking.without_row([*ADDRESSES, new], TABLE) == ["treatment:new"]


def test_an_address_without_a_name_is_found():
    with pytest.raises(AssertionError, match="has no name"):
        list(walking.walk([path("nameless", HttpResponse)]))


def test_every_row_is_of_an_address_that_is_there_and_the_demo_has_none():
    there = {each.name for each in ADDRESSES}
    assert {name for name, row in TABLE.rows.items() if row.demo == (name in there)} == set()


def test_nobody_is_let_in_for_not_being_named_where_people_and_staff_are_told_apart():
    open_ones = {"everybody", "account", "signed-in"}
    assert {name for name, each in TABLE.audiences.items() if each.rest == "page"} == open_ones


def test_what_opens_to_staff_and_not_to_everybody_asks_for_their_second_factor():
    staff = {str(role) for role in Role} - {"person", "supporter"}
    lacking = [
        name
        for name, each in TABLE.audiences.items()
        if each.rest != "page" and not each.second_factor and any(each.answers.get(role) == "page" for role in staff)
    ]
    assert lacking == []


def test_the_administrator_gets_no_page_about_any_person():
    about = [each for each in ADDRESSES if each.about_person]
    cells = [cell for each in about for cell in (TABLE.rows[each.name].get, TABLE.rows[each.name].post)]
    assert len(about) >= 5
    assert {cell.of("administrator") for cell in cells} == {"refused", "method"}


def test_every_page_about_a_person_writes_down_who_looked_but_the_form_that_shows_nothing_of_them():
    shows = {name for name, row in TABLE.rows.items() if row.get.audience is not TABLE.audiences["method"]}
    about = {each.name for each in ADDRESSES if each.about_person and each.name in shows}
    assert about - {name for name, row in TABLE.rows.items() if row.looks} == {"people:break_glass_of"}


# --- the visitors -------------------------------------------------------------------------------------------------------


def test_every_role_walks_without_a_relation(walker):
    assert {each.role for each in walker.made.visitors.values() if not each.tied} == {None, *Role}


@pytest.mark.parametrize("role", [role for role in Role if role not in CARING])
def test_a_role_that_cannot_care_stands_in_no_relation_to_walk_in(walker, role):
    made = walker.made
    who = made.visitors[str(role)].account
    with pytest.raises(NotAllowed):
        store.start_care(made.noor.id, who, role, CarePurpose.TREATMENT, by=made.house.lead, now=made.now)


@pytest.mark.parametrize("role", [role for role in Role if role not in BREAKING])
def test_a_role_that_cannot_break_glass_stands_in_no_emergency_to_walk_in(walker, role):
    made = walker.made
    who = made.visitors[str(role)].account
    assert store.break_glass(who, made.noor.id, "Found unconscious", now=made.now) == Refused("NOT_YOUR_ROLE")


# --- the walk notices ---------------------------------------------------------------------------------------------------

GUARDED = [
    each.name for each in ADDRESSES if getattr(each.pattern.callback, "guard", door.Guard("public")).kind != "public"
]


def test_the_walk_notices_a_guard_that_was_taken_away_from_any_address(walker):
    assert len(GUARDED) > 60
    unnoticed = []
    for name in GUARDED:
        with walking.opened(named(name), door.public_page(lambda request, **blanks: HttpResponse("in"))):
            if not walker.problems([named(name)], FEW):
                unnoticed.append(name)
    assert unnoticed == []


@pytest.mark.parametrize(
    ("name", "looser"),
    [
        ("record:person", door.page_about(Scope.CONTACT)),
        ("treatment:person", door.page_about(Scope.NOTES)),
        ("rights:of", door.page_about(Scope.RECORD)),
        ("rights:evidence", door.signed_in_page),
        ("rights:me", door.signed_in_page),
        ("rights:seats", door.page_for_roles(Role.PANEL_SECRETARY, Role.PANEL_MEMBER)),
    ],
)
def test_the_walk_notices_a_guard_that_was_loosened(alone, name, looser):
    with walking.opened(named(name), looser(lambda request, **blanks: HttpResponse("in"))):
        assert any("expected refused, got page" in each for each in alone(name))


def test_the_walk_notices_a_second_factor_that_is_asked_of_nobody(alone, monkeypatch):
    monkeypatch.setattr(door, "has_second_factor", lambda request: True)
    assert any("expected second-factor, got page" in each for each in alone("record:person"))


def test_the_walk_notices_a_page_that_leaves_before_the_look_is_written_down(alone, monkeypatch):
    monkeypatch.setattr(door, "_noted", lambda request, access: None)
    wrong = alone("record:person")
    assert any("clinician, in care: the page left" in each for each in wrong)
    assert not any("as person:" in each for each in wrong)


def test_the_walk_notices_an_ended_tie_that_still_opens(alone, monkeypatch):
    monkeypatch.setattr("samen.people.access.Tie.holds", lambda tie, now: True)
    assert any("clinician, care ended: expected refused, got page" in each for each in alone("record:person"))


def test_the_walk_notices_a_page_that_breaks(alone):
    view = named("rights:me").pattern.callback

    @wraps(view)
    def broken(request):
        raise ZeroDivisionError

    with walking.opened(named("rights:me"), broken):
        assert any("got status 500 (ZeroDivisionError" in each for each in alone("rights:me"))
