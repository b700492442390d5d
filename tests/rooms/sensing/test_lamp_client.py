"""The unmodified LAMP client against a running service: every call of the sheet, and paging that finds every event."""

import shutil

import LAMP
import pytest
from LAMP.exceptions import ApiException

from samen.rights.words import Purpose
from samen.rooms.sensing.store import archive, inbox, keys, studies
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import NOW, START, T0

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 25_000


@pytest.fixture(autouse=True)
def empty_archive():
    yield
    shutil.rmtree(archive.folder(), ignore_errors=True)


def client(live_server, access_key: str, secret: str) -> LAMP.ApiClient:
    return LAMP.ApiClient(LAMP.Configuration(host=f"{live_server.url}/lamp", username=access_key, password=secret))


@pytest.fixture
def noor():
    return sending.sender(named.noor(), "steps", "gps", "activities", research=True)


@pytest.fixture
def phone(live_server, noor):
    return client(live_server, noor.device.access_key, noor.device.secret)


@pytest.fixture
def researcher(live_server, noor):
    made = keys.make_for_researcher(noor.study, "Dr Ito", at=START)
    return client(live_server, made.access_key, made.secret)


def all_pages(api, number: str, limit: int) -> list[int]:
    """Page as scripts do: on from the time of the last row, until a page has another length."""
    found, before = [], None
    while True:
        asked = {"_limit": limit} | ({} if before is None else {"to": float(before)})
        page = api.all_by_participant(number, **asked)["data"]
        found += [event["timestamp"] for event in page]
        if len(page) != limit:
            return found
        before = page[-1]["timestamp"]


def test_every_event_is_found_by_paging_also_where_many_share_a_time(live_server, phone, noor):
    api = LAMP.SensorEventApi(phone)
    times = [T0 + at // 7 * 10 for at in range(MANY)]  # seven events share each time
    for start in range(0, MANY, 1000):
        batch = [
            {"timestamp": float(times[at]), "sensor": "lamp.steps", "data": {"value": at, "unit": "count"}}
            for at in range(start, start + 1000)
        ]
        api.create("me", batch)
        if start == 12_000:
            inbox.drain(at=NOW)
    assert sorted(all_pages(api, "me", 1000)) == times
    assert sorted(all_pages(api, noor.who.code, 10_000)) == times
    inbox.drain(at=NOW)
    assert sorted(all_pages(api, "me", 999)) == times


def test_a_page_ends_where_it_splits_no_time_and_else_holds_the_whole_rest(live_server, phone):
    api = LAMP.SensorEventApi(phone)
    api.create("me", [sending.steps(T0 + at // 2, at) for at in range(10)])
    got = [event["timestamp"] for event in api.all_by_participant("me", _limit=4)["data"]]
    assert got == [T0 + 4, T0 + 4, T0 + 3, T0 + 3]
    assert len(api.all_by_participant("me", _limit=3)["data"]) == 10
    oldest = api.all_by_participant("me", _limit=-2)["data"]
    assert [event["timestamp"] for event in oldest] == [T0, T0]


def test_a_range_holds_its_beginning_and_not_its_end_and_one_millisecond_when_both_are_alike(live_server, phone):
    api = LAMP.SensorEventApi(phone)
    api.create("me", [sending.steps(T0 + at, at) for at in range(5)])
    times = lambda **asked: [each["timestamp"] for each in api.all_by_participant("me", **asked)["data"]]  # noqa: E731
    assert times(_from=float(T0 + 1), to=float(T0 + 3)) == [T0 + 2, T0 + 1]
    assert times(_from=float(T0 + 2), to=float(T0 + 2)) == [T0 + 2]
    assert times(origin="lamp.gps") == []
    assert len(times(origin="lamp.steps")) == 5


def test_an_activity_event_keeps_both_names_of_its_data_and_what_else_came(live_server, phone, noor):
    api = LAMP.ActivityEventApi(phone)
    slices = [{"item": "Mood?", "value": "3", "type": None, "duration": 1200, "level": None}]
    mine = {"timestamp": T0, "duration": 5000, "activity": "A1", "temporal_slices": slices}
    for event in (
        {**mine, "static_data": {"score": 4}, "own_key": 7},
        {**mine, "timestamp": T0 + 1, "data": {"score": 5}},
    ):
        api.create("me", event)
    later, first = api.all_by_participant("me")["data"]
    assert first["static_data"] == {"score": 4}
    assert (first["own_key"], first["duration"], first["temporal_slices"]) == (7, 5000, slices)
    assert later["data"] == later["static_data"] == {"score": 5}


def test_the_receipt_tells_what_became_of_each_event(live_server, phone):
    api = LAMP.SensorEventApi(phone)
    events = [
        sending.steps(T0),
        sending.steps(T0),
        {"timestamp": T0, "sensor": "lamp.heart_rate", "data": {"value": 60}},
        {"timestamp": T0, "sensor": "nobody.knows", "data": {}},
        sending.steps(1_700_000_000_000),  # before the yes
        {"sensor": "lamp.steps", "data": {}},
    ]
    told = api.create("me", events)["data"]
    assert [told[name] for name in ("received", "stored", "doubled", "quarantined", "refused")] == [6, 1, 1, 2, 2]
    assert told["streams"]["steps"]["reasons"] == {"before_consent": 1, "time_missing": 1}
    assert told["streams"]["heart"]["reasons"] == {"no_consent": 1}


def test_a_batch_that_is_all_refused_is_answered_with_403_and_nothing_of_it_is_kept(live_server, phone):
    api = LAMP.SensorEventApi(phone)
    with pytest.raises(ApiException) as refused:
        api.create("me", [{"timestamp": T0, "sensor": "lamp.heart_rate", "data": {"value": 60}}])
    assert refused.value.status == 403
    assert '"error": "403.no-consent"' in refused.value.body
    assert api.all_by_participant("me")["data"] == []


def test_a_no_holds_from_the_next_request_on(live_server, phone, noor):
    api = LAMP.SensorEventApi(phone)
    api.create("me", [sending.steps(T0)])
    for purpose in (Purpose.SELF_UNDERSTANDING, Purpose.RESEARCH):
        sending.say(named.noor(), "steps", yes=False, at=NOW, purpose=purpose)
    with pytest.raises(ApiException) as refused:
        api.create("me", [sending.steps(T0 + 1)])
    assert refused.value.status == 403


def test_who_and_what_are_read_with_each_call_that_scripts_make(live_server, phone, researcher, noor):
    study, code = noor.study, noor.who.code
    made = LAMP.ActivityApi(researcher).create(
        study.code, {"spec": "lamp.survey", "name": "Mood", "settings": [], "schedule": [], "category": ["assess"]}
    )
    LAMP.SensorApi(researcher).create(study.code, {"spec": "lamp.steps", "name": "Steps", "settings": {}})
    number = made["data"]["id"]
    for api in (phone, researcher):
        assert [each["id"] for each in LAMP.ParticipantApi(api).view(code)["data"]] == [code]
        assert [each["id"] for each in LAMP.ParticipantApi(api).all_by_study(study.code)["data"]] == [code]
        assert [each["id"] for each in LAMP.StudyApi(api).all_by_researcher(study.researcher)["data"]] == [study.code]
        assert [each["name"] for each in LAMP.ActivityApi(api).all_by_participant(code)["data"]] == ["Mood"]
        assert [each["spec"] for each in LAMP.SensorApi(api).all_by_participant(code)["data"]] == ["lamp.steps"]
        assert LAMP.ActivityApi(api).view(number)["data"][0]["category"] == ["assess"]
        assert LAMP.TypeApi(api).parent(code)["data"] == {"Study": study.code, "Researcher": study.researcher}
        assert LAMP.TypeApi(api).parent(number)["data"]["Study"] == study.code
    assert LAMP.ParticipantApi(phone).view("me")["data"][0]["id"] == code
    assert LAMP.ResearcherApi(researcher).view("me")["data"][0]["id"] == study.researcher
    assert LAMP.StudyApi(researcher).all_by_researcher("me")["data"][0]["name"] == study.name
    assert "lamp.gps" in [each["name"] for each in LAMP.SensorSpecApi(phone).all()["data"]]
    assert "lamp.survey" in [each["name"] for each in LAMP.ActivitySpecApi(phone).all()["data"]]


def test_a_tag_is_read_back_as_it_was_hung(live_server, phone, noor):
    api = LAMP.TypeApi(phone)
    api.set_attachment("me", "me", "lamp.colour", {"is": "blue"})
    assert api.list_attachments("me")["data"] == ["lamp.colour"]
    assert api.get_attachment(noor.who.code, "lamp.colour")["data"] == {"is": "blue"}


def test_a_person_enrols_one_more_device_and_ends_it(live_server, phone, noor):
    api = LAMP.CredentialApi(phone)
    made = api.create("me", {"description": "Watch"})["data"]
    watch = client(live_server, made["access_key"], made["secret_key"])
    assert LAMP.ParticipantApi(watch).view("me")["data"][0]["id"] == noor.who.code
    api.delete("me", made["access_key"])
    with pytest.raises(ApiException) as ended:
        LAMP.ParticipantApi(watch).view("me")
    assert ended.value.status == 401


@pytest.mark.row("S1", "K3.3", "R3.1d")
def test_a_researcher_reads_what_is_open_for_research_alone_and_the_person_sees_that(
    live_server, phone, researcher, noor
):
    sending.say(named.noor(), "heart", yes=True, since=START)  # for oneself, not for research
    heart = {"timestamp": T0, "sensor": "lamp.heart_rate", "data": {"value": 60}}
    LAMP.SensorEventApi(phone).create("me", [sending.steps(T0), heart])
    for read in (
        lambda: LAMP.SensorEventApi(researcher).all_by_participant(noor.who.code),
        lambda: LAMP.SensorEventApi(researcher).all_by_study(noor.study.code),
    ):
        assert [each["sensor"] for each in read()["data"]] == ["lamp.steps"]
    inbox.drain(at=NOW)
    assert [each["sensor"] for each in read()["data"]] == ["lamp.steps"]
    assert [look.study for look in studies.looks(noor.access)] == [noor.study]


def test_nobody_reads_somebody_else(live_server, phone):
    kim = sending.sender(named.kim(), "steps")
    for call in (
        lambda: LAMP.SensorEventApi(phone).all_by_participant(kim.who.code),
        lambda: LAMP.StudyApi(phone).view(kim.study.code),
    ):
        with pytest.raises(ApiException) as refused:
            call()
        assert refused.value.status == 404


def test_without_a_key_nothing_is_said_but_what_is_missing(live_server):
    answer = LAMP.ApiClient(LAMP.Configuration(host=f"{live_server.url}/lamp"))
    with pytest.raises(ApiException) as refused:
        answer.call_api("/participant/me", "GET", response_type=(object,))
    assert refused.value.status == 401
    assert refused.value.body == '{"error": "401.missing-credentials"}'
    assert refused.value.headers["WWW-Authenticate"] == 'Basic realm="LAMP" charset="UTF-8"'
