"""Questions as a page shows them: fields, choices, what was filled in so far, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samen.rooms.sensing.activities.asking import LONGEST, NO, YES, Problem, Question, Survey

SKIP = "skip"  # takes a choice back: without it, a radio button that was pressed once stays pressed


@dataclass(frozen=True)
class Choice:
    """One thing to choose."""

    value: str
    label: str
    is_chosen: bool
    is_skip: bool = False


@dataclass(frozen=True)
class Shown:
    """One question on a page."""

    number: int
    id: str
    text: str
    field: str  # radio, checkbox, textarea, text, time, number
    choices: tuple[Choice, ...]
    value: str
    errors: tuple[str, ...]  # codes
    low: int
    high: int
    step: int
    low_word: str
    high_word: str
    longest: int
    hard: bool = False


@dataclass(frozen=True)
class Words:
    """The few words that choices need, in the reader's language."""

    language: str
    yes: str
    no: str
    skip: str


def shown(
    found: Survey, words: Words, given: Mapping[str, Sequence[str]], problems: Sequence[Problem] = ()
) -> tuple[Shown, ...]:
    """Give every question of a survey as a page shows it."""
    wrong: dict[str, list[str]] = {}
    for each in problems:
        wrong.setdefault(each.where, []).append(each.code)
    return tuple(
        _shown(each, at, words, given.get(each.id, ()), tuple(wrong.get(each.id, ())))
        for at, each in enumerate(found.questions, 1)
    )


def _shown(each: Question, number: int, words: Words, given: Sequence[str], errors: tuple[str, ...]) -> Shown:
    return Shown(
        number=number,
        id=each.id,
        text=each.text.of(words.language),
        field=_field(each),
        choices=_choices(each, words, given),
        value=given[0] if given else "",
        errors=errors,
        low=each.low,
        high=each.high,
        step=each.step,
        low_word=each.low_word.of(words.language),
        high_word=each.high_word.of(words.language),
        longest=LONGEST.get(each.type, 0),
    )


def _field(each: Question) -> str:
    match each.type:
        case "text":
            return "textarea"
        case "short":
            return "text"
        case "time":
            return "time"
        case "multiselect":
            return "checkbox"
        case "slider" | "rating":
            return "radio" if each.has_buttons else "number"
        case _:
            return "radio"


def _choices(each: Question, words: Words, given: Sequence[str]) -> tuple[Choice, ...]:
    match each.type:
        case "boolean":
            rows = [(YES, words.yes), (NO, words.no)]
        case "list" | "multiselect":
            rows = [(str(at), option.of(words.language)) for at, option in enumerate(each.options)]
        case "slider" | "rating" if each.has_buttons:
            rows = [(str(number), _step(each, number, words.language)) for number in each.steps]
        case _:
            return ()
    choices = [Choice(value, label, value in given) for value, label in rows]
    if _field(each) == "radio":
        choices.append(Choice(SKIP, words.skip, SKIP in given, is_skip=True))
    return tuple(choices)


def _step(each: Question, number: int, language: str) -> str:
    word = {each.low: each.low_word, each.high: each.high_word}.get(number)
    said = word.of(language) if word is not None else ""
    return f"{number} ({said})" if said else str(number)
