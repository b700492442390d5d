"""From taps to scores, worked out by hand: what was right, how fast, and what is never compared."""

import pytest

from samen.rooms.sensing.activities import scoring, sequences
from samen.rooms.sensing.activities.scoring import Device, Raw, Tap, Unreadable

BOXES = {"reverse_tapping": False, "of": 16, "first": 2, "most": 9}
PHONE = Device("touch", 390, 844)


def sitting(*taps: Tap, seed: int = 7, ended: bool = True, device: Device = PHONE) -> Raw:
    return Raw(seed, taps, device, ended)


def trial(number: int, length: int, settings=BOXES, *, wrong: bool = False, every: int = 500) -> list[Tap]:
    """Give the taps of one trial, all right or with the last two the other way round."""
    asked = list(sequences.shown(7, number, length, settings["of"]))
    if settings["reverse_tapping"]:
        asked.reverse()
    if wrong:
        asked[-2:] = reversed(asked[-2:])
    return [Tap(number, str(box), every * (at + 1)) for at, box in enumerate(asked)]


def test_a_span_grows_until_two_failures_in_a_row_and_is_the_longest_that_was_all_right():
    taps = [
        *trial(0, 2), *trial(1, 3), *trial(2, 4, wrong=True), *trial(3, 4), *trial(4, 5, wrong=True), *trial(5, 5, wrong=True),
    ]  # fmt: skip
    found = scoring.span(sitting(*taps), BOXES).static
    assert (found["span"], found["level"], found["finished"]) == (4, 5, True)
    assert (found["correct_answers"], found["wrong_answers"], found["score"], found["point"]) == (3, 3, 50, 1)


def test_a_slice_says_which_box_whether_right_and_how_long_since_the_last_one():
    first, second = sequences.shown(7, 0, 2, 16)
    slices = scoring.span(sitting(Tap(0, str(first), 700), Tap(0, str(first), 1000)), BOXES).slices
    assert slices == (
        {"item": first, "value": None, "type": True, "duration": 700, "level": 2},
        {"item": first, "value": None, "type": False, "duration": 300, "level": 2},
    )
    assert second != first


def test_backward_is_right_from_the_last_one_on():
    backward = {**BOXES, "reverse_tapping": True}
    forward_taps, backward_taps = trial(0, 2), trial(0, 2, backward)
    assert scoring.span(sitting(*backward_taps), backward).static["span"] == 2
    assert scoring.span(sitting(*forward_taps), backward).static["span"] == 0


def test_a_trial_that_was_left_half_way_counts_neither_way_and_the_sitting_is_not_finished():
    found = scoring.span(sitting(*trial(0, 2), trial(1, 3)[0], ended=False), BOXES).static
    assert (found["correct_answers"], found["wrong_answers"], found["finished"]) == (1, 0, False)
    assert found["point"] == 2


def test_a_span_of_the_longest_length_ends_it():
    taps = [tap for at, length in enumerate(range(2, 10)) for tap in trial(at, length)]
    found = scoring.span(sitting(*taps), BOXES).static
    assert (found["span"], found["finished"], found["score"]) == (9, True, 100)


def test_times_are_the_median_the_spread_and_the_trend_by_hand():
    # 400, 600, 500, 900: median 550; mean 600, squares 40000+0+10000+90000 = 140000, /3 = 46666.67, root 216.02
    # slope: (-1.5*-200 + -.5*0 + .5*-100 + 1.5*300) / 5 = (300 - 50 + 450) / 5 = 140
    found = scoring._times([400, 600, 500, 900])
    assert found == {"reaction_median": 550.0, "reaction_sd": 216.02, "trend": 140.0}
    assert scoring._times([]) == {"reaction_median": None, "reaction_sd": None, "trend": None}


def test_trails_take_until_the_last_label_and_count_every_wrong_press():
    order = sequences.trail("b")
    assert order[:5] == ("1", "A", "2", "B", "3")
    assert order[-1] == "13"
    assert len(order) == 25
    taps = [Tap(0, label, 1000 * (at + 1)) for at, label in enumerate(order)]
    taps.insert(1, Tap(0, "2", 1500))
    found = scoring.trails(sitting(*taps), {"part": "b"})
    assert (found.static["seconds"], found.static["errors"], found.static["total_attempts"]) == (25.0, 1, 26)
    assert found.static["score"] == 96  # 25 of 26
    assert found.slices[1] == {"item": 2, "value": None, "type": False, "duration": 500, "level": 1}
    assert found.slices[2]["item"] == "A"


def test_trails_that_were_not_finished_have_no_time():
    found = scoring.trails(sitting(Tap(0, "1", 900), Tap(0, "2", 1800), ended=False), {"part": "a"}).static
    assert (found["seconds"], found["reached"], found["finished"]) == (None, 2, False)


def test_b_is_compared_with_a_only_on_the_same_kind_of_device():
    a = {"seconds": 30.5, "input": "touch", "width": 390, "height": 844}
    b = {"seconds": 61.0, "input": "touch", "width": 412, "height": 915}
    assert scoring.b_minus_a(b, a) == 30.5
    assert scoring.b_minus_a({**b, "input": "mouse"}, a) is None
    assert scoring.b_minus_a({**b, "width": 1200}, a) is None
    assert scoring.b_minus_a({**b, "seconds": None}, a) is None


def test_press_or_wait_counts_misses_false_presses_and_presses_that_came_too_soon():
    settings = {"trials": 10, "go": 7}
    go = sequences.go_or_not(7, 10, 7)
    assert sum(go) == 7
    assert go[:3] == (True, True, True)
    wait = go.index(False)
    times = {0: 300, 1: 420, 2: 60, wait: 250}  # right, right, too soon, and a press where one should wait
    found = scoring.go_no_go(sitting(*[Tap(at, "x", ms) for at, ms in sorted(times.items())]), settings).static
    assert (found["missed"], found["false_presses"], found["too_soon"]) == (4, 1, 1)
    assert (found["correct_answers"], found["wrong_answers"]) == (4, 6)  # two presses, two waits
    assert found["reaction_median"] == 360.0


def test_only_the_first_press_of_a_trial_counts():
    settings = {"trials": 10, "go": 7}
    found = scoring.go_no_go(sitting(Tap(0, "x", 300), Tap(0, "x", 900)), settings).static
    assert found["reaction_median"] == 300.0


def test_trials_that_were_not_shown_are_not_missed():
    found = scoring.go_no_go(sitting(Tap(1, "x", 300), ended=False), {"trials": 10, "go": 7}).static
    assert (found["missed"], found["correct_answers"], found["finished"]) == (1, 1, False)


def test_every_game_says_with_what_it_was_done():
    found = scoring.span(sitting(device=Device("keyboard", 1180, 900, heard=True)), BOXES).static
    assert {name: found[name] for name in ("input", "width", "height", "heard", "seed")} == {
        "input": "keyboard", "width": 1180, "height": 900, "heard": True, "seed": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"taps": "x", "seed": 1, "width": 1, "height": 1},
        {"taps": [[0, "1"]], "seed": 1, "width": 1, "height": 1},
        {"taps": [[0, "1", -5]], "seed": 1, "width": 1, "height": 1},
        {"taps": [[0, "1", 9.5]], "seed": 1, "width": 1, "height": 1},
        {"taps": [[0, "1", 900], [0, "2", 100]], "seed": 1, "width": 1, "height": 1},
        {"taps": [], "seed": -1, "width": 1, "height": 1},
    ],
)
def test_what_is_no_row_of_taps_is_not_scored(raw):
    with pytest.raises(Unreadable):
        scoring.raw(raw)


def test_a_sequence_begins_the_same_whatever_its_length_and_shows_nothing_twice():
    long = sequences.shown(3, 5, 9, 16)
    assert sequences.shown(3, 5, 4, 16) == long[:4]
    assert len(set(long)) == 9
    assert set(sequences.shown(3, 0, 10, 10)) == set(range(10))
    assert sequences.shown(4, 5, 9, 16) != long


def test_the_waits_leave_no_beat_to_press_by():
    found = sequences.waits(9, 40)
    assert min(found) >= 800
    assert max(found) <= 1400
    assert len(set(found)) > 5
