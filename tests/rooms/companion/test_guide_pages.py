"""The guide as pages, as an interface for programs and as files: for everybody, without a name, and kept by editors."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from samen.people.models import Person
from samen.people.roles import Role
from samen.rooms.companion import entry, hsds
from samen.rooms.companion.commands.guide import app
from samen.rooms.companion.guide import Wanted
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.models.guide import Report, Service
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store import places
from samen.rooms.crisis.door import numbers
from tests.named import sign_in
from tests.rights import example

pytestmark = pytest.mark.django_db
HOUSE = {
    "id": "test-house",
    "country": "nl",
    "name": {"en": "The House", "nl": "Het Huis"},
    "about": {"en": "Tea and company", "nl": "Thee en gezelschap"},
    "needs": ["lonely"],
    "languages": ["nl", "ar"],
    "ways": ["visit"],
    "free": True,
    "checked": timezone.localdate(),
    "certainty": "read",
    "places": [
        {
            "street": "Kade 1",
            "town": "Utrecht",
            "postcode": "3511 AA",
            "latitude": 52.09,
            "longitude": 5.12,
            "access": ["wheelchair"],
        }
    ],
}


def kept(**said) -> UUID:
    document = entry.document_of({**HOUSE, **said}, places.needs())
    store.keep([document], by="test", what="imported", at=timezone.now())
    return UUID(document["id"])


def names(**said) -> list[str]:
    return [each.entry.name for each in jobs.look(Wanted(**said), timezone.now()).hits]


def page(client: Client, address: str, language: str = "en") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.row("K2.7")
def test_whoever_looks_for_help_is_asked_for_no_name_and_nothing_is_kept_of_it(client):
    shown = page(client, "/guide/?need=suicide")
    assert "113" in shown
    assert not client.cookies.get("sessionid")
    assert "login" not in shown.partition("<main")[2].partition("</main")[0]
    assert Person.objects.count() == Session.objects.count() == 0


@pytest.mark.parametrize(("language", "word"), [("en", "debts"), ("nl", "schulden")])
def test_a_word_of_either_language_finds_the_same_help(client, language, word):
    shown = page(client, f"/guide/?q={word}", language)
    assert "Geldfit" in shown
    assert word in shown.partition("<main")[2]  # why it is shown, in the words that were typed


def test_the_first_page_asks_what_somebody_needs_and_shows_the_emergency_number(client):
    shown = page(client, "/guide/")
    assert "What do you need?" in shown
    assert 'href="tel:112"' in shown
    assert shown.count("?need=") == len(places.needs())


def test_a_search_that_meets_nothing_says_so_and_still_shows_whom_to_call(client):
    shown = page(client, "/guide/?q=xyzzy")
    assert "We found nothing" in shown
    assert 'href="tel:112"' in shown


def test_a_number_comes_from_the_crisis_rooms_directory_and_its_doubt_with_it(client):
    jobs.ready(timezone.now())
    listener = Service.objects.get(listed="nl-luisterlijn")
    assert "phones" not in listener.document
    number = next(each for each in numbers.load("en", timezone.localdate()) if each.id == "nl-luisterlijn")
    shown = page(client, f"/guide/{listener.id}/")
    assert f'href="tel:{number.tel}"' in shown
    assert ("Not checked yet" in shown) is not number.certain


def test_near_comes_from_the_town_and_far_is_said(client):
    kept()
    near = page(client, "/guide/?need=lonely&place=Utrecht&language=ar")
    assert "km from Utrecht" in near
    far = page(client, "/guide/?need=lonely&place=Groningen&language=ar")
    assert "Far: about" in far


def test_what_narrows_down_leaves_out_what_is_known_not_to_fit():
    kept()
    assert "Het Huis" in names(needs=("lonely",), language="ar", free=True, access=("wheelchair",))
    kept(id="test-french", name="Maison", languages=["fr"])
    assert names(needs=("lonely",), language="fr") == ["Maison"]
    kept(id="test-paid", name="Duur", free=False)
    assert "Duur" not in names(needs=("lonely",), free=True)
    kept(id="test-old", name="Oud", ages=[65, None])
    assert "Oud" not in names(needs=("lonely",), age=30)


def test_a_search_knows_at_once_what_was_changed_added_or_stopped():
    kept()
    assert names(needs=("lonely",), language="ar") == ["Het Huis"]
    kept(id="test-new", name="Nieuw")
    assert set(names(needs=("lonely",), language="ar")) == {"Het Huis", "Nieuw"}
    kept(id="test-new", name="Ook nieuw")
    assert set(names(needs=("lonely",), language="ar")) == {"Het Huis", "Ook nieuw"}
    kept(status="defunct")
    assert names(needs=("lonely",), language="ar") == ["Ook nieuw"]


def test_in_a_large_directory_the_nearest_are_found_and_a_name_before_a_text():
    at = timezone.now()
    many = [
        {
            **HOUSE,
            "id": f"test-{place}",
            "name": f"Plek {place}",
            "places": [{**HOUSE["places"][0], "latitude": 50.8 + place / 100, "longitude": 5.1}],
        }
        for place in range(200)
    ]
    named = {**HOUSE, "id": "test-named", "name": "Gezelschap", "about": {"en": "x", "nl": "x"}}
    store.keep([entry.document_of(each, places.needs()) for each in (*many, named)], by="test", what="imported", at=at)
    near = names(needs=("lonely",), town=places.town("Utrecht", "nl"), country="nl")
    assert near[0] == "Gezelschap"  # at the very place
    assert {"Plek 128", "Plek 129", "Plek 130"} <= set(near)
    assert "Plek 0" not in near
    assert names(words=("gezelschap",))[0] == "Gezelschap"


def test_when_nothing_meets_every_wish_the_page_says_which_one_was_let_go(client):
    kept()  # somebody speaks it, so that it can be chosen
    shown = page(client, "/guide/?need=bipolar&free=on&language=ar")
    assert "Plusminus" in shown
    assert "so we left out: costs nothing, the language." in " ".join(shown.split())


def test_what_is_wrong_is_said_in_two_presses_without_a_name_and_counts_up(client):
    house = kept()
    for _ in range(3):
        answer = client.post(f"/guide/{house}/wrong/", {"kind": "hours"})
        assert answer.status_code == 302
    assert list(Report.objects.values_list("kind", "times")) == [("hours", 3)]
    assert "Thank you" in page(client, answer.url)
    assert client.post(f"/guide/{house}/wrong/", {"kind": "x"}).status_code == 404


def test_the_page_to_take_along_needs_nothing_from_the_service(client):
    shown = page(client, "/guide/take/")
    assert "0800-0113" in shown
    assert "<script" not in shown
    assert "/static/" not in shown
    assert "attachment" in client.get("/guide/take/").headers["Content-Disposition"]


def test_an_entry_that_was_checked_too_long_ago_is_shown_with_its_date(client):
    kept(checked=timezone.localdate() - timedelta(days=500))
    assert "May be out of date. Last checked" in page(client, "/guide/?need=lonely&language=ar")


# --- editors ---


def editor(role: Role = Role.SOCIAL_WORKER) -> Client:
    return sign_in(Client(headers={"accept-language": "en"}), example.human(f"editor-{role}", role))


def said(client: Client, address: str) -> dict:
    form = client.get(address).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, False, "")}


def test_an_editor_changes_an_entry_and_the_history_says_who_did_what():
    house, client = kept(), editor()
    address = f"/guide/desk/{house}/"
    answer = client.post(address, {**said(client, address), "hours": "MO-FR 09:00-17:00", "room": "full"})
    assert answer.status_code == 302
    found = store.one(house)
    assert found is not None
    assert found.document["schedules"][0]["byday"] == "MO,TU,WE,TH,FR"
    assert found.document["service_at_locations"]  # what the form did not change stays
    assert entry.text(found.document, "name", "en") == "The House"
    change = store.history(house)[0]
    assert change.what == "edited"
    assert set(change.fields) == {"schedules", "samen.room"}
    assert change.name in client.get(address).content.decode()
    client.post(address, {**said(client, address), "note_nl": "Even dicht", "note_en": "Shut for a bit"})
    client.post(address, {**said(client, address), "note_nl": "", "note_en": ""})
    assert entry.text(store.one(house).document, "alert", "nl") == ""


def test_hours_that_cannot_be_read_are_refused_with_what_to_write():
    house, client = kept(), editor()
    address = f"/guide/desk/{house}/"
    answer = client.post(address, {**said(client, address), "hours": "nine to five"})
    assert answer.status_code == 422
    assert "MO-FR 09:00-17:00" in answer.content.decode()


def test_an_editor_who_checked_an_entry_makes_it_fresh():
    house, client = kept(certainty="unverified"), editor(Role.PEER_WORKER)
    client.post(f"/guide/desk/{house}/checked/")
    found = entry.entry_of(store.one(house).document)
    assert (found.certain, found.checked) == (True, timezone.localdate())


def test_a_new_entry_is_unchecked_until_somebody_checked_it():
    client = editor()
    new = {
        "name": "Soep", "about_nl": "Samen eten", "about_en": "Eating together", "needs": ["lonely"], "country": "nl", "holidays": "unsure",
        "ways": ["visit"], "status": "active", "street": "Plein 2", "town": "Zeist", "postcode": "3701 AA",
    }  # fmt: skip
    assert client.post("/guide/desk/new/", new).status_code == 302
    found = entry.entry_of(Service.objects.get(name="Soep").document)
    assert not found.certain
    assert found.spots[0].latitude is not None
    assert "Soep" in names(needs=("lonely",), country="nl")


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.RESEARCHER, Role.ADMINISTRATOR])
def test_who_is_no_editor_keeps_no_entry(role):
    house = kept()
    assert editor(role).post(f"/guide/desk/{house}/checked/").status_code == 403


def test_a_release_takes_over_its_own_entries_and_never_what_was_changed_here():
    jobs.ready(timezone.now())
    money = Service.objects.get(listed="nl-geldfit")
    client, address = editor(), f"/guide/desk/{money.id}/"
    client.post(address, {**said(client, address), "note_nl": "Bij ons op dinsdag"})
    Service.objects.update(listed_digest="an older version")
    assert store.ship(at=timezone.now()) == len(places.listed()) - 1
    assert entry.text(store.one(money.id).document, "alert", "nl") == "Bij ons op dinsdag"


# --- programs and files ---


def got(client: Client, address: str) -> dict:
    response = client.get(f"/guide/api/{address}")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response.json()


@pytest.mark.row("K2.7")
def test_programs_read_the_guide_without_a_key_in_the_shape_of_hsds(client):
    house = kept()
    full = got(client, f"services/{house}")
    assert hsds.check(full, "service", places.shapes()) == []
    listed = got(client, "services?per_page=10&page=2")
    assert (listed["page_number"], listed["size"], listed["first_page"]) == (2, 10, False)
    assert listed["total_items"] == len(places.listed()) + 1
    assert not [each for each in listed["contents"] if "phones" in each or "samen" in each]
    term = entry.id_of("need", "lonely")
    assert str(house) in {
        each["id"] for each in got(client, f"services?taxonomy_term_id={term}&per_page=200")["contents"]
    }
    at = got(client, "service_at_locations")["contents"][0]["id"]
    assert got(client, f"service_at_locations/{at}")["location"]["latitude"] == 52.09
    firm = full["organization"]["id"]
    assert got(client, f"organizations/{firm}")["services"] == [{"id": str(house)}]
    assert got(client, "")["version"] == "3.0"


def test_the_numbers_that_an_entry_names_are_in_what_programs_read(client):
    jobs.ready(timezone.now())
    found = got(client, f"services/{Service.objects.get(listed='nl-113').id}")
    assert [each["number"] for each in found["phones"]] == ["113", "0800-0113"]


@pytest.mark.parametrize("wrong", ["page=0", "page=x", "per_page=-1", "organization_id=7", "modified_after=soon"])
def test_a_parameter_that_cannot_be_used_is_refused_by_name(client, wrong):
    response = client.get(f"/guide/api/services?{wrong}")
    assert response.status_code == 400
    assert wrong.partition("=")[0] in response.json()["error"]


def test_what_is_handed_out_comes_back_in_the_same(tmp_path):
    house = kept()
    run = CliRunner().invoke
    assert run(app, ["export", str(tmp_path / "all.json")]).exit_code == 0
    before = {str(each.id): each.whole for each in store.everything()}
    Service.objects.all().delete()
    assert run(app, ["import", str(tmp_path / "all.json"), "--over"]).exit_code == 0
    after = {str(each.id): each.whole for each in store.everything()}
    assert after == before
    assert str(house) in after


def test_a_file_with_a_wrong_service_brings_in_nothing_and_says_where(tmp_path):
    good, bad = (
        {"id": entry.id_of("g"), "name": "Good", "status": "active"},
        {"id": entry.id_of("b"), "name": "Bad", "status": "shut"},
    )
    file = tmp_path / "two.ndjson"
    file.write_text("\n".join(json.dumps(each) for each in (good, bad)))
    refused = CliRunner().invoke(app, ["import", str(file)])
    assert refused.exit_code == 1
    assert "service[1].status" in refused.output
    assert not Service.objects.filter(name="Good").exists()
    assert CliRunner().invoke(app, ["import", str(file), "--skip"]).exit_code == 0
    assert Service.objects.filter(name="Good").exists()
    assert not Service.objects.filter(name="Bad").exists()


@pytest.mark.parametrize("middle", ["3511", "3511 ZZ", "Utrecht"])
def test_programs_find_places_around_a_postcode_or_a_town(client, middle):
    near = kept()
    far = kept(
        id="test-far",
        name="Ver",
        places=[{**HOUSE["places"][0], "postcode": "9711 AA", "latitude": 53.2, "longitude": 6.5}],
    )
    found = {each["id"] for each in got(client, f"services?postcode={middle}&proximity=5000&per_page=200")["contents"]}
    assert found == {str(near)}
    listed = got(client, f"service_at_locations?postcode={middle}&proximity=5000&full=true")
    assert [each["service"]["id"] for each in listed["contents"]] == [str(near)]
    wide = {each["id"] for each in got(client, f"services?postcode={middle}&proximity=400000&per_page=200")["contents"]}
    assert wide == {str(near), str(far)}


@pytest.mark.parametrize(
    "wrong", ["postcode=3511", "proximity=500", "postcode=0000&proximity=5", "postcode=3511&proximity=x"]
)
def test_a_place_that_cannot_be_used_is_refused_by_name(client, wrong):
    kept()
    response = client.get(f"/guide/api/services?{wrong}")
    assert response.status_code == 400
    assert "postcode" in response.json()["error"] or "proximity" in response.json()["error"]


def test_the_directory_is_handed_out_and_brought_in_as_tables(client, tmp_path):
    house = kept()
    answer = client.get("/guide/api/services?format=csv")
    assert answer.headers["Content-Type"] == "application/zip"
    file = tmp_path / "hsds.zip"
    file.write_bytes(answer.content)
    before = entry.entry_of(store.one(house).document)
    Service.objects.all().delete()
    run = CliRunner().invoke
    assert run(app, ["check", str(file)]).exit_code == 0
    assert run(app, ["import", str(file), "--over"]).exit_code == 0
    assert entry.entry_of(store.one(house).document) == before
    assert run(app, ["export", str(tmp_path / "again.zip")]).exit_code == 0
    assert run(app, ["check", str(tmp_path / "again.zip")]).exit_code == 0
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    refused = run(app, ["check", str(tmp_path / "bad.zip")])
    assert refused.exit_code == 1
    assert "It should hold" in refused.output
