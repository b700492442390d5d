"""Who sees which tabs."""

from samen.people.roles import Role
from samen.web.navigation import BY_ROLE, PLACES, Who, here, who
from samen.words import has


def test_a_visitor_sees_the_public_places_whatever_roles_are_claimed():
    assert who(False, {Role.CLINICIAN}) is Who.VISITOR


def test_a_person_without_roles_sees_their_own_five_places():
    assert [place.key for place in PLACES[who(True, ())]] == ["today", "talk", "signals", "record", "ai_and_me"]


def test_a_clinician_sees_the_working_places():
    assert who(True, {Role.CLINICIAN}) is Who.PROFESSIONAL


def test_who_answers_the_help_line_sees_it_first():
    assert PLACES[who(True, {Role.COUNSELLOR})][0].key == "line"


def test_the_panel_sees_votes():
    assert "votes" in [place.key for place in PLACES[who(True, {Role.PANEL_MEMBER})]]


def test_a_researcher_finds_studies_and_surveys():
    assert {"studies", "surveys"} < {place.key for place in PLACES[who(True, {Role.RESEARCHER})]}


def test_every_role_that_is_granted_has_tabs():
    named = frozenset().union(*(roles for roles, _ in BY_ROLE))
    assert {role for role in Role if role not in (Role.PERSON, Role.SUPPORTER)} == named


def test_every_place_has_a_word():
    keys = {place.key for places in PLACES.values() for place in places}
    assert [key for key in keys if not has(f"web.shell.places.{key}")] == []


def test_a_page_belongs_to_the_deepest_place_above_it():
    assert here("/record/5", ["/record", "/", "/help"]) == "/record"


def test_a_page_outside_every_place_belongs_to_none():
    assert here("/recordings", ["/record"]) is None
