"""Rest from a phone alone: hand-made nights, on the wall clock (so without a zone)."""
# ruff: noqa: DTZ001

from datetime import date, datetime, timedelta

import polars as pl

from samen.rooms.sensing import rest


def screen(*moments):
    """Give rows from (clock text, event)."""
    rows = [(datetime.fromisoformat(at), event) for at, event in moments]
    schema = {"local": pl.Datetime("ms"), "event": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


EVENING = (("2026-03-01T22:50", "unlocked"), ("2026-03-01T23:00", "locked"))
MORNING = (("2026-03-02T07:00", "unlocked"), ("2026-03-02T07:20", "locked"))


def test_eight_hours_of_a_still_phone_are_less_than_eight_hours_of_rest():
    (night,) = rest.nights(screen(*EVENING, *MORNING))
    assert night.day == date(2026, 3, 2)
    assert (night.begins, night.ends) == (datetime(2026, 3, 1, 23), datetime(2026, 3, 2, 7))
    assert (night.low, night.estimate, night.high) == (380.0, 447.0, 471.0)


def test_a_short_look_at_night_does_not_end_it_and_makes_it_less_sure():
    look = (("2026-03-02T03:00", "unlocked"), ("2026-03-02T03:01", "locked"))
    (plain,), (night,) = rest.nights(screen(*EVENING, *MORNING)), rest.nights(screen(*EVENING, *look, *MORNING))
    assert night.checks == 1
    assert night.estimate == plain.estimate - 12
    assert night.high - night.low > plain.high - plain.low


def test_half_an_hour_of_use_at_night_leaves_the_longer_part():
    awake = (("2026-03-02T01:00", "unlocked"), ("2026-03-02T01:30", "locked"))
    (night,) = rest.nights(screen(*EVENING, *awake, *MORNING))
    assert night.begins == datetime(2026, 3, 2, 1, 30)


def test_a_night_of_which_an_end_was_not_seen_is_left_out():
    assert rest.nights(screen(*EVENING)) == ()
    days_later = (("2026-03-04T07:00", "unlocked"), ("2026-03-04T07:20", "locked"))
    assert rest.nights(screen(*EVENING, *days_later)) == ()


def test_an_afternoon_without_a_phone_is_no_night():
    assert rest.nights(screen(("2026-03-01T09:00", "locked"), ("2026-03-01T15:00", "unlocked"))) == ()


def test_doubled_and_disordered_rows_change_nothing():
    rows = screen(*EVENING, *MORNING)
    assert rest.nights(pl.concat([rows, rows]).reverse()) == rest.nights(rows)


def test_several_nights_come_in_order_each_once():
    moments = []
    for at in range(5):
        evening = datetime(2026, 3, 1, 23) + timedelta(days=at)
        moments += [((evening - timedelta(minutes=9)).isoformat(), "unlocked"), (evening.isoformat(), "locked")]
        morning = evening + timedelta(hours=7 + at / 2)
        moments += [(morning.isoformat(), "unlocked"), ((morning + timedelta(minutes=9)).isoformat(), "off")]
    found = rest.nights(screen(*moments))
    assert [night.day.day for night in found] == [2, 3, 4, 5, 6]
    assert [night.estimate for night in found] == [387.0 + 30 * at for at in range(5)]
