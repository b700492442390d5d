"""Signing in and out with django-allauth, as this house sets it up."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache

from samen.people import store
from samen.people.models import Account, Person
from samen.people.roles import Role
from samen.web.settings import email
from tests import named
from tests.passkey import Passkey

pytestmark = pytest.mark.django_db
LOGIN, SEED = "/account/login/", "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _fresh_limits_and_quick_passwords(settings):
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def enter(client, name, password=named.PASSWORD, **more):
    return client.post(LOGIN, {"login": named.address(name), "password": password}, **more)


def code():
    return f"{hotp_value(SEED, next(iter(yield_hotp_counters_from_time()))):06}"


def test_an_address_and_a_password_open_the_door(client):
    named.account("Bram", password=named.PASSWORD)
    assert enter(client, "Bram")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(named.bram().pk)


def test_capitals_in_the_address_do_not_matter(client):
    named.account("Bram", password=named.PASSWORD)
    client.post(LOGIN, {"login": "BRAM@Example.org", "password": named.PASSWORD})
    assert "_auth_user_id" in client.session


def test_signing_in_brings_the_accounts_own_language(client):
    named.account("Bram", "nl", named.PASSWORD)
    assert enter(client, "Bram").cookies["django_language"].value == "nl"


def test_guessing_passwords_is_stopped_even_for_the_right_one(client):
    named.account("Bram", password=named.PASSWORD)
    for _ in range(5):
        enter(client, "Bram", "a wrong guess")
    enter(client, "Bram")
    assert "_auth_user_id" not in client.session


def test_one_address_on_the_network_cannot_try_without_end(client):
    answers = [enter(client, f"nobody{number}", "a guess").status_code for number in range(31)]
    assert answers[-1] == 429


def test_signing_up_makes_a_person_with_a_key_and_a_sealed_name(client):
    form = {"email": "mira@example.org", "password1": "a long new password", "name": "Mira"}
    assert client.post("/account/signup/", form).status_code == 302
    mira = Person.objects.get(account__email="mira@example.org")
    assert store.name_of(named.own(mira)) == "Mira"
    assert b"Mira" not in bytes(mira.name_sealed)
    assert mira.account.name == ""


def test_signing_up_gives_no_role_to_work_in(client):
    client.post("/account/signup/", {"email": "mira@example.org", "password1": "a long new password", "name": "Mira"})
    account = Account.objects.get(email="mira@example.org")
    assert store.roles_of(account, account.created_at) <= {Role.PERSON}


@pytest.mark.parametrize("password", ["short", "password1234", "mira@example"])
def test_weak_passwords_are_refused(client, password):
    client.post("/account/signup/", {"email": "mira@example.org", "password1": password, "name": "Mira"})
    assert not Account.objects.filter(email="mira@example.org").exists()


def test_staff_with_a_second_factor_are_asked_for_it(client):
    sam = named.staff("Sam", password=named.PASSWORD)
    TOTP.activate(sam, SEED)
    assert enter(client, "Sam")["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


def test_a_session_opened_with_a_code_enters_pages_of_work(client):
    TOTP.activate(named.staff("Sam", password=named.PASSWORD), SEED)
    enter(client, "Sam")
    client.post("/account/2fa/authenticate/", {"code": code()})
    assert client.get("/my-people").status_code == 200


@pytest.mark.django_db(transaction=True)  # the signal comes after the commit
def test_staff_who_set_up_a_second_factor_go_on_in_the_same_session(client):
    named.staff("Sam", password=named.PASSWORD)
    enter(client, "Sam")
    assert client.get("/my-people")["Location"].startswith("/second-factor")
    client.post("/account/reauthenticate/", {"password": named.PASSWORD})
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    value = hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    client.post("/account/2fa/totp/activate/", {"code": f"{value:06}"})
    assert client.get("/my-people").status_code == 200


def test_a_session_without_the_code_that_somebody_has_is_asked_for_it(client):
    sam = named.staff("Sam")
    TOTP.activate(sam, SEED)
    client.force_login(sam)
    assert client.get("/my-people")["Location"].startswith("/account/2fa/reauthenticate/")


def test_staff_cannot_take_their_last_second_factor_away(client):
    sam = named.staff("Sam", password=named.PASSWORD)
    TOTP.activate(sam, SEED)
    enter(client, "Sam")
    client.post("/account/2fa/authenticate/", {"code": code()})
    client.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=sam, type=Authenticator.Type.TOTP).exists()


def test_the_seed_of_a_second_factor_lies_encrypted():
    seed = TOTP.activate(named.sam(), SEED).instance.data["secret"]
    assert SEED not in seed


# --- passkeys and recovery codes ------------------------------------------------------------------------------------


def with_passkey(client, name):
    """Let somebody who is signed in with their password set up a passkey, and give it."""
    enter(client, name)
    client.post("/account/reauthenticate/", {"password": named.PASSWORD})
    page = client.get("/account/2fa/webauthn/add/")
    passkey = Passkey()
    answer = passkey.made(page.context["js_data"]["creation_options"])
    client.post("/account/2fa/webauthn/add/", {"name": "My phone", "passwordless": "on", "credential": answer})
    return passkey


def asked(client):
    return client.get("/account/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"}).json()


def enters_with(client, passkey):
    options = asked(client)["request_options"]
    return client.post("/account/2fa/webauthn/login/", {"credential": passkey.signed(options)})


@pytest.mark.django_db(transaction=True)
def test_a_passkey_opens_the_door_without_a_password_and_counts_as_second_factor(client):
    named.staff("Sam", password=named.PASSWORD)
    passkey = with_passkey(client, "Sam")
    assert client.get("/my-people").status_code == 200  # the session in which it was set up
    elsewhere = type(client)()
    assert enters_with(elsewhere, passkey)["Location"] == "/"
    assert elsewhere.get("/my-people").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_passkey_that_nobody_set_up_opens_nothing(client):
    named.staff("Sam", password=named.PASSWORD)
    passkey = with_passkey(client, "Sam")
    elsewhere = type(client)()
    enters_with(elsewhere, Passkey(number=passkey.number, owner=passkey.owner))  # the right name, another key
    assert "_auth_user_id" not in elsewhere.session


@pytest.mark.django_db(transaction=True)
def test_what_a_passkey_said_once_opens_nothing_a_second_time(client):
    named.staff("Sam", password=named.PASSWORD)
    passkey = with_passkey(client, "Sam")
    elsewhere = type(client)()
    heard = {"credential": passkey.signed(asked(elsewhere)["request_options"])}
    later = type(client)()
    asked(later)
    later.post("/account/2fa/webauthn/login/", heard)
    assert "_auth_user_id" not in later.session


def recovery_codes(who):
    TOTP.activate(who, SEED)
    return RecoveryCodes.activate(who).get_unused_codes()


def test_a_recovery_code_opens_the_door_once(client):
    code_of_paper = recovery_codes(named.staff("Sam", password=named.PASSWORD))[0]
    enter(client, "Sam")
    client.post("/account/2fa/authenticate/", {"code": code_of_paper})
    assert client.get("/my-people").status_code == 200
    again = type(client)()
    enter(again, "Sam")
    again.post("/account/2fa/authenticate/", {"code": code_of_paper})
    assert "_auth_user_id" not in again.session


def test_recovery_codes_lie_encrypted():
    sam = named.staff("Sam")
    codes = recovery_codes(sam)
    kept = str(Authenticator.objects.get(user=sam, type=Authenticator.Type.RECOVERY_CODES).data)
    assert not any(each in kept for each in codes)
    assert "seed" in kept
    assert Authenticator.objects.get(user=sam, type=Authenticator.Type.RECOVERY_CODES).data["seed"] not in codes


def test_recovery_codes_alone_are_no_second_factor_for_work(client):
    sam = named.staff("Sam", password=named.PASSWORD)
    RecoveryCodes.activate(sam)
    enter(client, "Sam")
    assert not Authenticator.objects.filter(user=sam, type=Authenticator.Type.TOTP).exists()
    assert client.get("/my-people").status_code != 200


def test_guessing_codes_is_stopped_even_for_the_right_one(client):
    TOTP.activate(named.staff("Sam", password=named.PASSWORD), SEED)
    enter(client, "Sam")
    for guess in range(8):
        client.post("/account/2fa/authenticate/", {"code": f"{guess:06}"})
    client.post("/account/2fa/authenticate/", {"code": code()})
    assert "_auth_user_id" not in client.session


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_somebody_elses_session_is_neither_listed_nor_ended(client):
    named.account("Bram", password=named.PASSWORD)
    named.account("Kim", password=named.PASSWORD)
    elsewhere = type(client)()
    enter(elsewhere, "Bram")
    enter(client, "Kim")
    assert [each.user for each in client.get("/account/sessions/").context["sessions"]] == [named.account("Kim")]
    client.post("/account/sessions/")
    assert "_auth_user_id" in elsewhere.session


def test_sessions_are_listed_and_ended_by_their_owner(client, django_user_model):
    named.account("Bram", password=named.PASSWORD)
    elsewhere = type(client)()
    enter(elsewhere, "Bram")
    enter(client, "Bram")
    assert UserSession.objects.filter(user=named.bram()).count() == 2
    assert client.get("/account/sessions/").status_code == 200
    client.post("/account/sessions/")
    assert elsewhere.get("/supporters")["Location"].startswith(LOGIN)
    assert client.get("/supporters").status_code == 403  # still signed in: an account without a record


def test_nobody_learns_by_mail_or_page_whether_an_address_is_known_here(client):
    named.account("Bram", password=named.PASSWORD)
    known = client.post("/account/password/reset/", {"email": named.address("Bram")})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [each.to for each in mail.outbox] == [[named.address("Bram")]]


def test_mail_is_written_to_files_or_sent_by_url():
    assert email("")["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    sent = email("smtp://me:se%40cret@mail.example.org:587")
    assert (sent["EMAIL_HOST_PASSWORD"], sent["EMAIL_USE_TLS"]) == ("se@cret", True)
