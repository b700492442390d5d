"""The pages of this floor, walked as people use them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from samen.people import store
from samen.people.models import Access, BreakGlass, CareRelationship, Proxy
from samen.people.roles import Role, Scope
from tests import named

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_from_other_tests():
    cache.clear()


@pytest.fixture
def noor():
    return named.noor()


def text(answer):
    return answer.content.decode()


def in_days(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def yes(**changes):
    return {"email": named.address("Bram"), "scopes": ["notes", "answers"], "ends": in_days(30)} | changes


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("address", ["/who-looked", "/supporters"])
def test_a_persons_pages_open_in_both_languages(client, noor, address, language):
    client.cookies["django_language"] = language
    answer = named.sign_in(client, noor).get(address)
    assert answer.status_code == 200
    assert f'lang="{language}"' in text(answer)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("address", ["/my-people", "/care", "/emergency", "/second-factor"])
def test_a_clinicians_pages_open_in_both_languages(client, noor, address, language):
    named.in_care(noor, named.sam())
    client.cookies["django_language"] = language
    assert named.sign_in(client, named.sam()).get(address).status_code == 200


def test_the_list_says_who_looked_why_and_the_reason_of_an_emergency(client, noor):
    store.break_glass(named.sam(), noor.id, "was found <b>unconscious</b>", now=timezone.now())
    page = text(named.sign_in(client, noor).get("/who-looked"))
    assert "Sam, clinician" in page
    assert "Emergency access" in page
    assert "was found &lt;b&gt;unconscious&lt;/b&gt;" in page


def test_an_empty_list_says_so_in_words(client, noor):
    assert "Nobody but you" in text(named.sign_in(client, noor).get("/who-looked"))


def test_a_person_lets_a_supporter_look_and_ends_it(client, noor):
    bram = named.bram()
    named.sign_in(client, noor)
    assert "Bram" in text(client.post("/supporters", yes(), follow=True))
    proxy = Proxy.objects.get(account=bram)
    assert proxy.scopes == ["answers", "notes"]
    assert store.allowed(bram, noor.id, Scope.NOTES, now=timezone.now()).role is Role.SUPPORTER
    client.post(f"/supporters/{proxy.pk}/end")
    assert Proxy.objects.get(pk=proxy.pk).ends <= timezone.now()


def test_nothing_is_chosen_beforehand(client, noor):
    assert "checked" not in text(named.sign_in(client, noor).get("/supporters"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": ""},
        {"ends": in_days(0)},
        {"ends": in_days(400)},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"email": "x@y.org"},
    ],
    ids=["no end", "ends today", "longer than a year", "no area", "unknown area", "nobody"],
)
def test_a_yes_that_is_not_limited_is_not_taken(client, noor, wrong):
    named.bram()
    answer = named.sign_in(client, noor).post("/supporters", yes(**wrong))
    assert "field__error" in text(answer)
    assert not Proxy.objects.exists()


def test_trying_many_addresses_stops_being_answered(client, noor):
    named.bram()
    named.sign_in(client, noor)
    for number in range(20):
        client.post("/supporters", yes(email=f"nobody{number}@example.org"))
    assert "Try again tomorrow" in text(client.post("/supporters", yes()))
    assert not Proxy.objects.exists()


def test_a_person_cannot_end_somebody_elses_supporter(client, noor):
    now = timezone.now()
    proxy = store.give_proxy(named.own(named.kim()), named.bram(), [Scope.NOTES], ends=now + timedelta(days=9), now=now)
    named.sign_in(client, noor).post(f"/supporters/{proxy.pk}/end")
    assert Proxy.objects.get(pk=proxy.pk).ends > timezone.now() + timedelta(days=8)


def test_a_clinician_opens_emergency_access_with_a_reason(client, noor):
    named.sign_in(client, named.sam())
    client.post("/emergency", {"person": str(noor.id), "reason": "found unconscious at home"})
    assert BreakGlass.objects.get(person=noor).ends <= timezone.now() + timedelta(minutes=60)


def test_emergency_access_without_a_real_reason_stays_shut(client, noor):
    named.sign_in(client, named.sam()).post("/emergency", {"person": str(noor.id), "reason": "why not"})
    assert not BreakGlass.objects.exists()


def test_a_lead_starts_care_for_a_colleague(client, noor):
    form = {"person": named.address("Noor"), "professional": named.address("Joris")}
    named.joris()
    named.sign_in(client, named.dr_visser()).post("/care", form | {"role": "peer-worker", "purpose": "peer-support"})
    assert CareRelationship.objects.get(person=noor).account == named.joris()


def test_a_clinician_cannot_start_care_for_a_colleague(client, noor):
    form = {"person": named.address("Noor"), "professional": named.address("Joris")}
    named.joris()
    named.sign_in(client, named.sam()).post("/care", form | {"role": "peer-worker", "purpose": "peer-support"})
    assert not CareRelationship.objects.exists()


def test_a_peer_worker_cannot_start_care_alone(client, noor):
    named.sign_in(client, named.joris())
    answer = client.post("/care", {"person": str(noor.id), "role": "peer-worker", "purpose": "peer-support"})
    assert "Ask a clinical lead" in text(answer)
    assert not CareRelationship.objects.exists()


def test_ending_care_closes_the_record(client, noor):
    care = named.in_care(noor, named.sam())
    named.sign_in(client, named.sam()).post(f"/care/{care.pk}/end")
    assert CareRelationship.objects.get(pk=care.pk).ends is not None


def test_a_colleague_gets_nothing_for_somebody_elses_care_relationship(client, noor):
    care = named.in_care(noor, named.sam())
    assert named.sign_in(client, named.tess()).post(f"/care/{care.pk}/end").status_code == 404
    assert CareRelationship.objects.get(pk=care.pk).ends is None


def test_seeing_the_list_of_names_is_noted_for_each_person(client, noor):
    named.in_care(noor, named.sam())
    named.sign_in(client, named.sam()).get("/my-people")
    assert Access.objects.filter(person=noor, what="people:mine").count() == 1


@pytest.mark.parametrize("number", [3, 45])
def test_my_people_takes_equally_many_queries_at_any_size(client, number, django_assert_max_num_queries):
    sam = named.sam()
    for each in store.create_people([(f"Person {at}", "en", None) for at in range(number)]):
        named.in_care(each, sam)
    named.sign_in(client, sam).get("/my-people")
    with django_assert_max_num_queries(8):
        client.get("/my-people")


def test_nobody_is_sent_to_another_site_after_the_second_factor(client):
    page = text(named.sign_in(client, named.sam()).get("/second-factor?next=https://elsewhere.example"))
    assert "elsewhere.example" not in page.partition("<main")[2].partition("</main")[0]


@pytest.fixture
def looking_along(noor):
    now = timezone.now() - timedelta(minutes=1)
    return store.give_proxy(named.own(noor), named.bram(), [Scope.NOTES], ends=now + timedelta(days=9), now=now)


def test_a_supporter_reads_whom_they_look_along_with_and_the_person_sees_that(client, noor, looking_along):
    page = text(named.sign_in(client, named.bram(), second_factor=False).get("/looking-along"))
    assert "Noor" in page
    assert "notes and life events" in page
    assert Access.objects.filter(person=noor, what="people:supported").count() == 1


def test_a_supporter_stops_looking_along(client, noor, looking_along):
    named.sign_in(client, named.bram(), second_factor=False).post(f"/looking-along/{looking_along.pk}/stop")
    assert store.supported_by(named.bram(), timezone.now()) == []


def test_a_supporter_cannot_stop_somebody_elses_look(client, looking_along):
    named.sign_in(client, named.kim()).post(f"/looking-along/{looking_along.pk}/stop")
    assert len(store.supported_by(named.bram(), timezone.now())) == 1


def test_nobody_looking_along_is_an_empty_page_in_words(client):
    assert "Nobody has asked you" in text(named.sign_in(client, named.bram()).get("/looking-along"))
