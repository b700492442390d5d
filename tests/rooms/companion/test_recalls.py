"""A text that turns out to be wrong is called back from everybody who met it, and from nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.models import Leaf
from samen.people.access import NotAllowed
from samen.people.roles import Role, Scope
from samen.people.store import grant_role
from samen.rooms.companion import recalling, systems
from samen.rooms.companion.models.recall import Recall, Told
from samen.rooms.companion.models.talk import Share
from samen.rooms.companion.recalling import SHIPPED, Wrong
from samen.rooms.companion.store import drafts, modules, recalls
from tests import named
from tests.rooms.companion import in_use
from tests.rooms.companion.test_editor import begun, colleague

WORDS = ("The time was wrong. It is ten minutes.", "De tijd klopte niet. Het is tien minuten.", "")
T = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 9)]


# --- what a turn showed ---


@pytest.mark.parametrize(
    ("screen", "key", "met"),
    [
        ("", "s/worry-time/start/0", True),
        ("", "w/worry-time/0", True),
        ("", "a/worry-time", True),
        ("start", "s/worry-time/start/1", True),
        ("start", "s/worry-time/started/0", False),
        ("start", "w/worry-time/0", False),
        ("", "s/worry-time-2/start/0", False),
        ("", "i/worry-time/0", False),
        ("", "companion.frame.hall.1", False),
    ],
)
def test_a_turn_met_a_text_when_its_keys_say_so(screen, key, met):
    assert recalling.showed(Wrong(("worry-time",), screen), {"says": [["companion.frame.start", {}], [key, {}]]}) is met


def test_a_turn_of_before_keys_were_kept_counts_by_its_place():
    assert recalling.showed(Wrong(("worry-time",), "start"), {"node": "worry-time/start"})
    assert not recalling.showed(Wrong(("worry-time",), "start"), {"node": "hall"})


def test_the_shipped_version_talked_whenever_none_of_the_services_own_did():
    assert recalling.between([]) == ((None, None),)
    assert recalling.between([(T[1], T[3]), (T[3], T[5])]) == ((None, T[1]), (T[3], T[3]), (T[5], None))
    assert recalling.between([(T[1], None)]) == ((None, T[1]),)


def test_a_turn_at_the_edge_of_two_versions_is_rather_told_than_not():
    span = ((T[1], T[3]),)
    assert recalling.within(T[3] + timedelta(seconds=30), span)
    assert not recalling.within(T[3] + timedelta(minutes=2), span)
    assert not recalling.within(T[0], span)


# --- the drill ---


@pytest.fixture
def house(db):
    in_use.in_service()
    people = {name: named.person(name, "nl") for name in ("Noor", "Kim", "Lea")}
    for each in people.values():
        in_use.says_yes(each, "nl")
    in_use.talks(people["Noor"], "press:m:worry-time", "press:go")
    in_use.talks(people["Kim"], "press:m:worry-time")
    in_use.talks(people["Lea"], "press:m:breathing")
    return people


def lead():
    return named.sign_in(Client(headers={"accept-language": "en"}), named.dr_visser())


def told():
    return set(Told.objects.values_list("person", flat=True))


@pytest.mark.row("K1.1")
def test_given_a_source_that_failed_everybody_who_met_what_rests_on_it_is_counted_and_told(house):
    client, source = lead(), modules.in_use().exercises["worry-time"].sources[0]
    resting = {each.id for each in modules.in_use().exercises.values() if source in each.sources}
    assert "breathing" not in resting
    listed = client.get(reverse("companion:recalls")).content.decode()
    about = listed.split('lang="en" value="source:')
    name = next(each[:12] for each in about[1:] if source[:30] in each.replace("&#x27;", "'").replace("&amp;", "&"))
    given = {"about": f"source:{name}", "en": WORDS[0], "nl": WORDS[1]}
    counted = client.post(reverse("companion:recall_begin"), {**given, "do": "count"}).content.decode()
    assert "People who met it: 2. Talks: 2." in counted
    assert "Noor" not in counted
    assert not Told.objects.exists()
    client.post(reverse("companion:recall_begin"), {**given, "do": "tell"})
    assert told() == {house["Noor"].pk, house["Kim"].pk}
    assert Leaf.objects.filter(kind="incident").count() == 1
    noor = in_use.visitor(house["Noor"], "nl")
    for page in ("/companion/", "/companion/talks/", reverse("today")):
        assert reverse("companion:corrected") in noor.get(page).content.decode(), page
    html = noor.get(reverse("companion:corrected")).content.decode()
    assert WORDS[1] in html
    noor.post(reverse("companion:corrected_seen", args=[recalls.mine(named.own(house["Noor"], Scope.TALK))[0].id]))
    assert reverse("companion:corrected") not in noor.get("/companion/").content.decode()
    assert "People who were told: 2. Who read it: 1." in client.get(reverse("companion:recalls")).content.decode()
    lea = in_use.visitor(house["Lea"], "nl")
    assert WORDS[1] not in lea.get(reverse("companion:corrected")).content.decode()


@pytest.mark.row("K1.1")
def test_who_stands_behind_a_version_or_may_read_a_talk_of_it_is_told_too(house):
    sam, noa, boss = named.sam(), colleague(), named.dr_visser()
    draft = begun()  # of breathing, by Sam
    drafts.send(draft.id, "Clearer", by=sam, at=timezone.now())
    drafts.review(draft.id, draft.digest, "Good", by=noa, at=timezone.now())
    drafts.approve(draft.id, draft.digest, "Use it", [systems.TALK], by=boss, at=timezone.now())
    reader = named.account("Rob")
    grant_role(reader, Role.CLINICIAN, now=timezone.now())
    talk = in_use.talk.kept(named.own(house["Lea"], Scope.TALK))[0].id
    now = timezone.now()
    Share.objects.create(talk_id=talk, account=reader.id, name="Rob", at=now, until=now + timedelta(days=1))
    made = recalls.begin(Wrong(("breathing",)), "", WORDS, by=boss, at=now)
    assert set(made.warned.values_list("account", flat=True)) == {sam.id, noa.id, boss.id, reader.id}
    client = named.sign_in(Client(headers={"accept-language": "en"}), sam)
    assert WORDS[0] in client.get(reverse("companion:editor")).content.decode()
    client.post(reverse("companion:recall_seen", args=[made.id]))
    assert WORDS[0] not in client.get(reverse("companion:editor")).content.decode()


@pytest.mark.row("K1.1")
def test_only_the_version_that_was_wrong_is_called_back(house):
    at = timezone.now() + timedelta(hours=1)
    draft = begun()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=at)
    drafts.review(draft.id, draft.digest, "Good", by=colleague(), at=at)
    drafts.approve(draft.id, draft.digest, "Use it", [systems.TALK], by=named.dr_visser(), at=at)
    for version, reached in ((str(draft.id), set()), (SHIPPED, {house["Lea"].pk}), ("", {house["Lea"].pk})):
        wrong = Wrong(("breathing",), "", recalls.spans("breathing", version))
        assert recalls.reach(wrong, version, by=named.dr_visser(), at=at).people == reached, version


def test_whoever_met_it_since_is_told_once_more_and_nobody_twice(house):
    wrong = Wrong(("worry-time",))
    made = recalls.begin(wrong, "", WORDS, by=named.dr_visser(), at=timezone.now())
    in_use.talks(house["Lea"], "press:m:worry-time")
    lead().post(reverse("companion:recall_again", args=[made.id]))
    assert told() == {each.pk for each in house.values()}
    assert Told.objects.count() == 3
    assert Recall.objects.get().people == 3


def test_only_who_leads_care_calls_back_and_only_with_words_in_both_languages(house):
    with pytest.raises(NotAllowed):
        recalls.reach(Wrong(("worry-time",)), "", by=named.sam(), at=timezone.now())
    given = {"about": "exercise:worry-time", "en": "Wrong.", "nl": "", "do": "tell"}
    assert lead().post(reverse("companion:recall_begin"), given).status_code == 422
    assert not Recall.objects.exists()


def test_whoever_reads_the_exercise_without_a_name_sees_what_was_wrong(house, client):
    recalls.begin(Wrong(("worry-time",)), "", WORDS, by=named.dr_visser(), at=timezone.now())
    page = client.get("/companion/pages/worry-time/", headers={"accept-language": "nl"}).content.decode()
    assert WORDS[1] in page
    assert WORDS[1] not in client.get("/companion/pages/breathing/").content.decode()
