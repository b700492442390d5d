"""A service's own versions of modules: four eyes, in use from the approval on, and never what nobody showed to work."""

import tomllib
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Role
from samen.people.store import grant_role
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.companion import differing, systems, writing
from samen.rooms.companion.library import module_of
from samen.rooms.companion.models.module import Draft, Step
from samen.rooms.companion.store import drafts, modules
from tests import named
from tests.rooms.companion.in_use import in_service, says_yes, talks

NAME = "breathing"


def raw(name: str = NAME) -> dict[str, Any]:
    return tomllib.loads(modules.text(name))


def edited(**more: Any) -> str:
    made = raw()
    return writing.write({**made, "version": made["version"] + 1, **more})


def begun(content: str | None = None) -> Draft:
    base = modules.in_use().exercises[NAME].digest
    return drafts.begin(NAME, content or edited(minutes=9), base, by=named.sam(), at=timezone.now())


def colleague() -> Any:
    made = named.account("Noa")
    grant_role(made, Role.CLINICIAN, now=timezone.now())
    return made


def approved() -> Draft:
    draft = begun()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=timezone.now())
    drafts.review(draft.id, draft.digest, "Good", by=colleague(), at=timezone.now())
    drafts.approve(draft.id, draft.digest, "Use it", [systems.TALK], by=named.dr_visser(), at=timezone.now())
    return draft


@pytest.mark.parametrize("file", modules.files(), ids=lambda each: each.stem)
def test_a_module_that_is_written_back_is_equal_to_what_was_read(file: Any) -> None:
    found = tomllib.loads(file.read_text())
    assert tomllib.loads(writing.write(found)) == found


def test_letters_that_a_file_must_escape_come_back_as_they_were() -> None:
    found = {"title": {"en": 'a "b" \\ \x7f\n{x}', "nl": "é’\t"}, "end": True, "n": 3}
    assert tomllib.loads(writing.write(found)) == found


@pytest.mark.django_db
def test_after_the_approval_the_own_version_talks_and_after_taking_it_back_the_shipped_one() -> None:
    before = modules.in_use().exercises[NAME].minutes
    draft = approved()
    assert modules.in_use().exercises[NAME].minutes == 9
    assert list(modules.in_use().exercises) == list(modules.shipped().exercises)
    drafts.withdraw(draft.id, "Not yet", [systems.TALK], by=named.dr_visser(), at=timezone.now())
    assert modules.in_use().exercises[NAME].minutes == before != 9


@pytest.mark.django_db
def test_an_approval_changes_the_digest_and_the_gate_denies_until_it_was_shown_to_work() -> None:
    in_service()
    noor = named.noor()
    says_yes(noor)
    talks(noor, "press:hall")
    before = systems.TALK.digest
    approved()
    assert systems.TALK.digest != before
    ran = gate.run(systems.TALK, person=noor.id, actor=named.own(noor))
    assert isinstance(ran, Denied)


@pytest.mark.django_db
def test_the_writer_neither_reviews_nor_approves_and_only_who_leads_care_approves() -> None:
    draft = begun()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=timezone.now())
    with pytest.raises(NotAllowed):
        drafts.review(draft.id, draft.digest, "Good", by=named.sam(), at=timezone.now())
    drafts.review(draft.id, draft.digest, "Good", by=colleague(), at=timezone.now())
    with pytest.raises(NotAllowed):
        drafts.approve(draft.id, draft.digest, "Use it", [systems.TALK], by=colleague(), at=timezone.now())
    assert drafts.approved() == {}


@pytest.mark.django_db
def test_whoever_leads_care_does_not_approve_what_they_read_themselves() -> None:
    draft, lead = begun(), named.dr_visser()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=timezone.now())
    drafts.review(draft.id, draft.digest, "Good", by=lead, at=timezone.now())
    with pytest.raises(drafts.NotNow, match="READ_IT"):
        drafts.approve(draft.id, draft.digest, "Use it", [systems.TALK], by=lead, at=timezone.now())
    assert drafts.approved() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["own review", "no review", "own approval", "no approval", "read and approved by one"])
def test_the_database_itself_refuses_a_version_in_use_without_four_eyes(how: str) -> None:
    sam, other = named.sam(), colleague()
    given = {
        "own review": {"reviewed_by": sam, "approved_by": other},
        "no review": {"reviewed_by": None, "approved_by": other},
        "own approval": {"reviewed_by": other, "approved_by": sam},
        "no approval": {"reviewed_by": other, "approved_by": None},
        "read and approved by one": {"reviewed_by": other, "approved_by": other},
    }[how]
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(
            module=NAME, base="", content="", digest="", state="approved", by=sam, at=timezone.now(), **given
        )


@pytest.mark.django_db
def test_the_database_itself_refuses_a_decision_without_a_reason() -> None:
    draft = begun()
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.create(draft=draft, what="reviewed", by=colleague(), at=timezone.now(), reason="", digest="")


@pytest.mark.django_db
def test_two_people_never_write_on_one_module_past_each_other() -> None:
    draft = begun()
    with pytest.raises(drafts.NotNow, match="BUSY"):
        drafts.begin(NAME, edited(), "", by=colleague(), at=timezone.now())
    with pytest.raises(drafts.NotNow, match="CHANGED"):
        drafts.save(draft.id, edited(), "what was seen before", by=named.sam(), at=timezone.now())


@pytest.mark.django_db
def test_what_is_reviewed_is_what_was_read() -> None:
    draft = begun()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=timezone.now())
    with pytest.raises(drafts.NotNow, match="CHANGED"):
        drafts.review(draft.id, "another text", "Good", by=colleague(), at=timezone.now())


@pytest.mark.django_db
def test_a_changed_text_a_new_way_and_a_new_screen_are_each_named() -> None:
    old, new = raw("worry-time"), raw("worry-time")
    new["screen"][0]["say"][0]["nl"] += " Echt."
    new["screen"].append({"id": "extra", "kind": "inform", "say": [{"en": "Bye.", "nl": "Dag."}], "end": True})
    button = next(each for screen in new["screen"] for each in screen.get("choice", ()) if each.get("to"))
    button["to"] = "extra"
    found = differing.changes(*(module_of(writing.write(each).encode()) for each in (old, new)))
    keys = [each.key for each in found]
    assert {"text_nl", "screen_added", "leads"} <= set(keys)
    assert next(each for each in found if each.key == "leads").values["after"] == "extra"
    assert differing.changes(*(module_of(writing.write(old).encode()) for _ in range(2))) == []


def test_words_that_were_added_and_taken_out_are_marked_one_by_one() -> None:
    assert differing.marked("one two three", "one three four") == [
        ("same", "one "),
        ("del", "two "),
        ("same", "three "),
        ("ins", "four "),
    ]
