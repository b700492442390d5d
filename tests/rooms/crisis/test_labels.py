"""Rounds of labels: blind until both are through, settled by a third or by both, sealed, and thrown away for good."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Role
from samen.people.sealing import KeyDestroyed
from samen.rooms.crisis import labelling
from samen.rooms.crisis.labelling import BadFile
from samen.rooms.crisis.models.labels import Label, LabelItem, LabelRound, Settled
from samen.rooms.crisis.store import labels as store
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.labels import Said
from samen.rooms.crisis.training import material
from tests.named import sign_in
from tests.rights.example import human
from tests.rooms.crisis.labelled import CANNOT, DANGER, SAFE, agreed, begun, clinician, say_all

pytestmark = pytest.mark.django_db
TEXTS = ("ik heb de datum geprikt", "wat een rotdag", "geen idee meer")


@pytest.fixture
def ann():
    return clinician("ann")


@pytest.fixture
def bob():
    return clinician("bob")


def differing(ann, bob) -> LabelRound:
    """A round on which the two differ about the second message."""
    found = begun(TEXTS, ann)
    say_all(found, ann, [DANGER, SAFE, CANNOT])
    say_all(found, bob, [DANGER, Said(2, "passive", True), CANNOT])
    return store.one(found.pk)


# --- blind --------------------------------------------------------------------------------------------------------------


def test_nobody_meets_the_others_label_before_both_are_through(ann, bob):
    found = begun(TEXTS, ann)
    say_all(found, ann, [DANGER, SAFE, SAFE])
    seat = store.sit(found, by=bob, at=timezone.now())
    for _ in range(2):
        store.say(seat, store.coming(seat).item, SAFE, at=timezone.now())
        with pytest.raises(NotNow, match="NOT_COMPLETE"):
            store.both(store.one(found.pk))
    assert {each.seat_id for each in store.own(seat)} == {seat.pk}
    store.say(seat, store.coming(seat).item, SAFE, at=timezone.now())
    assert len(store.both(store.one(found.pk))) == 3


def test_the_page_shows_nothing_of_the_other_while_one_is_at_it(ann, bob):
    found = begun(TEXTS, ann)
    say_all(found, ann, [DANGER, SAFE, SAFE])
    store.sit(found, by=bob, at=timezone.now())
    for name in ("crisis:labels-round", "crisis:labels-next"):
        page = html.unescape(browser(bob).get(reverse(name, args=[found.pk])).content.decode())
        assert "0. No sign of danger; " not in page
        assert "plan" not in page.split("<form")[0].lower()


def test_a_third_person_finds_both_seats_taken_and_nobody_sits_twice(ann, bob):
    found = begun(TEXTS, ann)
    assert store.sit(found, by=ann, at=timezone.now()) == store.sit(found, by=ann, at=timezone.now())
    store.sit(found, by=bob, at=timezone.now())
    with pytest.raises(NotNow, match="TAKEN"):
        store.sit(found, by=clinician("cas"), at=timezone.now())


def test_who_gives_a_seat_up_leaves_no_label_that_counts_and_does_not_come_back(ann, bob):
    found = begun(TEXTS, ann)
    say_all(found, ann, [DANGER, DANGER, DANGER])
    store.leave(found, by=ann, at=timezone.now())
    with pytest.raises(NotNow, match="LEFT"):
        store.sit(found, by=ann, at=timezone.now())
    say_all(found, bob, [SAFE, SAFE, SAFE])
    say_all(found, clinician("cas"), [SAFE, SAFE, SAFE])
    assert {each.settled.level for each in store.both(store.one(found.pk))} == {0}


def test_a_label_stays_as_it_was_written(ann, bob):
    differing(ann, bob)
    for change in (lambda: Label.objects.update(level=0), lambda: Label.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_who_neither_treats_nor_answers_labels_nothing(ann):
    found = begun(TEXTS, ann)
    with pytest.raises(NotAllowed):
        store.sit(found, by=human("mo", Role.MODERATOR), at=timezone.now())
    with pytest.raises(NotAllowed):
        begun(TEXTS, human("lea", Role.COUNSELLOR))


# --- settling -----------------------------------------------------------------------------------------------------------


def test_what_both_say_is_settled_and_what_differs_waits(ann, bob):
    found = differing(ann, bob)
    assert [each.agreed for each in store.both(found)] == [True, False, True]
    standing = store.standing(found)
    assert (standing.open, standing.settled, standing.waits) == (1, 1, "settling")
    assert [each.text for each in store.settled("nl")] == [TEXTS[0]]  # of what neither could say, nothing is learnt


def test_a_third_person_settles_at_once(ann, bob):
    found = differing(ann, bob)
    item = store.both(found)[1].item.pk
    store.settle(found, item, Said(2, "passive", True), by=clinician("cas"), at=timezone.now())
    assert {each.text: each.level for each in store.settled("nl")} == {TEXTS[0]: 3, TEXTS[1]: 2}
    with pytest.raises(NotNow, match="SETTLED"):
        store.settle(found, item, SAFE, by=clinician("dee"), at=timezone.now())


def test_what_one_of_the_two_proposes_holds_once_the_other_confirms(ann, bob):
    found = differing(ann, bob)
    item = store.both(found)[1].item.pk
    store.settle(found, item, SAFE, by=ann, at=timezone.now())
    assert len(store.settled("nl")) == 1
    with pytest.raises(NotNow):
        store.confirm(found, item, by=ann, at=timezone.now())
    with pytest.raises(NotNow):
        store.confirm(found, item, by=clinician("cas"), at=timezone.now())
    store.confirm(found, item, by=bob, at=timezone.now())
    assert len(store.settled("nl")) == 2


def test_nobody_settles_before_both_are_through(ann):
    found = begun(TEXTS, ann)
    with pytest.raises(NotNow, match="NOT_COMPLETE"):
        store.settle(found, found.items.first().pk, SAFE, by=clinician("cas"), at=timezone.now())
    assert not Settled.objects.exists()


# --- the texts ----------------------------------------------------------------------------------------------------------


def test_texts_of_the_service_lie_sealed_and_are_unreadable_once_thrown_away(ann):
    found = agreed(TEXTS, [DANGER, SAFE, SAFE])
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, sealed FROM crisis_labelitem")
        assert all(text == "" and b"datum" not in bytes(sealed) for text, sealed in cursor.fetchall())
    assert len(store.settled("nl")) == 3
    store.discard(found, by=ann, at=timezone.now())
    assert store.settled("nl") == []
    with pytest.raises(KeyDestroyed):
        store.texts(store.one(found.pk), LabelItem.objects.all())
    assert [each.text for each in store.both(store.one(found.pk))] == ["", "", ""]


def test_written_messages_are_drawn_from_every_kind_one_of_a_family_and_not_twice():
    first = labelling.drawn("nl", 40, before=())
    assert len(first) == len({row.family for row in first}) == 40
    assert {row.level for row in first} >= {0, 2, 3, 4}
    assert {bool(row.trap) for row in first} == {True, False}
    second = labelling.drawn("nl", 40, before={row.text for row in first})
    assert not {row.family for row in first} & {row.family for row in second}
    assert {row.text for row in first} <= {row.text for row in material.rows("nl")}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "EMPTY", 0),
        ('{"text": "a"}\nnot json', "LINE", 2),
        ('{"text": 7}', "LINE", 1),
        ('{"text": "a"}\n\n{"text": "b", "language": "en"}', "LANGUAGE", 3),
        ("x" * 8001, "LONG", 1),
        ("a\nb\nc", "MANY", 0),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_its_line(text, code, line):
    with pytest.raises(BadFile) as refused:
        labelling.read(text, "nl", most=2)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_both_kinds_of_file_are_read_and_a_message_that_stands_twice_is_one():
    assert labelling.read("a\n\n b \na", "nl", most=9) == [(1, "a"), (3, "b")]
    assert labelling.read('{"id": 1, "text": "a"}\n{"text": "a", "language": "nl"}', "nl", most=9) == [(1, "a")]


# --- the pages ----------------------------------------------------------------------------------------------------------


def browser(who, language: str = "en") -> Client:
    client = sign_in(Client(), who)
    client.cookies["django_language"] = language
    return client


def upload(who, **changed):
    file = SimpleUploadedFile("ours.txt", "\n".join(TEXTS).encode())
    said = {"language": "nl", "title": "October", "file": file, "nobody": "on", "sampled": "on"} | changed
    return browser(who).post(reverse("crisis:labels-upload"), {name: each for name, each in said.items() if each})


def test_a_round_goes_through_its_pages_from_file_to_agreement(ann, bob):
    address = upload(ann)["Location"]
    found = LabelRound.objects.get()
    for who, level in ((ann, "3"), (bob, "0")):
        browser(who).post(reverse("crisis:labels-sit", args=[found.pk]))
        for _ in TEXTS:
            where = reverse("crisis:labels-next", args=[found.pk])
            item = store.coming(store.seat_of(found, who)).item
            said = {"item": item, "level": level, "topic": "plan" if level == "3" else "nothing", "trap": "no"}
            assert browser(who).post(where, said).status_code == 302
    page = html.unescape(browser(ann).get(address).content.decode())
    assert "The two gave the same level to 0 of 3 messages" in page
    assert TEXTS[0] in page
    item = store.both(store.one(found.pk))[0].item.pk
    said = {"level": "3", "topic": "plan", "trap": "yes"}
    browser(clinician("cas")).post(reverse("crisis:labels-settle", args=[found.pk, item]), said)
    assert [(each.level, each.trap) for each in store.settled("nl")] == [(3, True)]


@pytest.mark.parametrize("missing", ["nobody", "file", "title"])
def test_a_file_without_the_word_that_nobody_can_be_recognised_is_not_taken(ann, missing):
    assert upload(ann, **{missing: None}).status_code == 422
    assert not LabelRound.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"level": "3", "trap": "no", "topic": "nothing"},
        {"level": "0", "topic": "nothing"},
        {"level": "9", "trap": "no"},
    ],
)
def test_half_a_label_is_not_kept(ann, said):
    found = begun(TEXTS, ann)
    seat = store.sit(found, by=ann, at=timezone.now())
    answer = browser(ann).post(
        reverse("crisis:labels-next", args=[found.pk]), {"item": store.coming(seat).item, **said}
    )
    assert answer.status_code == 422
    assert not Label.objects.exists()


def test_a_form_that_is_sent_twice_labels_one_message(ann):
    found = begun(TEXTS, ann)
    seat = store.sit(found, by=ann, at=timezone.now())
    said = {"item": store.coming(seat).item, "level": "unclear"}
    for _ in range(2):
        browser(ann).post(reverse("crisis:labels-next", args=[found.pk]), said)
    assert Label.objects.count() == 1


def test_a_round_of_written_messages_hides_what_their_author_said(ann):
    browser(ann).post(reverse("crisis:labels-begin"), {"language": "en", "wanted": "5"})
    found = LabelRound.objects.get()
    store.sit(found, by=ann, at=timezone.now())
    page = browser(ann).get(reverse("crisis:labels-next", args=[found.pk])).content.decode()
    assert "checked" not in page
    assert "selected" not in page.split('name="topic"')[1].split("</select>")[0]


def test_a_counsellor_labels_and_begins_no_round():
    lea = human("lea", Role.COUNSELLOR)
    page = browser(lea).get(reverse("crisis:labels")).content.decode()
    assert reverse("crisis:labels-upload") not in page
    assert upload(lea).status_code == 403
