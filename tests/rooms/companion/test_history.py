"""A person's talks are theirs: read, searched, taken along, shared until a time, and deleted so that no word is left."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from samen.ledger import receipt
from samen.ledger import store as ledger
from samen.ledger.models import Leaf
from samen.people import store as people
from samen.people.access import NotAllowed
from samen.people.models import Access
from samen.people.roles import Scope
from samen.rights.models.inference import InferenceRecord
from samen.rights.store import inference
from samen.rooms.companion.models.talk import Exchange, Share, Talk
from samen.rooms.companion.store import history
from tests import named
from tests.rooms.companion import in_use

pytestmark = pytest.mark.django_db

WORDS = "Dat ik mijn baan kwijtraak aan de firma Zonnewende"
TO_WORRY = ("press:t:worry", "press:m:worry-time", "press:go", "press:s:7", "press:go", WORDS)


@pytest.fixture
def noor():
    in_use.in_service()
    who = named.person("Noor", "nl")
    in_use.says_yes(who, "nl")
    return who


@pytest.fixture
def talk(noor):
    return in_use.talks(noor, *TO_WORRY)


def client_of(who):
    return in_use.visitor(who, "nl")


def shared_with(noor, talk, professional, days="7"):
    client_of(noor).post(reverse("companion:share", args=[talk]), {"reader": professional.id, "days": days})
    return Share.objects.filter(talk=talk, account=professional.id).last()


def test_the_list_shows_each_talk_with_its_exercise_and_leads_to_all_of_it(noor, talk):
    client = client_of(noor)
    listed = client.get("/companion/talks/").content.decode()
    assert reverse("companion:one", args=[talk]) in listed
    assert "Piekertijd" in listed or "iekeren" in listed
    whole = client.get(reverse("companion:one", args=[talk])).content.decode()
    assert "Zonnewende" in whole
    assert whole.count('class="turns__program"') == 7
    assert reverse("companion:summary", args=[talk, "worry-time"]) in whole


def test_a_search_finds_ones_own_words_whatever_their_capitals(noor, talk):
    client = client_of(noor)
    assert "<mark>Zonnewende</mark>" in client.get("/companion/talks/", {"q": "zonneWENDE"}).content.decode()
    assert "staat in geen van je gesprekken" in client.get("/companion/talks/", {"q": "ananas"}).content.decode()


def test_a_search_sees_no_talk_of_anybody_else(noor, talk):
    kim = named.person("Kim", "nl")
    assert history.search(named.own(kim, Scope.TALK), "Zonnewende") == []


def test_a_file_holds_every_turn_and_the_ledger_says_that_it_was_taken(noor, talk):
    answer = client_of(noor).post(reverse("companion:take", args=[talk]))
    made = json.loads(answer.content)["talks"]
    assert [each["turn"] for each in made[0]["turns"]] == [1, 2, 3, 4, 5, 6, 7]
    assert made[0]["turns"][6]["typed"] == WORDS
    assert made[0]["answers"][0]["module"] == "worry-time"
    assert "attachment" in answer["Content-Disposition"]
    assert Leaf.objects.filter(kind="release-of-export").count() == 1


def test_the_page_to_print_holds_all_talks_in_full(noor, talk):
    html = client_of(noor).get("/companion/talks/paper/").content.decode()
    assert "Zonnewende" in html
    assert "printknop" in html


@pytest.mark.row("S2")
def test_one_press_takes_out_everything_before_the_service_ends(noor, talk):
    client = client_of(noor)
    assert reverse("companion:leave") in client.get("/companion/leaving/").content.decode()
    with zipfile.ZipFile(BytesIO(client.post("/companion/leaving/file/").content)) as file:
        assert set(file.namelist()) == {
            "talks.json",
            "talks.html",
            "talks.pdf",
            "companion.json",
            "record.json",
            "ai.json",
        }
        assert "Zonnewende" in file.read("talks.html").decode()
        assert json.loads(file.read("talks.json"))["talks"][0]["turns"][6]["typed"] == WORDS
        assert json.loads(file.read("record.json"))["resourceType"] == "Bundle"
        assert len(json.loads(file.read("ai.json"))["runs"]) == 7


def test_asking_to_delete_says_what_goes_and_what_stays_and_deletes_nothing(noor, talk):
    html = client_of(noor).get(reverse("companion:delete", args=[talk])).content.decode()
    assert "Wat weggaat" in html
    assert "Dat er een AI voor je draaide" in html
    assert Talk.objects.count() == 1


def test_a_deleted_talk_leaves_no_row_and_no_finding_only_that_an_ai_ran(noor, talk):
    answer = client_of(noor).post(reverse("companion:delete", args=[talk]))
    assert answer.status_code == 302
    assert (Talk.objects.count(), Exchange.objects.count(), Share.objects.count()) == (0, 0, 0)
    records = InferenceRecord.objects.filter(person=noor, system="companion.talk")
    assert set(records.values_list("state", "body")) == {("cleared", None)}
    assert records.count() == 7


def test_deleting_one_talk_leaves_the_findings_of_the_other(noor, talk):
    client = client_of(noor)
    client.post("/companion/fresh/")
    other = in_use.talks(noor, "press:t:worry")
    client.post(reverse("companion:delete", args=[talk]))
    assert list(Talk.objects.values_list("id", flat=True)) == [other]
    cleared = InferenceRecord.objects.filter(person=noor, system="companion.talk", state="cleared")
    assert cleared.count() == 7
    assert InferenceRecord.objects.filter(person=noor, system="companion.talk").count() == 9


def test_the_receipt_of_a_deletion_can_be_verified_and_is_its_persons_alone(noor, talk):
    client = client_of(noor)
    leads = client.post("/companion/talks/delete/").url
    assert "Gewiste gesprekken: 1." in client.get(leads).content.decode()
    proof = receipt.from_json(client.get(f"{leads}file/").content)
    assert receipt.verify_receipt(proof, ledger.public_key()) == []
    assert proof.secret["count"] == 1
    assert client_of(named.person("Kim", "nl")).get(leads).status_code == 404
    assert client.get("/companion/talks/deleted/0/").status_code == 404


def test_nobody_of_the_care_team_reads_a_talk_that_was_not_shared(noor, talk):
    sam = named.sam()
    named.in_care(noor, sam)
    client = named.sign_in(client_of(noor), sam)
    assert "Nothing is shared with you now" in client.get(reverse("companion:shared", args=[noor.id])).content.decode()
    assert client.get(reverse("companion:shared-talk", args=[noor.id, talk])).status_code == 404


def test_a_shared_talk_is_read_by_that_one_professional_and_the_person_sees_each_look(noor, talk):
    sam, visser = named.sam(), named.dr_visser()
    named.in_care(noor, sam)
    named.in_care(noor, visser)
    shared_with(noor, talk, sam)
    address = reverse("companion:shared-talk", args=[noor.id, talk])
    assert "Zonnewende" in named.sign_in(client_of(noor), sam).get(address).content.decode()
    assert named.sign_in(client_of(noor), visser).get(address).status_code == 404
    assert Access.objects.filter(person=noor, account=sam, what="companion:shared-talk").count() == 1
    looked = client_of(noor).get(reverse("people:looked")).content.decode()
    assert "Een gesprek met de gesprekspartner dat je deelde" in looked


def test_a_share_ends_at_one_press_and_by_itself(noor, talk):
    sam = named.sam()
    named.in_care(noor, sam)
    share = shared_with(noor, talk, sam)
    seen = people.allowed(sam, noor.id, Scope.TALK, now=timezone.now())
    assert history.read(seen, talk, share.until - timedelta(seconds=1)) is not None
    assert history.read(seen, talk, share.until) is None
    client_of(noor).post(reverse("companion:end-share", args=[talk, share.id]))
    assert history.read(seen, talk, timezone.now()) is None


def test_a_share_needs_a_reader_who_cares_for_the_person_and_a_time_that_was_offered(noor, talk):
    sam = named.sam()
    assert shared_with(noor, talk, sam) is None  # Sam does not care for Noor
    named.in_care(noor, sam)
    tess = named.tess()
    named.in_care(noor, tess)
    assert shared_with(noor, talk, tess) is None  # a social worker reads no talks
    assert shared_with(noor, talk, sam, days="4000") is None
    wrong = client_of(noor).post(reverse("companion:share", args=[talk]), {"reader": "", "days": "7"})
    assert wrong.status_code == 422
    assert "Er is nog niets gedeeld" in wrong.content.decode()


def test_a_share_opens_nothing_once_care_has_ended_nor_in_an_emergency(noor, talk):
    sam = named.sam()
    care = named.in_care(noor, sam)
    shared_with(noor, talk, sam)
    people.end_care(care, by=named.dr_visser(), now=timezone.now())
    client = named.sign_in(client_of(noor), sam)
    address = reverse("companion:shared-talk", args=[noor.id, talk])
    assert client.get(address).status_code == 403
    people.break_glass(sam, noor.id, "Noor does not answer the door", now=timezone.now())
    assert client.get(address).status_code == 404


def test_only_the_person_searches_shares_and_deletes(noor, talk):
    sam = named.sam()
    named.in_care(noor, sam)
    seen = named.seen_by(sam, noor, Scope.TALK)
    for attempt in (
        lambda: history.search(seen, "x"),
        lambda: history.delete(seen, talk, at=timezone.now()),
        lambda: history.end_share(seen, uuid4(), at=timezone.now()),
        lambda: inference.clear_records(named.seen_by(sam, noor, Scope.FINDINGS), [uuid4()]),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.row("S3")
def test_no_page_of_the_history_counts_days_in_a_row_or_pushes(noor, talk):
    client = client_of(noor)
    for address in ("/companion/talks/", reverse("companion:one", args=[talk]), "/companion/"):
        html = client.get(address).content.decode().lower()
        for word in ("streak", "op rij", "reeks", "notificat", "badge"):
            assert word not in html, (address, word)
