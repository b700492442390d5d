"""Which services are shown, in which order and why: by what they are, never by what they pay."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

from samen.rooms.companion import guide
from samen.rooms.companion.entry import Entry, Spot
from samen.rooms.companion.guide import Candidate, Freshness, Moment, Town, Wanted, find, freshness, looser
from samen.rooms.companion.hours import hours_of
from samen.rooms.companion.models.guide import Service
from samen.rooms.companion.tokens import asked, words

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
MOMENT = Moment(NOW, numbers={"nl-113": (True, date(2026, 11, 23)), "unsure": (False, date(2026, 11, 23))})
UTRECHT = Town("Utrecht", "nl", 52.09, 5.12)
OPEN = [{"id": "o", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "08:00", "closes_at": "20:00"}]
SHUT = [{"id": "s", "byday": "MO", "opens_at": "08:00", "closes_at": "09:00"}]
PLAIN = Entry(
    id="0",
    name="Plain",
    status="active",
    country="nl",
    needs=frozenset({"talk"}),
    languages=frozenset({"nl"}),
    ways=frozenset({"phone"}),
    access=frozenset({"from_home"}),
    free=None,
    youngest=None,
    oldest=None,
    spots=(),
    hours=None,
    checked=date(2026, 11, 1),
    certain=True,
    page="",
    room="",
    made_up=False,
    numbers=(),
    areas=(),
)
FAR = (Spot("Groningen", latitude=53.22, longitude=6.57),)
NEAR = (Spot("Zeist", latitude=52.09, longitude=5.23),)


def a(name: str, **said: Any) -> Candidate:
    return Candidate(replace(PLAIN, id=name, name=name, **said))


def names(wanted: Wanted, *candidates: Candidate) -> list[str]:
    return [each.entry.name for each in find(wanted, candidates, MOMENT)]


def test_what_is_open_now_comes_before_what_is_closed_and_full_comes_last():
    shut, full = a("shut", hours=hours_of(SHUT, "Europe/Amsterdam")), a("full", room="full")
    open_now, paused = a("open", hours=hours_of(OPEN, "Europe/Amsterdam")), a("paused", status="temporarily closed")
    assert names(Wanted(needs=("talk",)), paused, full, shut, open_now) == ["open", "shut", "full", "paused"]


def test_no_field_of_a_service_or_of_a_question_is_about_money_that_somebody_pays_for_a_place():
    said = {each.name for each in (*fields(Entry), *fields(Wanted), *fields(Candidate))}
    kept = {each.name for each in Service._meta.get_fields()}
    assert not {
        each
        for each in said | kept
        if each in ("rank", "paid", "sponsored", "boost", "priority", "promoted", "featured")
    }


def test_two_services_that_differ_only_in_name_and_id_stand_in_the_order_of_their_names():
    assert names(Wanted(needs=("talk",)), a("b"), a("c"), a("a")) == ["a", "b", "c"]


def test_each_hit_says_why_it_is_shown_and_only_what_was_asked():
    hit = find(
        Wanted(needs=("talk",), town=UTRECHT, language="nl", free=True), [a("x", free=True, spots=NEAR)], MOMENT
    )[0]
    assert [each.key for each in hit.why] == ["why.need", "why.near", "why.language", "why.free"]
    assert find(Wanted(needs=("talk",)), [a("x", free=True)], MOMENT)[0].why[0].blanks == {"needs": ["talk"]}


def test_what_is_far_is_shown_as_far_and_after_what_is_near():
    hits = find(
        Wanted(needs=("talk",), town=UTRECHT),
        [a("far", spots=FAR, ways=frozenset({"visit"})), a("near", spots=NEAR)],
        MOMENT,
    )
    assert [each.entry.name for each in hits] == ["near", "far"]
    assert [each.key for each in hits[1].notes] == ["note.far"]
    assert 150 < (hits[1].km or 0) < 170  # Utrecht to Groningen as the crow flies: about 160 km


def test_full_closed_and_a_waiting_list_are_said():
    notes = [
        each.key
        for room in ("full", "waiting")
        for each in find(Wanted(needs=("talk",)), [a("x", room=room)], MOMENT)[0].notes
    ]
    assert notes == ["note.full", "note.waiting"]
    assert find(Wanted(needs=("talk",)), [a("x", status="temporarily closed")], MOMENT)[0].notes[0].key == "note.paused"


def test_what_nobody_knows_is_shown_and_said_and_what_is_known_not_to_fit_is_not_shown():
    wanted = Wanted(needs=("talk",), language="ar", free=True, age=15)
    unknown, wrong = a("unknown", languages=frozenset()), a("wrong", languages=frozenset({"nl"}))
    adults, paid = a("adults", languages=frozenset(), youngest=18), a("paid", languages=frozenset(), free=False)
    hits = find(wanted, [unknown, wrong, adults, paid], MOMENT)
    assert [each.entry.name for each in hits] == ["unknown"]
    assert [each.key for each in hits[0].notes] == ["note.cost_unknown", "note.language_unknown"]


def test_open_now_shows_nothing_whose_hours_are_not_known():
    assert names(
        Wanted(needs=("talk",), open=True), a("unknown"), a("open", hours=hours_of(OPEN, "Europe/Amsterdam"))
    ) == ["open"]


def test_what_stopped_is_found_no_more():
    assert names(Wanted(needs=("talk",)), a("gone", status="defunct"), a("off", status="inactive"), a("here")) == [
        "here"
    ]


def test_an_old_entry_is_marked_and_shown_when_it_is_the_only_help():
    hits = find(Wanted(needs=("talk",)), [a("old", checked=date(2024, 1, 1))], MOMENT)
    assert [(each.entry.name, each.fresh) for each in hits] == [("old", Freshness.STALE)]


def test_freshness_counts_the_numbers_that_an_entry_names_and_the_age_of_its_source():
    assert freshness(replace(PLAIN, numbers=("nl-113",)), MOMENT) is Freshness.CHECKED
    assert freshness(replace(PLAIN, numbers=("unsure",)), MOMENT) is Freshness.UNVERIFIED
    assert freshness(replace(PLAIN, numbers=("not-there",)), MOMENT) is Freshness.UNVERIFIED
    assert freshness(replace(PLAIN, certain=False), MOMENT) is Freshness.UNVERIFIED
    assert freshness(replace(PLAIN, page="2019-01"), MOMENT) is Freshness.OLD_SOURCE


def test_wishes_are_let_go_one_after_the_other_and_the_need_never():
    steps = list(looser(Wanted(needs=("talk",), open=True, language="ar", age=15)))
    assert [let_go for _, let_go in steps] == [(), ("open",), ("open", "language"), ("open", "language", "age")]
    assert all(each.needs == ("talk",) for each, _ in steps)


def test_more_of_what_was_asked_comes_first():
    both = a("both", needs=frozenset({"talk", "family"}))
    assert names(Wanted(needs=("talk", "family")), a("a"), both) == ["both", "a"]


def test_words_are_compared_without_accents_endings_and_words_that_are_everywhere():
    assert words("Schulden bij de deurwaarder") == ["schuld", "deurwaarder"]
    assert words("België") == words("belgie")
    assert asked("I need help with my debts") == ("debt",)
    assert guide.SHOWN == 10
