"""The page on which a queue policy is tried, proposed by one and approved by another."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from samen.people.models import Account
from samen.people.roles import Role
from samen.rooms.crisis.store import policies
from tests.named import sign_in
from tests.rights.example import human

pytestmark = pytest.mark.django_db

NUMBERS = {
    "counsellors": "20", "per_hour": "25", "talk_minutes": "45", "swing": "50", "high_share": "10", "sensitivity": "95",
    "specificity": "95", "unread_share": "0", "patience": "", "reserved": "10", "overtaken": "30",
}  # fmt: skip


@pytest.fixture
def lead() -> Account:
    return human("lotte", Role.CLINICAL_LEAD)


def browser(who: Account, language: str = "en") -> Client:
    client = sign_in(Client(), who)
    client.cookies["django_language"] = language
    return client


def shown(who: Account, language: str = "en", **changed: str) -> str:
    answer = browser(who, language).get(reverse("crisis:policy"), NUMBERS | changed)
    return html.unescape(answer.content.decode())


def table(page: str) -> list[str]:
    return page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]


def test_the_page_computes_what_it_shows(lead: Account):
    deaf, sharp = (table(shown(lead, sensitivity=each)) for each in ("50", "99"))
    assert deaf[0] == sharp[0]  # first come does not depend on what the computer hears
    assert deaf[2] != sharp[2]


@pytest.mark.parametrize(("language", "said"), [("en", "What it costs the others"), ("nl", "Wat het de anderen kost")])
def test_the_cost_to_the_others_stands_first_in_both_languages(lead: Account, language: str, said: str):
    assert said in shown(lead, language)


def test_a_line_that_would_never_empty_is_said_in_words_and_not_computed(lead: Account):
    page = shown(lead, per_hour="40")
    assert "The line would never empty" in page
    assert "<tbody>" not in page


def test_nothing_is_simulated_before_somebody_asks(lead: Account):
    page = browser(lead).get(reverse("crisis:policy")).content.decode()
    assert "<tbody>" not in page
    assert 'value="20"' in page


def propose(who: Account) -> None:
    said = {"reserved": "20", "overtaken": "12", "reason": "Nights are quiet here"}
    assert browser(who).post(reverse("crisis:policy-propose"), said).status_code == 302


def test_a_policy_orders_nobody_before_another_human_approved_it(lead: Account):
    propose(lead)
    browser(lead).post(reverse("crisis:policy-approve", args=[1]))
    assert policies.current().version == 0
    browser(human("levi", Role.CLINICAL_LEAD)).post(reverse("crisis:policy-approve", args=[1]))
    now = policies.current()
    assert (now.version, now.reserved, now.overtaken) == (1, 0.2, 12)


def test_the_button_to_approve_is_there_for_everybody_but_who_proposed_it(lead: Account):
    propose(lead)
    address = reverse("crisis:policy-approve", args=[1])
    assert address not in browser(lead).get(reverse("crisis:policy")).content.decode()
    assert address in browser(human("levi", Role.CLINICAL_LEAD)).get(reverse("crisis:policy")).content.decode()


def test_a_proposal_without_a_reason_is_not_kept(lead: Account):
    answer = browser(lead).post(reverse("crisis:policy-propose"), {"reserved": "20", "overtaken": "12", "reason": ""})
    assert answer.status_code == 422
    assert policies.versions() == []
