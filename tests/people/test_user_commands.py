"""`samen user`, run as an operator would."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from typer.testing import CliRunner

from samen.people import store
from samen.people.commands import app
from samen.people.models import Account
from samen.people.roles import Role
from tests import named

pytestmark = pytest.mark.django_db


def run(*words, **more):
    return CliRunner().invoke(app, [*words], **more)


def test_an_added_clinician_can_work_and_is_told_of_the_second_factor():
    done = run("user", "add", "sam@example.org", "--name", "Sam", "--role", "clinician")
    assert done.exit_code == 0, done.output
    assert store.roles_of(store.account_of("sam@example.org"), timezone.now()) == {Role.CLINICIAN}
    assert "second factor" in done.output


def test_an_added_person_has_a_sealed_name_of_their_own():
    run("user", "add", "mira@example.org", "--name", "Mira", "--person", "--language", "en")
    mira = Account.objects.get(email="mira@example.org").person
    assert (store.name_of(named.own(mira)), mira.account.name) == ("Mira", "")


def test_the_printed_link_lets_its_owner_choose_a_password_once(client):
    done = run("user", "add", "mira@example.org", "--person")
    path = re.search(r"http://[^/]+(/\S+)", done.output).group(1)
    page = client.get(path, follow=True)
    new = {"password1": "a long new password", "password2": "a long new password"}
    client.post(page.redirect_chain[-1][0], new)
    assert Account.objects.get(email="mira@example.org").check_password("a long new password")
    client.get("/account/logout/")
    assert "password1" not in type(client)().get(path, follow=True).content.decode()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["user", "add", "x@example.org", "--role", "person"], "--person"),
        (["user", "add", "x@example.org", "--language", "xx"], "en or nl"),
        (["user", "add", "nobody"], "no e-mail address"),
        (["user", "reset-second-factor", "nobody@example.org"], "No active account"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(words, why):
    done = run(*words)
    assert (done.exit_code, why in done.output) == (2, True)
    assert not Account.objects.exists()


def test_adding_the_same_address_twice_is_refused():
    named.bram()
    assert run("user", "add", named.address("Bram").upper()).exit_code == 2


def test_the_list_shows_who_works_here_and_nobody_in_care():
    named.noor(), named.sam()
    done = run("user", "list", env={"COLUMNS": "200"})
    assert named.address("Sam") in done.output
    assert named.address("Noor") not in done.output


def test_a_lost_telephone_ends_every_session_and_asks_for_a_new_second_factor(client):
    sam = named.staff("Sam", password=named.PASSWORD)
    client.post("/account/login/", {"login": named.address("Sam"), "password": named.PASSWORD})
    TOTP.activate(sam, "JBSWY3DPEHPK3PXP")
    assert run("user", "reset-second-factor", named.address("Sam")).exit_code == 0
    assert client.get("/my-people")["Location"].startswith("/account/login/")
    assert not sam.authenticator_set.exists()
