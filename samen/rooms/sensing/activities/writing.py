"""Writing a survey question by question: from the fields of a form to a question, and the order of questions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from samen.rooms.sensing.activities import asking
from samen.rooms.sensing.activities.asking import CHOICES, LANGUAGES, SCALES, Question, Survey, Text

Given = Mapping[str, Sequence[str]]


def heading(found: Survey, given: Given) -> Survey:
    """Give a survey with the title and the sentence about it that were filled in."""
    return replace(found, title=_both(given, "title"), about=_both(given, "about"))


def question(given: Given, id_: str) -> Question:
    """Read one question from a form. What cannot be read is left as it would be wrong (asking.wrong_with says so)."""
    type_ = _one(given, "type")
    low, high = (1, 5) if type_ == "rating" else (0, 10)
    return Question(
        id=id_,
        type=type_,
        text=_both(given, "text"),
        options=_options(given) if type_ in CHOICES else (),
        low=_number(given, "low", low) if type_ in SCALES else 0,
        high=_number(given, "high", high) if type_ in SCALES else 0,
        step=_number(given, "step", 1) if type_ in SCALES else 1,
        low_word=_both(given, "low_word") if type_ in SCALES else Text(),
        high_word=_both(given, "high_word") if type_ in SCALES else Text(),
    )


def _options(given: Given) -> tuple[Text, ...]:
    """Read answers, one on each line, in both languages: the same line is the same answer."""
    english, dutch = (
        [line.strip() for line in _one(given, f"options_{language}").splitlines() if line.strip()]
        for language in LANGUAGES
    )
    length = max(len(english), len(dutch))
    return tuple(
        Text(en, nl)
        for en, nl in zip(english + [""] * (length - len(english)), dutch + [""] * (length - len(dutch)), strict=True)
    )


def fresh_id(found: Survey) -> str:
    """Give an id that no question of a survey has."""
    taken = [int(each.id[1:]) for each in found.questions if re.fullmatch(r"q\d+", each.id)]
    return f"q{max(taken, default=0) + 1}"


def put(found: Survey, each: Question) -> Survey:
    """Give a survey with a question in the place of the one with its id, or at the end."""
    if all(one.id != each.id for one in found.questions):
        return replace(found, questions=(*found.questions, each))
    return replace(found, questions=tuple(each if one.id == each.id else one for one in found.questions))


def without(found: Survey, id_: str) -> Survey:
    """Give a survey without one question."""
    return replace(found, questions=tuple(one for one in found.questions if one.id != id_))


def moved(found: Survey, id_: str, by: int) -> Survey:
    """Give a survey with a question one place earlier (-1) or later (1); at the end nothing moves."""
    rows = list(found.questions)
    at = next((at for at, one in enumerate(rows) if one.id == id_), None)
    if at is None or not 0 <= at + by < len(rows):
        return found
    rows[at], rows[at + by] = rows[at + by], rows[at]
    return replace(found, questions=tuple(rows))


def fields(each: Question) -> dict[str, str]:
    """Give the fields of a form that hold a question."""
    return {
        "type": each.type,
        "text_en": each.text.en,
        "text_nl": each.text.nl,
        "options_en": "\n".join(one.en for one in each.options),
        "options_nl": "\n".join(one.nl for one in each.options),
        "low": str(each.low) if each.type in SCALES else "",
        "high": str(each.high) if each.type in SCALES else "",
        "step": str(each.step) if each.type in SCALES else "",
        "low_word_en": each.low_word.en,
        "low_word_nl": each.low_word.nl,
        "high_word_en": each.high_word.en,
        "high_word_nl": each.high_word.nl,
    }


def _both(given: Given, name: str) -> Text:
    longest = asking.LONGEST_QUESTION + 1  # one more, so that what is too long is seen to be
    return Text(_one(given, f"{name}_en")[:longest], _one(given, f"{name}_nl")[:longest])


def _number(given: Given, name: str, otherwise: int) -> int:
    text = _one(given, name)
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else otherwise


def _one(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()
