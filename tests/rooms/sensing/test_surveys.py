"""Surveys by hand: what was delivered, opened and handed in, on each platform and with what never arrived."""

import pytest

from tests.rooms.sensing.streamed import features, ms, stream

T0 = ms("2024-01-10T09:00")


def timings(*rows: tuple, survey: str = "s"):
    made = [(T0 + second * 1000, survey, question, answer, event) for second, question, answer, event in rows]
    return stream("survey_timings", *made, columns="time survey question answer event")


IPHONE = timings(
    (0, None, None, "notified"),
    (60, None, None, "present"),
    (70, "q1", "2", "changed"),
    (75, "q1", "3", "changed"),
    (90, "q2", "a; b, 7", "changed"),
    (100, None, None, "submitted"),
    (3600, None, None, "notified"),
    (7200, None, None, "expired"),
)
ANDROID = timings(
    (0, "Survey first rendered and displayed to user", None, None),
    (10, "q1", "2", None),
    (40, "User hit submit", None, None),
)


def test_an_iphone_says_when_a_survey_was_delivered_opened_and_handed_in():
    (day,) = features("forest", survey_timings=IPHONE)
    assert (day["num_surveys"], day["num_opened_surveys"], day["num_submitted_surveys"]) == (2, 1, 1)
    assert (day["avg_time_to_open"], day["avg_time_to_submit"], day["avg_duration"]) == (70, 100, 40)


def test_where_no_delivery_is_written_none_is_guessed():
    (day,) = features("forest", survey_timings=ANDROID)
    assert (day["num_surveys"], day["num_opened_surveys"], day["num_submitted_surveys"]) == (None, 1, 1)
    assert (day["avg_time_to_submit"], day["avg_duration"]) == (None, 40)


def test_a_file_of_answers_counts_only_when_its_timings_never_arrived():
    same = stream("survey_answers", (T0 + 41_000, "s", "q1", "2"), columns="time survey question answer")
    lost = stream("survey_answers", (T0 + 9_000_000, "s", "q1", "2"), columns="time survey question answer")
    assert features("forest", survey_timings=ANDROID, survey_answers=same)[0]["num_submitted_surveys"] == 1
    assert features("forest", survey_timings=ANDROID, survey_answers=lost)[0]["num_submitted_surveys"] == 2
    assert features("forest", survey_answers=lost)[0]["num_submitted_surveys"] == 1


def test_changed_answers_and_time_for_each_question_in_our_own_words():
    (day,) = features("samen", survey_timings=IPHONE)
    assert (day["surveys_answered_count"], day["surveys_changed_count"]) == (2, 1)
    assert day["surveys_mean_item_s"] == pytest.approx(15)
    assert (day["surveys_delivered_count"], day["surveys_opened_count"], day["surveys_submitted_count"]) == (2, 1, 1)
    assert day["surveys_mean_duration_s"] == 40


def test_a_survey_that_was_left_and_taken_up_again_is_one_sitting():
    rows = timings(
        (0, None, None, "present"),
        (10, "q1", "1", "changed"),
        (20, None, None, "unpresent"),
        (500, None, None, "present"),
        (520, "q2", "2", "changed"),
        (530, None, None, "submitted"),
    )
    (day,) = features("samen", survey_timings=rows)
    assert (day["surveys_opened_count"], day["surveys_submitted_count"], day["surveys_mean_duration_s"]) == (1, 1, 530)
