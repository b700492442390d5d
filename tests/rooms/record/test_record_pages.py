from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samen.people import store
from samen.people.models import Access
from samen.people.roles import Scope
from samen.rooms.record import door
from samen.rooms.record.models import Resource
from tests import named

pytestmark = pytest.mark.django_db

MINE = "/record"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def weight(value, **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}, "effectiveDateTime": "2026-03-04T10:00:00Z",
            "valueQuantity": {"value": value, "unit": "kg"}} | more  # fmt: skip


@pytest.fixture
def noor():
    return named.noor()


@pytest.fixture
def noors(client, noor):
    return named.sign_in(client, noor)


def saved(who, *resources):
    return door.save_many([(named.own(who, Scope.RECORD), one) for one in resources])


def page(client, address=MINE, **data):
    answer = client.get(address, data)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def of(who):
    return reverse("record:person", args=[who.id])


def test_a_person_reads_what_happened_in_plain_words(noor, noors):
    saved(noor, weight("63.8"))
    shown = page(noors)
    assert "Measurement: Weight" in shown
    assert "63.8 kg" in shown
    assert "4 March 2026" in shown


def test_a_person_reads_it_in_dutch(noors, noor):
    saved(noor, weight(63))
    noors.cookies["django_language"] = "nl"
    shown = page(noors)
    assert "Meting: Weight" in shown
    assert "4 maart 2026" in shown


def test_an_empty_record_says_so(noors):
    assert "Nothing here yet" in page(noors)


def test_own_words_are_added_and_shown_as_own(noors):
    sent = {"kind": "note", "text": "Slept badly", "day": timezone.localdate().isoformat()}
    assert noors.post(MINE, sent).status_code == 302
    shown = page(noors)
    assert "Slept badly" in shown
    assert "Own words" in shown


def test_a_form_with_a_mistake_loses_nothing(noors):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = noors.post(MINE, {"kind": "life-event", "text": "A long story", "day": tomorrow}).content.decode()
    assert "A long story" in answer
    assert "Choose today or a day before today." in answer
    assert 'value="life-event"' in answer.split("checked")[0].rpartition("<input")[2]
    assert not Resource.objects.exists()


def test_a_filter_shows_only_its_kind(noor, noors):
    saved(noor, weight(63), {"resourceType": "Claim", "created": "2026-01-01", "type": {"text": "Bill of the dentist"}})
    assert "dentist" not in page(noors)
    assert "dentist" in page(noors, only="money")
    assert "Weight" not in page(noors, only="money")


def test_older_entries_are_one_press_away(noor, noors):
    saved(noor, *[weight(number, effectiveDateTime=f"2026-01-{1 + number // 2:02}T10:00:00Z") for number in range(40)])
    first = noors.get(MINE)
    older = page(noors, before=first.context["next"])
    assert "0 kg" in older
    assert "39 kg" not in older


@pytest.mark.parametrize("mark", ["x", "-", "99999999999999999999-1", "1-x", "'"])
def test_a_foreign_page_mark_shows_the_newest_page(noor, noors, mark):
    saved(noor, weight(63))
    assert "Weight" in page(noors, before=mark)


def test_hostile_markup_never_reaches_a_page_as_markup(noor, noors):
    told = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{HOSTILE}Hello</div>'}
    saved(
        noor,
        weight(1, text=told, code={"text": HOSTILE}),
        weight(2, valueQuantity={"value": HOSTILE, "unit": HOSTILE}, performer=[{"display": HOSTILE}]),
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": HOSTILE},
            "date": "2026-01-01",
            "text": told,
        },
    )
    pages = [page(noors), *[page(noors, f"/record/{pk}") for pk in Resource.objects.values_list("pk", flat=True)]]
    assert not [shown for shown in pages if "alert(1)</script>" in shown or "<img src=x" in shown]
    assert any("Hello" in shown for shown in pages)


def test_an_entry_shows_its_words_and_how_the_computer_keeps_it(noor, noors):
    saved(noor, weight("63.80"))
    shown = page(noors, f"/record/{Resource.objects.get().pk}")
    assert "Measurement: Weight" in shown
    assert "&quot;resourceType&quot;: &quot;Observation&quot;" in shown


def test_nobody_opens_an_entry_of_somebody_else(noor, noors):
    saved(named.kim(), weight(63))
    assert noors.get(f"/record/{Resource.objects.get().pk}").status_code == 404


def test_a_nurse_in_care_sees_the_record_and_is_seen(noor, client):
    sam = named.sam()
    named.in_care(noor, sam)
    saved(noor, weight(63))
    door.add_own_entry(named.own(noor, Scope.NOTES), "note", "Slept badly", datetime(2026, 3, 5, tzinfo=UTC))
    shown = page(named.sign_in(client, sam), of(noor))
    assert "Noor" in shown
    assert "Weight" in shown
    assert "Slept badly" in shown
    assert list(Access.objects.filter(what="record:person").values_list("person", "account")) == [(noor.id, sam.id)]


def test_a_nurse_without_a_tie_is_refused(noor, client):
    assert named.sign_in(client, named.sam()).get(of(noor)).status_code == 403


def test_a_social_worker_has_no_way_into_the_record(noor, client):
    named.in_care(noor, named.tess())
    assert named.sign_in(client, named.tess()).get(of(noor)).status_code == 403


def test_a_supporter_sees_the_notes_only_when_the_person_said_so(noor, client):
    door.add_own_entry(named.own(noor, Scope.NOTES), "note", "Slept badly", datetime(2026, 3, 5, tzinfo=UTC))
    saved(noor, weight(63))
    now = timezone.now()
    store.give_proxy(named.own(noor), named.bram(), [Scope.RECORD], ends=now + timedelta(days=30), now=now)
    shown = page(named.sign_in(client, named.bram()), of(noor))
    assert "Weight" in shown
    assert "Slept badly" not in shown


def test_an_erased_record_says_that_it_was_erased(noor, noors):
    saved(noor, weight(63))
    store.destroy_key(noor.id)
    answer = noors.get(MINE)
    assert answer.status_code == 410
    assert "This was erased" in answer.content.decode()


def queries(client, address):
    client.get(address)  # fills what is kept per process
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [each["sql"] for each in asked]


@pytest.mark.parametrize("who", ["noor", "sam", "bram"])
def test_a_page_takes_at_most_fifteen_queries_at_any_size(noor, client, who):
    sam = named.sam()
    named.in_care(noor, sam)
    now = timezone.now()
    store.give_proxy(named.own(noor), named.bram(), list(Scope), ends=now + timedelta(days=30), now=now)
    named.sign_in(client, {"noor": noor, "sam": sam, "bram": named.bram()}[who])
    address = MINE if who == "noor" else of(noor)
    saved(noor, weight(1))
    few = queries(client, address)
    saved(noor, *[weight(number) for number in range(80)])
    many = queries(client, address)
    assert len(few) == len(many) <= 15, "\n".join(many)
