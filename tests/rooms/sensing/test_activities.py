"""Activities: a person does them without script, and what comes of it is kept under their yes, once, and nowhere else."""

import json
import shutil
from base64 import b64encode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rooms.record import door as record
from samen.rooms.sensing.activities import asking, sequences
from samen.rooms.sensing.models.way_in import Batch, Participant, Thing
from samen.rooms.sensing.store import activities as store
from samen.rooms.sensing.store import archive, keys, studies
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.test_activity_asking import ALL, FILLED

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(client: Client) -> Client:
    yield named.sign_in(client, named.noor())
    shutil.rmtree(archive.folder(), ignore_errors=True)


@pytest.fixture
def yes(noor) -> None:
    """Noor lets results be kept."""
    sending.say(named.noor(), "activities", yes=True)


def done(name: str = "") -> list[store.Done]:
    return store.done(named.own(named.noor()), activity=name)


def notes() -> list[str]:
    return [each.text for each in record.own_entries(named.own(named.noor(), Scope.NOTES), named.noor().id)]


def send(client: Client, name: str, **fields: object) -> str:
    given = {"sheet": str(uuid4()), **fields}
    return client.post(reverse("sensing:activity", args=[name]), given).content.decode()


def test_the_page_names_every_kind_and_asks_the_database_little(noor, yes, django_assert_max_num_queries):
    send(noor, "how-this-works")
    with django_assert_max_num_queries(15):
        page = noor.get(reverse("sensing:activities")).content.decode()
    for heading in ("To read", "To see how it goes", "To do when it is hard", "To stay well"):
        assert heading in page
    assert page.count("What these activities are for") == 2  # to do, and done before


def test_a_mood_is_kept_as_an_event_of_lamp_with_the_words_that_were_chosen(noor, yes):
    page = send(noor, "mood-log", mood="3", words=["0", "5"], energy="skip")
    assert "The result is kept" in page
    (kept,) = done()
    slices = kept.body["temporal_slices"]
    assert [(each["item"], each["value"]) for each in slices] == [
        ("Where are you now?", "3"),
        ("Which words fit now?", "calm, tired"),
    ]
    assert record.responses(named.own(named.noor(), Scope.ANSWERS), named.noor().id, ["urn:samen:survey"]) == []


def test_without_a_yes_nothing_is_kept_and_the_page_says_so(noor):
    page = send(noor, "mood-log", mood="3")
    assert "No result was kept" in page
    assert not Batch.objects.exists()
    assert not Participant.objects.exists()


def test_a_page_that_is_sent_twice_counts_once(noor, yes):
    sheet = str(uuid4())
    send(noor, "journal", sheet=sheet, text="It rained, and I went out.")
    again = send(noor, "journal", sheet=sheet, text="It rained, and I went out.")
    assert "counts once" in again
    assert notes() == ["It rained, and I went out."]
    assert len(done("journal")) == 1


def test_the_words_of_a_journal_lie_with_ones_own_notes_and_not_among_the_signals(noor, yes):
    send(noor, "journal", text="Nobody else reads along here.")
    assert notes() == ["Nobody else reads along here."]
    assert done()[0].body["static_data"] == {"words": 5}


def test_what_is_wrong_is_said_and_what_was_filled_in_stays(noor, yes):
    answer = noor.post(reverse("sensing:activity", args=["mood-log"]), {"mood": "99", "energy": "2"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "not one of the choices" in page
    assert 'name="energy" value="2" checked' in page
    assert done() == []


def test_an_empty_page_is_not_kept_as_if_somebody_had_looked_and_left(noor, yes):
    assert "not filled in anything" in send(noor, "mood-log")
    assert "not filled in anything" in send(noor, "journal", text="  ")
    assert done() == []


def test_breathing_and_reading_are_kept_without_script(noor, yes):
    send(noor, "breathing", minutes="3")
    send(noor, "how-this-works")
    assert done("breathing")[0].body["static_data"] == {"minutes": 3, "in_s": 4, "out_s": 6}
    assert len(done("how-this-works")) == 1


def test_a_questionnaire_is_filled_in_where_it_lives_and_kept_as_an_event_too(noor, yes):
    assert noor.get(reverse("sensing:activity", args=["phq-9"])).headers["Location"] == reverse(
        "treatment:ask", args=["phq-9"]
    )
    answers = {f"phq-9.{at}": "1" for at in range(1, 9)} | {"phq-9.9": "0"}
    noor.post(reverse("treatment:ask", args=["phq-9"]), {**answers, "sheet": str(uuid4())})
    (kept,) = done("phq-9")
    assert kept.body["static_data"] == {"total": 8.0}
    assert kept.body["temporal_slices"][0] == {
        "item": "Little interest or pleasure in doing things",
        "value": "Several days",
        "type": None,
        "duration": None,
        "level": None,
    }


def test_a_hard_answer_opens_the_help_page_as_everywhere(noor, yes):
    answers = {"phq-9.1": "0", "phq-9.9": "1", "sheet": str(uuid4())}
    answer = noor.post(reverse("treatment:ask", args=["phq-9"]), answers)
    assert answer.headers["Location"].startswith(reverse("treatment:after-hard-answer"))


def test_a_no_that_was_said_meanwhile_holds_for_a_questionnaire_too(noor, yes):
    sending.say(named.noor(), "activities", yes=False, at=timezone.now())
    noor.post(reverse("treatment:ask", args=["who-5"]), {f"who-5.{at}": "3" for at in range(1, 6)})
    assert done() == []


def survey(by=None, study=None):
    row = store.begin_survey(by or named.sam(), asking.survey(ALL), at=sending.START)
    store.change_survey(row, asking.survey(ALL), study)
    row.refresh_from_db()
    return row


def test_a_survey_of_ones_own_service_goes_into_the_record_and_among_the_signals(noor, yes):
    row = survey()
    assert store.open_survey(row, at=sending.START)
    assert "Made here by Sam" in noor.get(reverse("sensing:activities")).content.decode()
    sheet = str(uuid4())
    page = send(noor, row.code, **FILLED, sheet=sheet)
    send(noor, row.code, **FILLED, sheet=sheet)
    assert "Your answers are in your record" in page
    answers = named.own(named.noor(), Scope.ANSWERS)
    numbers = record.observations(answers, named.noor().id, [f"urn:samen:survey:{row.code}|slider"])
    assert [each["valueQuantity"]["value"] for each in numbers] == [7]
    (kept,) = done(row.code)
    assert len(kept.body["temporal_slices"]) == 8


def test_a_survey_that_is_not_open_is_nobodys_to_fill_in(noor, yes):
    row = survey()
    assert noor.get(reverse("sensing:activity", args=[row.code])).status_code == 404
    store.open_survey(row, at=sending.START)
    row.refresh_from_db()
    assert noor.get(reverse("sensing:activity", args=[row.code])).status_code == 200
    store.end_survey(row)
    assert noor.get(reverse("sensing:activity", args=[row.code])).status_code == 404


def test_a_survey_of_a_study_is_for_who_takes_part_and_for_its_programs(noor, yes):
    study = studies.make("Sleep and steps", at=sending.START)
    row = survey(study=study)
    store.open_survey(row, at=sending.START)
    assert noor.get(reverse("sensing:activity", args=[row.code])).status_code == 404
    keys.enrol(named.own(named.noor()), study, at=sending.START)
    assert noor.get(reverse("sensing:activity", args=[row.code])).status_code == 200
    (thing,) = Thing.objects.filter(code=row.code)
    assert (thing.spec, thing.rest["category"]) == ("lamp.survey", ["assess"])


def taps(seed: int) -> str:
    rows = [[0, str(box), 600 * (at + 1)] for at, box in enumerate(sequences.shown(seed, 0, 2, 16))]
    return json.dumps({"seed": seed, "taps": rows, "input": "touch", "width": 390, "height": 844, "ended": False})


def test_a_game_is_scored_here_and_its_first_time_is_practice(noor, yes):
    page = send(noor, "span-forward", raw=taps(5))
    assert "Longest row that was all right: 2 boxes." in page
    assert "counts as practice" in page
    assert "counts as practice" not in send(noor, "span-forward", raw=taps(6))
    newest, first = (each.body for each in done("span-forward"))
    assert (first["static_data"]["practice"], newest["static_data"]["practice"]) == (True, False)
    assert first["static_data"]["span"] == 2
    assert first["temporal_slices"][0]["duration"] == 600


def test_a_game_without_taps_is_not_kept(noor, yes):
    assert "needs a browser that runs scripts" in send(noor, "span-forward", raw="[1,2")
    assert done() == []


def test_a_page_of_a_game_says_plainly_what_it_needs_and_who_cannot_do_it(noor):
    boxes = noor.get(reverse("sensing:activity", args=["span-forward"])).content.decode()
    digits = noor.get(reverse("sensing:activity", args=["digits-forward"])).content.decode()
    assert "your browser has to run scripts" in boxes
    assert "cannot be done by ear" in boxes
    assert "can be done with a screen reader" in digits


def test_what_a_game_shows_follows_from_the_seed_that_it_sends_back(noor):
    page = noor.get(reverse("sensing:activity", args=["span-forward"])).context["game"]
    assert page["rows"][3][:5] == sequences.shown(page["seed"], 3, 5, 16)


def test_b_says_how_much_longer_it_took_than_the_last_a_on_the_same_kind_of_device(noor, yes):
    def trail(part: str, every: int, width: int) -> str:
        rows = [[0, label, every * (at + 1)] for at, label in enumerate(sequences.trail(part))]
        return json.dumps({"seed": 1, "taps": rows, "input": "touch", "width": width, "height": 844, "ended": True})

    send(noor, "trails-a", raw=trail("a", 1000, 390))
    assert "36.0 seconds more" not in send(noor, "trails-b", raw=trail("b", 2440, 1180))
    assert "36.0 seconds more" in send(noor, "trails-b", raw=trail("b", 2440, 390))


def test_a_program_reads_what_an_activity_of_an_event_is(noor, yes):
    made = sending.sender(named.noor()).device
    basic = b64encode(f"{made.access_key}:{made.secret}".encode()).decode()
    answer = noor.get("/lamp/activity/mood-log", headers={"authorization": f"Basic {basic}"})
    (told,) = answer.json()["data"]
    assert (told["id"], told["spec"], told["category"]) == ("mood-log", "lamp.survey", ["assess"])
    assert told["settings"][0]["options"] == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_survey_is_read_as_the_fhir_questionnaire_that_its_answers_name(noor, yes):
    told = noor.get(reverse("sensing:activity-fhir", args=["phq-9"])).json()
    noor.post(reverse("treatment:ask", args=["phq-9"]), {"phq-9.1": "1", "phq-9.9": "0", "sheet": str(uuid4())})
    mine = named.own(named.noor(), Scope.ANSWERS)
    (answered,) = record.responses(mine, named.noor().id, ["urn:samen:questionnaire:phq-9"])
    assert answered["questionnaire"] == f"{told['url']}|{told['version']}"
    asked = {item["linkId"]: item for item in told["item"]}
    assert len(asked) == 10
    options = [each["valueCoding"] for each in asked["phq-9.1"]["answerOption"]]
    assert answered["item"][0]["answer"][0]["valueCoding"] in options
    assert told["code"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    assert noor.get(reverse("sensing:activity-fhir", args=["mood-log"])).json()["item"][0]["type"] == "integer"
    assert noor.get(reverse("sensing:activity-fhir", args=["breathing"])).status_code == 404
