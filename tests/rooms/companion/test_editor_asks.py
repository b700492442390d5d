"""What the editor's pages ask of the database, what the database keeps as it was, and what colleagues say about a text."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samen.rooms.companion.models.module import Draft, Remark, Step
from samen.rooms.companion.store import drafts, modules, remarks
from samen.rooms.companion.store.remarks import Said
from tests import named
from tests.rooms.companion import in_use
from tests.rooms.companion.test_editor import approved, begun

NAME = "worry-time"
HERE = "/companion/modules/"
MOST = 15


def asked(client: Client, page: str) -> int:
    """Give how many questions a page asks of the database, the session's own among them."""
    assert client.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as found:
        client.get(page)
    return len(found)


def says(text: str = "Too stern", **words: str) -> Remark:
    digest = modules.in_use().exercises[NAME].digest
    return remarks.add((NAME, "start"), digest, Said(text, **words), by=named.joris(), at=timezone.now())


@pytest.mark.django_db
def test_no_page_of_the_editor_asks_more_than_fifteen_questions_of_the_database_however_much_is_there() -> None:
    in_use.in_service()
    approved()
    sam = in_use.visitor(named.sam())
    draft = f"{HERE}draft/{sam.post(f'{HERE}{NAME}/begin/')['Location'].split('/')[-2]}/"
    pages = [
        HERE, f"{HERE}{NAME}/", f"{HERE}breathing/", f"{HERE}{NAME}/remark/?screen=start", f"{HERE}{NAME}/preview/",
        draft, f"{draft}head/", f"{draft}answers/", f"{draft}screen/start/", f"{draft}preview/",
    ]  # fmt: skip
    before = {page: asked(sam, page) for page in pages}
    assert not {page: n for page, n in before.items() if n > MOST}
    for number in range(5):
        says(f"Too stern {number}", nl="Doe het rustig.")
    assert {page: asked(sam, page) for page in pages} == before


@pytest.mark.django_db
def test_one_turn_asks_once_what_is_in_use() -> None:
    in_use.in_service()
    noor = named.noor()
    in_use.says_yes(noor)
    client = in_use.visitor(noor)
    client.get("/companion/")
    with CaptureQueriesContext(connection) as found:
        client.post("/companion/give/", {"press": "t:worry", "turn": 1, "once": "1"})
    assert sum('FROM "companion_draft"' in each["sql"] for each in found) == 1


def drops_a_step() -> None:
    Step.objects.all().delete()


def rewrites_a_step() -> None:
    Step.objects.update(reason="Something else")


def rewrites_a_text() -> None:
    Draft.objects.update(content="something else")


def drops_a_version() -> None:
    connection.cursor().execute("DELETE FROM companion_draft")


@pytest.mark.django_db
@pytest.mark.parametrize("does", [drops_a_step, rewrites_a_step, rewrites_a_text, drops_a_version])
def test_the_database_itself_keeps_what_was_done_with_a_version_and_the_text_that_was_read(
    does: Callable[[], Any],
) -> None:
    draft = begun()
    drafts.send(draft.id, "Clearer", by=named.sam(), at=timezone.now())
    before = list(Step.objects.values()), list(Draft.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic():
        does()
    assert (list(Step.objects.values()), list(Draft.objects.values())) == before


@pytest.mark.django_db
def test_a_peer_worker_reads_tries_and_proposes_words_and_a_writer_takes_them_over_and_answers() -> None:
    joris, sam = in_use.visitor(named.joris()), in_use.visitor(named.sam())
    assert joris.get(f"{HERE}{NAME}/").status_code == 200
    assert joris.post(f"{HERE}{NAME}/begin/").status_code == 403  # writing is not theirs
    said = {"screen": "start", "text": "Too stern", "nl": "Doe het in je eigen tempo."}
    assert joris.post(f"{HERE}{NAME}/remark/", said).status_code == 302
    assert "Too stern" in sam.get(f"{HERE}{NAME}/").content.decode()
    draft = str(sam.post(f"{HERE}{NAME}/begin/")["Location"])
    found = Remark.objects.get()
    form = sam.get(f"{draft}screen/start/?words={found.id}").content.decode()
    assert ">Doe het in je eigen tempo.</textarea>" in form
    assert joris.post(f"{HERE}remark/{found.id}/answer/", {"answer": "Done"}).status_code == 403
    assert sam.post(f"{HERE}remark/{found.id}/answer/", {"answer": "Taken over, thank you"}).status_code == 302
    assert "Too stern" not in sam.get(f"{HERE}{NAME}/").content.decode()
    assert "Taken over, thank you" in joris.get(f"{HERE}{NAME}/remark/?screen=start").content.decode()


@pytest.mark.django_db
def test_an_empty_remark_is_refused_with_its_reason_and_an_answered_one_is_answered_once() -> None:
    joris = in_use.visitor(named.joris())
    answer = joris.post(f"{HERE}{NAME}/remark/", {"screen": "start", "text": " "})
    assert answer.status_code == 422
    assert "or better words" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.create(module=NAME, digest="", by=named.joris(), at=timezone.now())
    found = says()
    remarks.answer(found.id, "Good", by=named.sam(), at=timezone.now())
    with pytest.raises(drafts.NotNow, match="GONE"):
        remarks.answer(found.id, "Again", by=named.sam(), at=timezone.now())


@pytest.mark.django_db
def test_what_nobody_read_says_so_and_what_was_read_says_by_whom_and_when() -> None:
    sam = in_use.visitor(named.sam())
    assert "No clinician has read this yet" in sam.get(f"{HERE}breathing/").content.decode()
    approved()
    told = sam.get(f"{HERE}breathing/").content.decode()
    assert "No clinician has read this yet" not in told
    assert "Read by Noa" in told
    assert "Approved by Dr Visser" in told


@pytest.mark.django_db
@pytest.mark.parametrize("who", [named.sam, named.joris, named.dr_visser])
def test_whoever_stands_beside_people_finds_the_exercises_on_their_desk(who: Callable[[], Any]) -> None:
    desk = in_use.visitor(who()).get("/my-people").content.decode()
    assert f'href="{HERE}"' in desk
