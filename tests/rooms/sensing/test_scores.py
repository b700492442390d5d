"""Scores of surveys: by hand, by a plain sum, and what is no score."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
ITEMS = tuple(f"q{number}" for number in range(5))
SCALE = {"samen": {"scores": {"scales": [f"mood: {' '.join(ITEMS)}"]}}}


def answered(*rows: tuple) -> pl.DataFrame:
    return stream("survey_answers", *rows, columns="time survey question answer")


def told(*rows: tuple) -> pl.DataFrame:
    return stream("activity_event", *rows, columns="time activity item value")


def test_a_scale_by_hand_with_one_item_missing_and_with_too_many():
    rows = [(DAY0 + n, "s", item, str(n)) for n, item in enumerate(ITEMS[:4])]
    few = [(DAY0 + DAY, "s", "q1", "3"), (DAY0 + DAY, "s", "q2", "1")]
    first, second = features("samen", given=SCALE, survey_answers=answered(*rows, *few))
    assert [first[f"scores_{item}_score"] for item in ITEMS[:4]] == [0, 1, 2, 3]
    assert (first["scores_mood_total"], first["scores_mood_missing_count"]) == (6 + 1.5, 1)  # the fifth as the mean
    assert (second["scores_mood_total"], second["scores_mood_missing_count"]) == (None, 3)


def test_the_last_answer_of_the_day_counts_whichever_stream_it_came_by():
    timings = stream(
        "survey_timings",
        (DAY0, "s", "Survey first rendered and displayed to user", None),
        (DAY0 + 1, "s", "q0", "1"),
        (DAY0 + MINUTE, "s", "q0", "4"),
        (DAY0 + 2 * MINUTE, "s", "User hit submit", "9"),
        columns="time survey question answer",
    )
    (day,) = features("samen", survey_timings=timings, survey_answers=answered((DAY0 + 2 * MINUTE, "s", "q0", "4")))
    assert {name: value for name, value in day.items() if name.startswith("scores_")} == {"scores_q0_score": 4}


def test_words_are_scores_only_where_the_study_says_so_and_text_with_numbers_never_is():
    rows = told(
        (DAY0, "daily", "How are you?", "Not at all"), (DAY0, "daily", "note", "I slept 7 hours; 3 times awake")
    )
    assert not [name for name in features("samen", activity_event=rows)[0] if name.startswith("scores_")]
    given = {"samen": {"scores": {"words": ["not at all=0"], "names": ["How are you?=Interest"]}}}
    (day,) = features("samen", given=given, activity_event=rows)
    assert {name: value for name, value in day.items() if name.startswith("scores_")} == {"scores_interest_score": 0}


def test_questions_of_which_only_the_end_differs_keep_columns_of_their_own_with_room_for_their_names():
    long = "Over the last two weeks, how often were you bothered by this or that"
    (day,) = features(
        "samen", activity_event=told((DAY0, "daily", f"{long} A", "1"), (DAY0, "daily", f"{long} B", "2"))
    )
    named = {name: value for name, value in day.items() if name.startswith("scores_")}
    assert sorted(named.values()) == [1, 2]
    assert max(map(len, named)) <= 96


def test_a_tap_in_a_game_is_no_answer():
    taps = stream("activity_event", (DAY0, "span", "3", "1", "true"), columns="time activity item value type")
    assert not [name for name in features("samen", activity_event=taps)[0] if name.startswith("scores_")]


@settings(deadline=None, max_examples=8)
@given(
    st.lists(
        st.tuples(st.integers(0, 2 * 1440), st.sampled_from(ITEMS), st.integers(0, 3)),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[0],
    ),
    st.randoms(use_true_random=False),
)
def test_a_total_is_that_of_a_plain_walk_whatever_the_order_the_zone_and_other_people(drawn, chance):
    rows = sorted((DAY0 + minute * MINUTE, "s", item, str(score)) for minute, item, score in drawn)
    found = features("samen", given=SCALE, survey_answers=answered(*rows))
    for day in found:
        number = (ms(day["segment_start"]) - DAY0) // DAY
        last = {item: int(score) for time, _, item, score in rows if (time - DAY0) // DAY == number}
        enough = len(last) >= 3
        assert day.get("scores_mood_total") == (pytest.approx(sum(last.values()) * 5 / len(last)) if enough else None)
    mixed = [*rows, rows[0]]  # one of them twice
    chance.shuffle(mixed)
    lea = stream("survey_answers", (DAY0, "s", "q9", "3"), columns="time survey question answer", person="lea")
    both = pl.concat([lea, answered(*mixed)]).sort("person", "time")
    again = [day for day in features("samen", given=SCALE, survey_answers=both) if day["person"] == "noor"]
    names = [name for name in found[0] if name.startswith("scores_")]
    assert [[day[name] for name in names] for day in again] == [[day[name] for name in names] for day in found]
    east = answered(*((time - 5 * 60 * MINUTE, *rest) for time, *rest in rows))
    assert [
        [day[name] for name in names] for day in features("samen", zone="Etc/GMT-5", given=SCALE, survey_answers=east)
    ] == [[day[name] for name in names] for day in found]
