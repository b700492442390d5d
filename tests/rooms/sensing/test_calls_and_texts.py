"""Calls and texts by hand, in each profile."""

import math

import pytest

from samen.rooms.sensing import segments
from tests.rooms.sensing.streamed import features, stream

CALLS = stream(
    "calls",
    ("2024-01-10T08:15", "in", 60, "a"),
    ("2024-01-10T09:00", "in", 120, "b"),
    ("2024-01-10T10:00", "in", 60, "b"),
    ("2024-01-10T20:30", "out", 0, "c"),
    ("2024-01-12T11:00", "in", 30, "a"),
    ("2024-01-12T12:00", "in", 30, "a"),
    columns="time kind seconds contact",
)
TEXTS = stream(
    "texts",
    ("2024-01-10T08:00", "received", False, 10, "a"),
    ("2024-01-10T08:05", "sent", False, 4, "a"),
    ("2024-01-10T09:00", "received", False, 6, "b"),
    ("2024-01-10T09:30", "received", True, None, "d"),
    ("2024-01-10T22:00", "sent", False, 20, "c"),
    columns="time kind mms length contact",
)


def test_calls_of_a_day_as_rapids_counts_them():
    first, third = features("rapids", calls=CALLS)
    day = {name.removeprefix("phone_calls_rapids_"): value for name, value in first.items()}
    assert (day["incoming_count"], day["incoming_distinctcontacts"], day["incoming_sumduration"]) == (3, 2, 240)
    assert (day["incoming_minduration"], day["incoming_maxduration"], day["incoming_meanduration"]) == (60, 120, 80)
    assert day["incoming_stdduration"] == pytest.approx(math.sqrt(1200))
    assert day["incoming_modeduration"] == 60
    plain = -2 * 0.25 * math.log(0.25) - 0.5 * math.log(0.5)
    assert day["incoming_entropyduration"] == pytest.approx(plain + 2 / (2 * 240))
    assert (day["incoming_timefirstcall"], day["incoming_timelastcall"]) == (495, 600)
    assert day["incoming_countmostfrequentcontact"] == 1  # a calls most over the whole time, once on this day
    assert (day["missed_count"], day["missed_distinctcontacts"], day["missed_timefirstcall"]) == (0, 0, None)
    assert day["outgoing_entropyduration"] is None
    assert third["phone_calls_rapids_outgoing_meanduration"] == 0
    assert third["phone_calls_rapids_outgoing_stdduration"] is None
    assert third["phone_calls_rapids_incoming_countmostfrequentcontact"] == 2
    assert third["segment_start"] == "2024-01-12 00:00:00"  # the day without a call gives no row


def test_a_call_over_midnight_is_cut_and_counts_on_both_days_unless_a_study_counts_events():
    calls = stream("calls", ("2024-01-10T23:55", "in", 900, "a"), columns="time kind seconds contact")
    name = "phone_calls_rapids_incoming_"
    first, second = features("rapids", calls=calls)
    assert [day[name + "sumduration"] for day in (first, second)] == [300, 600]
    assert [day[name + "timefirstcall"] for day in (first, second)] == [1435, 0]
    asked = {"phone_calls": {"rapids": {"features_type": "EVENTS"}}}
    (only,) = features("rapids", given=asked, calls=calls)
    assert only[name + "sumduration"] == 900


def test_times_of_day_are_those_of_the_persons_clock():
    first, _ = features("rapids", zone="Europe/Amsterdam", calls=CALLS)
    assert first["phone_calls_rapids_incoming_timefirstcall"] == 555


def test_texts_of_a_day_as_rapids_counts_them():
    (day,) = features("rapids", texts=TEXTS)
    day = {name.removeprefix("phone_messages_rapids_"): value for name, value in day.items()}
    assert (day["received_count"], day["received_distinctcontacts"], day["sent_count"]) == (3, 3, 2)
    assert (day["received_timefirstmessage"], day["sent_timelastmessage"]) == (480, 1320)
    assert day["received_countmostfrequentcontact"] == 1


def test_first_and_last_of_several_days_are_those_by_time_not_by_clock():
    days = segments.plan_of(
        segments.pl.DataFrame(
            {"label": ["three"], "start_time": ["00:00:00"], "length": ["71H 59M 59S"], "repeats_on": ["mday"]}
        ).with_columns(repeats_value=10)
    )
    texts = stream(
        "texts",
        ("2024-01-10T20:00", "sent", "a"),
        ("2024-01-11T09:00", "sent", "a"),
        ("2024-01-12T10:00", "sent", "a"),
        columns="time kind contact",
    )
    calls = stream(
        "calls", ("2024-01-10T20:00", "in", "a"), ("2024-01-12T10:00", "in", "a"), columns="time kind contact"
    )
    (three,) = features("rapids", plan=days, texts=texts, calls=calls)
    for name in ("phone_messages_rapids_sent_time{}message", "phone_calls_rapids_incoming_time{}call"):
        assert (three[name.format("first")], three[name.format("last")]) == (1200, 600)


def test_calls_and_texts_as_forest_counts_them():
    first, second, third = features("forest", calls=CALLS, texts=TEXTS)
    assert (first["num_in_call"], first["num_out_call"], first["num_mis_call"]) == (3, 1, 0)
    assert (first["num_in_caller"], first["total_mins_in_call"], first["total_mins_out_call"]) == (2, 4, 0)
    assert (first["num_s"], first["num_r"], first["num_mms_s"], first["num_mms_r"]) == (2, 2, 0, 1)
    assert (first["num_s_tel"], first["num_r_tel"], first["total_char_s"], first["total_char_r"]) == (2, 2, 24, 16)
    assert (first["text_reciprocity_incoming"], first["text_reciprocity_outgoing"]) == (1, 1)
    assert first["num_uniq_individuals_call_or_text"] == 3
    assert (second["num_in_call"], second["num_r"], second["text_reciprocity_incoming"]) == (0, 0, 0)
    assert third["num_in_caller"] == 1


def test_who_never_had_a_text_has_nothing_said_about_texts():
    first, *_ = features("forest", calls=CALLS)
    assert first["num_in_call"] == 3
    assert first["num_r"] is None


def test_own_features_count_days_without_a_call_as_none():
    first, second, third = features("samen", calls=CALLS)
    assert (first["calls_in_count"], second["calls_in_count"], third["calls_in_count"]) == (3, 0, 2)
    assert (first["calls_in_total_min"], first["calls_contacts"], first["calls_in_first_min"]) == (4, 3, 495)
    assert first["calls_contact_entropy_nats"] == pytest.approx(-0.5 * math.log(0.5) - 2 * 0.25 * math.log(0.25))
    assert third["calls_top_contact_share"] == 1


def test_own_features_of_texts_take_mms_for_texts():
    (day,) = features("samen", texts=TEXTS)
    assert (day["texts_received_count"], day["texts_received_contacts"], day["texts_received_characters"]) == (3, 3, 16)
    assert (day["texts_unanswered_count"], day["texts_sent_share"]) == (2, 0.4)
