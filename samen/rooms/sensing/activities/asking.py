"""Surveys as data: eight types of questions in two languages, what is wrong with a survey, and what somebody answered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TYPES = ("text", "boolean", "list", "multiselect", "slider", "short", "rating", "time")  # LAMP's
CHOICES = ("list", "multiselect")
SCALES = ("slider", "rating")
LONGEST = {"text": 4000, "short": 200}  # characters of an answer
MOST_QUESTIONS, MOST_OPTIONS = 60, 20
LONGEST_QUESTION = 500  # characters
BUTTONS = 11  # steps of a scale up to which each is a button; longer ones are a number to fill in
LANGUAGES = ("en", "nl")
YES, NO = "yes", "no"
Answer = str | int | bool | tuple[int, ...]


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    en: str = ""
    nl: str = ""

    def of(self, language: str) -> str:
        """Give the text in one language."""
        return self.nl if language.startswith("nl") else self.en


@dataclass(frozen=True)
class Question:
    """One question: what is asked, and what can be answered."""

    id: str
    type: str
    text: Text
    options: tuple[Text, ...] = ()
    low: int = 0
    high: int = 0
    step: int = 1
    low_word: Text = Text()
    high_word: Text = Text()

    @property
    def steps(self) -> range:
        """Give every number that a scale can be answered with."""
        return range(self.low, self.high + 1, max(self.step, 1))

    @property
    def has_buttons(self) -> bool:
        """Say whether each step of a scale is a button: a slider would stand somewhere before anybody chose."""
        return self.type in SCALES and len(self.steps) <= BUTTONS


@dataclass(frozen=True)
class Survey:
    """A survey. A changed wording is another version."""

    title: Text
    about: Text
    questions: tuple[Question, ...]
    version: int = 1


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: with which question ("" = with the whole), and its code (`sensing.asking.problem`)."""

    where: str
    code: str


def survey(body: Mapping[str, Any]) -> Survey:
    """Read a survey as it is kept."""
    rows = body.get("questions", ())
    return Survey(
        title=_text(body.get("title")),
        about=_text(body.get("about")),
        questions=tuple(_question(row, at) for at, row in enumerate(rows)),
        version=int(body.get("version", 1)),
    )


def _question(row: Mapping[str, Any], at: int) -> Question:
    type_ = str(row.get("type", ""))
    low, high = (1, 5) if type_ == "rating" else (0, 10)
    return Question(
        id=str(row.get("id") or f"q{at + 1}"),
        type=type_,
        text=_text(row.get("text")),
        options=tuple(_text(each) for each in row.get("options", ())),
        low=int(row.get("low", low)),
        high=int(row.get("high", high)),
        step=int(row.get("step", 1)),
        low_word=_text(row.get("low_word")),
        high_word=_text(row.get("high_word")),
    )


def _text(row: Any) -> Text:
    return Text(str(row.get("en", "")).strip(), str(row.get("nl", "")).strip()) if isinstance(row, Mapping) else Text()


def plain(found: Survey) -> dict[str, Any]:
    """Give a survey as it is kept."""
    return {
        "title": vars(found.title),
        "about": vars(found.about),
        "version": found.version,
        "questions": [_plain(each) for each in found.questions],
    }


def _plain(each: Question) -> dict[str, Any]:
    row: dict[str, Any] = {"id": each.id, "type": each.type, "text": vars(each.text)}
    if each.type in CHOICES:
        row["options"] = [vars(option) for option in each.options]
    if each.type in SCALES:
        row |= {"low": each.low, "high": each.high, "step": each.step}
        row |= {"low_word": vars(each.low_word), "high_word": vars(each.high_word)}
    return row


# --- what is wrong with a survey -------------------------------------------------------------------------------------


def problems(found: Survey) -> tuple[Problem, ...]:
    """List what must be mended before anybody is asked this; nothing when it is whole, in both languages."""
    return tuple(_problems(found))


def _problems(found: Survey) -> Iterator[Problem]:
    if not _both(found.title):
        yield Problem("", "title")
    if not found.questions:
        yield Problem("", "no_questions")
    if len(found.questions) > MOST_QUESTIONS:
        yield Problem("", "too_many_questions")
    seen: set[str] = set()
    for each in found.questions:
        if each.id in seen:
            yield Problem(each.id, "same_id")
        seen.add(each.id)
        yield from (Problem(each.id, code) for code in wrong_with(each))


def wrong_with(each: Question) -> tuple[str, ...]:
    """List the codes of what is wrong with one question."""
    codes = []
    if each.type not in TYPES:
        codes.append("type")
    if not _both(each.text):
        codes.append("text")
    if max(len(each.text.en), len(each.text.nl)) > LONGEST_QUESTION:
        codes.append("too_long")
    if each.type in CHOICES:
        codes += _wrong_options(each.options)
    if each.type in SCALES:
        if each.step < 1 or each.high <= each.low or (each.high - each.low) % max(each.step, 1):
            codes.append("scale")
        if (bool(each.low_word.en), bool(each.high_word.en)) != (bool(each.low_word.nl), bool(each.high_word.nl)):
            codes.append("words")
    return tuple(codes)


def _wrong_options(options: Sequence[Text]) -> Iterator[str]:
    if not 2 <= len(options) <= MOST_OPTIONS:
        yield "options"
    if not all(_both(each) for each in options):
        yield "options_language"
    if any(len({each.of(language) for each in options}) < len(options) for language in LANGUAGES):
        yield "options_same"


def _both(text: Text) -> bool:
    return bool(text.en and text.nl)


# --- what somebody answered ------------------------------------------------------------------------------------------


def answers(found: Survey, given: Mapping[str, Sequence[str]]) -> tuple[dict[str, Answer], tuple[Problem, ...]]:
    """Read what was filled in. Everything may be skipped; sending nothing at all, or what nobody could choose, is a problem."""
    read: dict[str, Answer] = {}
    wrong: list[Problem] = []
    for each in found.questions:
        values = [value.strip() for value in given.get(each.id, ()) if value.strip()]
        if not values or values == ["skip"]:
            continue
        answer = _answer(each, values)
        if answer is None:
            wrong.append(Problem(each.id, "cannot_be_chosen" if each.type not in LONGEST else "answer_too_long"))
        else:
            read[each.id] = answer
    if not read and not wrong:
        wrong.append(Problem("", "nothing"))
    return read, tuple(wrong)


def _answer(each: Question, values: Sequence[str]) -> Answer | None:
    value = values[0]
    match each.type:
        case "text" | "short":
            return value if len(value) <= LONGEST[each.type] else None
        case "boolean":
            return {YES: True, NO: False}.get(value)
        case "time":
            return value[:5] if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", value) else None
        case "multiselect":
            chosen = {_whole(one) for one in values}
            numbers = sorted(one for one in chosen if one is not None and 0 <= one < len(each.options))
            return tuple(numbers) if len(numbers) == len(chosen) else None
        case "list":
            number = _whole(value)
            return number if number is not None and 0 <= number < len(each.options) else None
        case _:
            number = _whole(value)
            return number if number is not None and number in each.steps else None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else None


def in_words(each: Question, answer: Answer, language: str, *, yes: str, no: str) -> str:
    """Give an answer in the words that somebody chose."""
    match answer:
        case bool():
            return yes if answer else no
        case tuple():
            return ", ".join(each.options[number].of(language) for number in answer)
        case int() if each.type == "list":
            return each.options[answer].of(language)
        case _:
            return str(answer)


def lamp(found: Survey) -> list[dict[str, Any]]:
    """Give the questions as the settings of a LAMP activity: English under LAMP's own names, Dutch beside it."""
    rows = []
    for each in found.questions:
        options: list[str] | None = None
        dutch: list[str] | None = None
        if each.type in CHOICES:
            options, dutch = [one.en for one in each.options], [one.nl for one in each.options]
        elif each.type in SCALES:
            options = dutch = [str(number) for number in each.steps]
        rows.append(
            {
                "text": each.text.en,
                "type": each.type,
                "options": options,
                "nl": {"text": each.text.nl, "options": dutch},
            }
        )
    return rows
