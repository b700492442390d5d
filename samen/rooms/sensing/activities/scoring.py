"""From taps to scores: the browser tells what was pressed and when, and what was right is worked out here.

Every score is of one sitting. Times are ms. Nothing here says what a score means: it goes with the day, the device and
practice, so the device goes along and only like is compared with like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, stdev
from typing import Any

from samen.rooms.sensing.activities import sequences

MOST_TAPS = 2000
LONGEST_MS = 3600 * 1000
TOO_SOON_MS = (
    100  # nobody sees and presses within this: it was begun before (Luce 1986, Response Times, ISBN 0195036425)
)
INPUTS = ("touch", "mouse", "pen", "keyboard", "several")
FAILURES = 2  # in a row end a span
ALL_RIGHT, NOT_ALL_RIGHT = 2, 1  # LAMP's points
WIDTHS = (480, 900)  # px: a phone, a tablet, a larger screen


class Unreadable(ValueError):
    """What came from the page are no taps of this game."""


@dataclass(frozen=True)
class Tap:
    """One press: in which trial, on what, and when."""

    trial: int
    item: str
    at: int  # ms since the trial could be answered


@dataclass(frozen=True)
class Device:
    """With what it was done: times and spans of different devices are not compared."""

    input: str
    width: int  # px
    height: int
    heard: bool = False  # digits read out by a screen reader, at its own pace

    @property
    def like(self) -> tuple[object, ...]:
        """Give what must be the same in two sittings before their times are compared."""
        return (self.input, sum(self.width > each for each in WIDTHS), self.heard)


@dataclass(frozen=True)
class Raw:
    """All that a page tells of one sitting of a game."""

    seed: int
    taps: tuple[Tap, ...]
    device: Device
    ended: bool  # it came to its end; False = somebody stopped


@dataclass(frozen=True)
class Scored:
    """A sitting with its scores, as LAMP's `static_data`, and a slice for each tap."""

    static: Mapping[str, Any]
    slices: tuple[Mapping[str, Any], ...]
    said: Mapping[str, Any] = field(default_factory=dict)  # what the page tells of it


def raw(found: Any) -> Raw:
    """Read what a page tells. Raises: Unreadable."""
    if not isinstance(found, Mapping) or not isinstance(rows := found.get("taps"), list) or len(rows) > MOST_TAPS:
        raise Unreadable("There are no taps.")
    taps = tuple(_tap(row) for row in rows)
    if any(one.trial == next_.trial and next_.at < one.at for one, next_ in pairwise(taps)):
        raise Unreadable("Taps run back in time.")
    device = Device(
        input=found["input"] if found.get("input") in INPUTS else "several",
        width=_number(found.get("width"), 20_000),
        height=_number(found.get("height"), 20_000),
        heard=found.get("heard") is True,
    )
    return Raw(_number(found.get("seed"), 2**31), taps, device, found.get("ended") is True)


def _tap(row: Any) -> Tap:
    if not isinstance(row, list) or len(row) != 3 or not isinstance(row[1], str) or len(row[1]) > 4:
        raise Unreadable("A tap is a trial, what was pressed, and a time.")
    return Tap(_number(row[0], MOST_TAPS), row[1], _number(row[2], LONGEST_MS))


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Unreadable("A number is missing or too large.")
    return value


# --- spans: boxes or digits, forward and backward ------------------------------------------------------------------------


def span(found: Raw, settings: Mapping[str, Any]) -> Scored:
    """Score a span. It grows by one after a sequence that was all right; two failures in a row end it (Corsi 1972).

    Takes:  taps with trial from 0; settings first, most (lengths), of (how many there are), reverse_tapping.
    Gives:  span = the longest sequence that was all right, 0 for none; score = % of sequences that were all right;
            correct_answers and wrong_answers = sequences; slices with level = the length of their sequence, and duration
            since the last tap. A trial that was left half-way counts neither way.
    """
    length, best, right, wrong, failed, level = settings["first"], 0, 0, 0, 0, 0
    slices: list[dict[str, Any]] = []
    by_trial: dict[int, list[Tap]] = {}
    for tap in found.taps:
        by_trial.setdefault(tap.trial, []).append(tap)
    over = False
    for trial in range(sequences.MOST_TRIALS):
        given = by_trial.get(trial, [])
        asked = [str(each) for each in sequences.shown(found.seed, trial, length, settings["of"])]
        if settings["reverse_tapping"]:
            asked.reverse()
        if over or len(given) < length:
            break
        if len(given) > length:
            raise Unreadable("There are more taps than places.")
        slices += _slices(given, asked, level=length)
        level = max(level, length)
        if [tap.item for tap in given] == asked:
            best, right, failed = max(best, length), right + 1, 0
            over = length == settings["most"]
            length += 1
        else:
            wrong, failed = wrong + 1, failed + 1
            over = failed == FAILURES
    done = right + wrong
    backward = bool(settings["reverse_tapping"])
    static = {
        "point": ALL_RIGHT if done and not wrong else NOT_ALL_RIGHT,
        "score": round(100 * right / done) if done else 0,
        "correct_answers": right,
        "wrong_answers": wrong,
        "type": "backward" if backward else "forward",
        "span": best,
        "level": level,
        **_times([each["duration"] for each in slices]),
        **_with(found, over),
    }
    return Scored(static, tuple(slices), {"span": best, "right": right, "wrong": wrong})


def _slices(given: Sequence[Tap], asked: Sequence[str], *, level: int) -> list[dict[str, Any]]:
    before = 0
    rows = []
    for tap, right in zip(given, asked, strict=True):
        rows.append(_slice(tap.item, tap.item == right, tap.at - before, level))
        before = tap.at
    return rows


def _slice(item: str, right: bool, duration: int, level: int, value: str | None = None) -> dict[str, Any]:
    shown: int | str = int(item) if item.isdecimal() else item
    return {"item": shown, "value": value, "type": right, "duration": duration, "level": level}


# --- trails --------------------------------------------------------------------------------------------------------------


def trails(found: Raw, settings: Mapping[str, Any]) -> Scored:
    """Score trails A or B: how long until the last label was pressed in its order, and how many presses were wrong.

    Takes:  taps with labels, ms since the labels were shown; settings part (a or b).
    Gives:  seconds (null when it was not finished), errors, total_attempts, score = % of presses that were right.
    Source: Reitan 1958, doi:10.2466/pms.1958.8.3.271, with presses in place of a drawn line: times are not those of paper.
    """
    order = sequences.trail(settings["part"])
    reached, before = 0, 0
    slices = []
    for tap in found.taps:
        if reached == len(order):
            raise Unreadable("There are presses after the last label.")
        if tap.item not in order:
            raise Unreadable("This label is not on the page.")
        right = tap.item == order[reached]
        slices.append(_slice(tap.item, right, tap.at - before, 1))
        before = tap.at
        reached += right
    finished = reached == len(order)
    errors = len(slices) - reached
    seconds = round(found.taps[-1].at / 1000, 2) if finished else None
    static = {
        "point": ALL_RIGHT if finished and not errors else NOT_ALL_RIGHT,
        "score": round(100 * reached / len(slices)) if slices else 0,
        "total_attempts": len(slices),
        "type": settings["part"],
        "reached": reached,
        "errors": errors,
        "seconds": seconds,
        **_times([each["duration"] for each in slices]),
        **_with(found, finished),
    }
    return Scored(static, tuple(slices), {"seconds": seconds, "errors": errors, "reached": reached})


def b_minus_a(b: Mapping[str, Any], a: Mapping[str, Any]) -> float | None:
    """Give the seconds that B took longer than A; None unless both were finished with the same kind of device."""
    both = (b.get("seconds"), a.get("seconds"))
    if None in both or _like(b) != _like(a):
        return None
    return round(float(both[0]) - float(both[1]), 2)  # type: ignore[arg-type]


def _like(static: Mapping[str, Any]) -> tuple[object, ...]:
    return Device(
        str(static.get("input")), int(static.get("width", 0)), int(static.get("height", 0)), bool(static.get("heard"))
    ).like


# --- press or wait -------------------------------------------------------------------------------------------------------


def go_no_go(found: Raw, settings: Mapping[str, Any]) -> Scored:
    """Score presses and waits. The first press of a trial counts; one within 100 ms came too soon and has no reaction time.

    Takes:  taps with trial from 0, ms since its shape was shown; settings trials, go (how many of them to press).
    Gives:  correct_answers, wrong_answers (trials), missed (go, not pressed), false_presses (wait, pressed), too_soon,
            reaction times of right presses. Trials after the last one that was shown count neither way.
    """
    go = sequences.go_or_not(found.seed, settings["trials"], settings["go"])
    first: dict[int, int] = {}
    for tap in found.taps:
        if tap.item != "-" and tap.item != "x":
            raise Unreadable("A press has no other name.")
        if tap.trial >= len(go):
            raise Unreadable("There are more trials than were shown.")
        if tap.item == "x":
            first.setdefault(tap.trial, tap.at)
    seen = len(go) if found.ended else max((tap.trial for tap in found.taps), default=-1) + 1
    slices = []
    missed = false_presses = too_soon = 0
    for trial in range(seen):
        at = first.get(trial)
        soon = at is not None and at < TOO_SOON_MS
        right = (at is not None and not soon) if go[trial] else at is None
        missed += go[trial] and at is None
        false_presses += not go[trial] and at is not None
        too_soon += go[trial] and soon
        row = _slice(str(trial + 1), right, at or 0, 1, "go" if go[trial] else "no-go")
        slices.append({**row, "duration": at})
    correct = sum(each["type"] for each in slices)
    times = [each["duration"] for each in slices if each["type"] and each["duration"] is not None]
    static = {
        "point": ALL_RIGHT if slices and correct == len(slices) else NOT_ALL_RIGHT,
        "score": round(100 * correct / len(slices)) if slices else 0,
        "correct_answers": correct,
        "wrong_answers": len(slices) - correct,
        "type": "go/no-go",
        "missed": missed,
        "false_presses": false_presses,
        "too_soon": too_soon,
        **_times(times),
        **_with(found, seen == len(go)),
    }
    return Scored(
        static,
        tuple(slices),
        {"missed": missed, "false_presses": false_presses, "median": round(median(times)) if times else None},
    )


# --- what all have -------------------------------------------------------------------------------------------------------


def _times(durations: Sequence[int]) -> dict[str, float | None]:
    """Give median and spread (n-1) of times in ms, and their trend within the sitting in ms per tap (least squares)."""
    n = len(durations)
    return {
        "reaction_median": float(median(durations)) if n else None,
        "reaction_sd": round(stdev(durations), 2) if n > 1 else None,
        "trend": round(_slope(durations), 3) if n > 2 else None,
    }


def _slope(values: Sequence[int]) -> float:
    n = len(values)
    middle, mean = (n - 1) / 2, sum(values) / n
    over = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return over / sum((at - middle) ** 2 for at in range(n))


def _with(found: Raw, finished: bool) -> dict[str, Any]:
    return {
        "finished": finished,
        "seed": found.seed,
        "input": found.device.input,
        "width": found.device.width,
        "height": found.device.height,
        "heard": found.device.heard,
    }


GAMES = {"span": span, "digits": span, "trails": trails, "go-no-go": go_no_go}
