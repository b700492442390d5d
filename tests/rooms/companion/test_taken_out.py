"""One press gives everything that the companion keeps of a person, column by column; a table that comes later cannot be forgotten."""

import json
import tomllib
import zipfile
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from samen.people.models import Person
from samen.people.roles import Scope
from samen.rooms.companion.models.talk import Share
from samen.rooms.companion.recalling import Wrong
from samen.rooms.companion.rhythm import Rhythm
from samen.rooms.companion.store import asking, recalls, rhythm
from samen.rooms.companion.store import talk as talks
from samen.rooms.treatment.questionnaires import questionnaires
from tests import named
from tests.rooms.companion import in_use

WAYS = tomllib.loads(Path(__file__).with_name("taken_out.toml").read_text())
TYPED, ASKED, WAITING = "Dat de dakgoot van Zonnewende lekt", "Waar vind ik een luisterlijn?", "Nog een woord"


def of_a_person() -> dict[str, type[models.Model]]:
    """Give the tables of this room that name a person, or hang on one that does, by a relation or by a number alone."""
    ours = list(apps.get_app_config("companion").get_models())
    found: dict[str, type[models.Model]] = {}
    while True:
        near = {Person, *found.values()}
        more = {
            each._meta.label: each
            for each in ours
            if each._meta.label not in found
            and any(field.related_model in near or field.name == "person" for field in each._meta.concrete_fields)
        }
        if not more:
            return found
        found |= more


def test_every_column_that_is_kept_of_a_person_has_its_place_in_the_file():
    kept = {label: {each.name for each in model._meta.concrete_fields} for label, model in of_a_person().items()}
    assert kept == {label: set(columns) for label, columns in WAYS.items()}


def at(found, way):
    """Give all values at the end of a way through a document."""
    here = [found]
    for step in way:
        here = [each for one in here for each in (one if step == "*" else [one[step]] if step in one else [])]
    return here


def plain(value):
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
    return value


@pytest.fixture
def file(db):
    """Give what one press gives to somebody of whom the companion keeps all that it can keep."""
    in_use.in_service()
    noor, reader = named.person("Noor", "nl"), uuid4()
    in_use.says_yes(noor, "nl")
    now, access = timezone.now(), named.own(noor, Scope.TALK)
    client = in_use.visitor(noor, "nl")
    one = in_use.talks(noor, "press:t:worry", "press:m:worry-time", "press:go", "press:s:7", "press:go", TYPED)
    Share.objects.create(talk_id=one, account=reader, name="Sam", at=now, until=now + timedelta(days=1), ended_at=now)
    talks.close(access, one, at=now)
    other = in_use.talks(noor, "press:t:worry")
    talks.give(access, other, pressed="", typed=WAITING, client_id="left", at=now)
    wish = Rhythm("check-in", (6,), time(19, 0), "Europe/Amsterdam", now.date() + timedelta(days=90))
    made = rhythm.begin(access, wish, mail=True, language="nl", at=now)
    assert made is not None
    rhythm.pause(access, made, at=now)
    client.post("/companion/offers/phq-9/", {"say": "never"})
    gad = questionnaires()["gad-7"]
    client.post(reverse("treatment:ask", args=["gad-7"]), {each.id: "1" for each in gad.questions})
    wrong = Wrong(("worry-time",))
    recalls.begin(wrong, "", ("Sorry", "Het spijt ons", ""), by=named.dr_visser(), at=now)
    recalls.read(access, recalls.mine(access)[0].id, at=now)
    asking.keep(access, ASKED, "nl", at=now)
    return zipfile.ZipFile(BytesIO(client.post("/companion/leaving/file/").content))


def test_what_is_kept_stands_in_the_file_under_the_way_that_is_written_down(file):
    read = {name: json.loads(file.read(name)) for name in ("talks.json", "companion.json")}
    for label, columns in WAYS.items():
        model = apps.get_model(label)
        for column, way in columns.items():
            if way.startswith("- "):
                continue
            document, *steps = way.split()
            found = at(read[document], steps)
            assert any(each not in ("", None) for each in found), way
            if column.endswith("_sealed"):
                continue
            said = {plain(each) for each in found}
            rows = model.objects.exclude(reply_sealed=None) if label == "companion.Exchange" else model.objects.all()
            assert {plain(each) for each in rows.values_list(column, flat=True)} <= said | {""}, way


def test_what_the_person_said_and_filled_in_stands_in_the_file_and_in_nobody_elses(file):
    said = json.loads(file.read("companion.json"))
    assert TYPED in file.read("talks.json").decode()
    assert [each["text"] for each in said["questions"]] == [ASKED]
    assert [each["typed"] for each in said["unanswered"]] == [WAITING]
    assert said["offers"] == [{"questionnaire": "phq-9", "said": "never"}]
    assert [(each["what"], each["days"], each["at"]) for each in said["rhythms"]] == [("check-in", [6], "19:00")]
    entries = json.loads(file.read("record.json"))["entry"]
    assert "QuestionnaireResponse" in {each["resource"]["resourceType"] for each in entries}
    kim = named.person("Kim", "nl")
    empty = zipfile.ZipFile(BytesIO(in_use.visitor(kim, "nl").post("/companion/leaving/file/").content))
    theirs = json.loads(empty.read("companion.json"))
    assert not any(theirs[each] for each in ("shares", "rhythms", "offers", "questions", "unanswered", "corrections"))
