"""Rows of the report that the register, the panel and the staff pages make true, each in the report's own terms."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people import store as people
from samen.people.models import Person
from samen.people.roles import Role
from samen.rights import checks, door, prohibited
from samen.rights.checks import Ask
from samen.rights.models.system import Need, Seat
from samen.rights.register import Refused
from samen.rights.store import facts, service
from samen.rights.store import systems as register
from samen.rights.words import Aim, Category, Context, Denied, Purpose, Recipient, Stage, Use
from samen.words import LANGUAGES, sentences
from tests.named import sign_in
from tests.rights import example
from tests.rights.example import NOW, SUGGEST, House, house, human, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> House:
    return house()


@pytest.mark.row("P3")
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PERSON, Role.SUPPORTER)])
def test_only_the_secretary_reads_who_sits_on_the_panel(role: Role):
    who = human("somebody", role, at=timezone.now())
    status = sign_in(Client(), who).get("/seats").status_code
    assert (status == 200) == (role is Role.PANEL_SECRETARY)


@pytest.mark.row("P3")
def test_a_seat_holds_nothing_about_anybodys_health():
    held = {field.name for field in Seat._meta.get_fields() if not field.one_to_many}
    assert held == {"account", "lived_experience", "conflict", "attested_by", "since", "until"}


@pytest.mark.row("P5", "R8.1b")
def test_without_a_ratified_need_nothing_runs(made: House):
    Need.objects.all().delete()
    assert run(made) == Denied("NO_NEED")


@pytest.mark.row("R8.1b")
def test_after_its_sunset_nothing_runs(made: House):
    Need.objects.update(until=NOW - timedelta(days=1))
    assert run(made) == Denied("SUNSET")


@pytest.mark.row("R4.4b")
def test_whose_language_was_not_tested_is_denied_by_name(made: House):
    Person.objects.filter(id=made.noor.id).update(language="en")
    dutch = replace(SUGGEST.manifest, languages=("nl",))
    about = facts.of_person(SUGGEST, made.noor.id, NOW)
    ask = Ask(uses=frozenset(dutch.uses), recipient=None, language=about.language)
    assert checks.judge(dutch, ask, about.facts) == Denied("LANGUAGE")


@pytest.mark.row("R4.4b")
def test_every_sentence_is_there_in_every_language_on_offer():
    assert [
        key for key, forms in sentences().items() if not all(forms.get(each, "").strip() for each in LANGUAGES)
    ] == []


@pytest.mark.row("K2.1")
@pytest.mark.parametrize("emergency", [False, True])
def test_a_look_stands_in_the_persons_own_list_before_the_page_is_read(made: House, emergency: bool):
    noor, now = made.noor, timezone.now()
    who = human("otto", Role.CLINICIAN, at=now) if emergency else made.sam
    if emergency:
        people.break_glass(who, noor.id, "She does not answer and her door is open", now=now)
    sign_in(Client(), who).get(reverse("rights:of", args=[noor.id]))
    page = sign_in(Client(), noor).get(reverse("people:looked")).content.decode()
    assert who.get_full_name() in page


NEVER = [
    Recipient.INSURER,
    Recipient.EMPLOYER,
    Recipient.ADVERTISER,
    Recipient.DATA_BROKER,
    Recipient.POLICE,
    Recipient.IMMIGRATION,
    Recipient.OTHER_AUTHORITY,
]


@pytest.mark.row("K2.4", "K4.6")
@pytest.mark.parametrize("category", [Category.QUESTIONNAIRES, Category.DIAGNOSES, Category.TALK, Category.GENETIC])
@pytest.mark.parametrize("recipient", NEVER)
def test_no_kind_of_data_goes_to_these_recipients_whatever_the_purpose(recipient: Recipient, category: Category):
    asked = [Use(category, purpose, recipient) for purpose in Purpose]
    refused = [use for use in asked if prohibited.reasons(replace(SUGGEST.manifest, uses=(use,)))]
    assert refused == asked


@pytest.mark.row("K2.4")
@pytest.mark.parametrize("recipient", [each for each in Recipient if each not in NEVER and each != Recipient.PERSON])
def test_nothing_goes_to_a_recipient_whom_the_persons_yes_does_not_name(made: House, recipient: Recipient):
    named = example.INFORM.manifest  # names the person alone
    about = facts.of_person(example.INFORM, made.noor.id, NOW)
    ask = Ask(uses=frozenset(named.uses), recipient=recipient, language="nl")
    assert checks.judge(named, ask, about.facts) == Denied("RECIPIENT_DENIED")


@pytest.mark.row("K8.5")
@pytest.mark.parametrize("aim", [Aim.COST, Aim.THROUGHPUT, Aim.ENGAGEMENT, Aim.REVENUE])
def test_a_system_judged_by_efficiency_is_refused_at_registration(aim: Aim):
    with pytest.raises(Refused, match="PROHIBITED"):
        door.register(example.system(id="example-efficient", aim=aim))


@pytest.mark.row("K9.5")
@pytest.mark.parametrize(
    ("figure", "code"),
    [
        (register.Figure("right", 0.97, 0.98, 0.99, 400), "NO_INTERVAL"),
        (register.Figure("right", 0.97, 0.95, 0.99, 0), "NO_INTERVAL"),
    ],
)
def test_a_figure_without_number_or_interval_is_no_evidence(made: House, figure: register.Figure, code: str):
    with pytest.raises(register.Refused, match=code):
        register.file_evidence(
            SUGGEST,
            Stage.PILOT,
            [figure],
            protocol="as planned",
            protocol_at=NOW - timedelta(days=30),
            results_at=NOW,
            by=made.lead,
        )


@pytest.mark.row("K2.6")
def test_a_person_sees_and_steers_each_use_within_two_presses_of_home(made: House):
    noor = sign_in(Client(), made.noor)
    home = noor.get(reverse("today")).content.decode()
    page = noor.get(reverse("rights:me")).content.decode()
    assert reverse("rights:me") in home
    assert reverse("rights:choose", args=[SUGGEST.id]) in page


@pytest.mark.row("A-X")
@pytest.mark.parametrize(
    "context",
    [Context.CRIMINAL_JUSTICE, Context.EMPLOYMENT, Context.EDUCATION, Context.INSURANCE, Context.CONSUMER_MARKETING],
)
def test_a_system_for_another_sector_is_refused_at_registration(context: Context):
    with pytest.raises(Refused, match="PROHIBITED"):
        door.register(example.system(id="example-elsewhere", context=context))


@pytest.mark.row("C4c")
def test_an_outsider_counts_in_the_public_log_what_the_service_counts(made: House):
    run(made)
    answer = Client().get("/register/log/export")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    kinds = Counter(each["leaf"]["kind"] for each in lines if "leaf" in each)
    assert kinds["inference"] + kinds["validation-run"] == service.count().records == 1
