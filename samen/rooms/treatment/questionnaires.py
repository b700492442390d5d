"""The questionnaires that Samen asks, as data: items, answers, how they are scored, whose they are.

The texts stand in `content/questionnaires/`, one file each, with source, terms and the date these were checked.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content" / "questionnaires"


class NoSuchQuestionnaire(LookupError):
    """Nobody described this questionnaire: the message names the file that is missing."""


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    en: str
    nl: str

    def of(self, language: str) -> str:
        """Give the text in one language; English for languages that we do not have."""
        return self.nl if language.startswith("nl") else self.en


@dataclass(frozen=True)
class Option:
    """One answer that a person can choose."""

    value: int
    text: Text
    loinc: str = ""  # the answer's LOINC code, where there is one


@dataclass(frozen=True)
class Question:
    """One item: what is asked, and the answers to choose from."""

    id: str  # the FHIR linkId, such as phq-9.1
    text: Text
    options: tuple[Option, ...]
    loinc: str = ""
    scored: bool = True
    hard: bool = False  # any answer above 0 opens the help page, outside any model

    @property
    def values(self) -> tuple[int, ...]:
        """Give the values that an answer can have."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True)
class Questionnaire:
    """One questionnaire, with everything that asking and scoring it needs."""

    id: str
    version: str  # our edition of the wording; a changed wording is another version
    name: str
    title: Text
    about: Text
    instruction: Text
    questions: tuple[Question, ...]
    lowest: float
    highest: float
    times: int  # the sum is multiplied by this
    missing_allowed: int  # so many missing scored items are replaced by the mean of the others
    higher_is_better: bool
    recall_days: int  # the answers speak of so many days back
    loinc_panel: str
    loinc_total: str
    source: str
    terms: str
    terms_checked: str
    wording: Mapping[str, str]  # per language, how far the wording was checked against an official edition

    @property
    def scored(self) -> tuple[Question, ...]:
        """Give the items that count."""
        return tuple(question for question in self.questions if question.scored)

    @property
    def canonical(self) -> str:
        """Give the address by which a FHIR answer names this questionnaire and its edition."""
        return f"urn:samen:questionnaire:{self.id}|{self.version}"

    def question(self, link: str) -> Question | None:
        """Give the item with this id, or nothing."""
        return next((question for question in self.questions if question.id == link), None)


@cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """Give every questionnaire by its id, in the order that their files name."""
    tables = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.toml")}
    return {name: _of_file(tables[name], name) for name in sorted(tables, key=lambda name: tables[name]["order"])}


def questionnaire(name: str) -> Questionnaire:
    """Give one questionnaire. Raises NoSuchQuestionnaire."""
    if name not in questionnaires():
        raise NoSuchQuestionnaire(f'No questionnaire "{name}". Describe it in content/questionnaires/{name}.toml.')
    return questionnaires()[name]


def _of_file(data: Mapping[str, Any], name: str) -> Questionnaire:
    options = _options(data["options"])
    return Questionnaire(
        id=name,
        version=data["version"],
        name=data["name"],
        title=_text(data["title"]),
        about=_text(data["about"]),
        instruction=_text(data["instruction"]),
        questions=tuple(_question(row, name, options) for row in data["questions"]),
        lowest=data["lowest"],
        highest=data["highest"],
        times=data["times"],
        missing_allowed=data["missing_allowed"],
        higher_is_better=data["higher_is_better"],
        recall_days=data["recall_days"],
        loinc_panel=data.get("loinc_panel", ""),
        loinc_total=data.get("loinc_total", ""),
        source=data["source"],
        terms=data["terms"],
        terms_checked=data["terms_checked"],
        wording=data["wording"],
    )


def _question(row: Mapping[str, Any], name: str, options: tuple[Option, ...]) -> Question:
    return Question(
        id=f"{name}.{row['id']}",
        text=_text(row),
        options=_options(row["options"]) if "options" in row else options,
        loinc=row.get("loinc", ""),
        scored=row.get("scored", True),
        hard=row.get("hard", False),
    )


def _options(rows: list[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(value=row["value"], text=_text(row), loinc=row.get("loinc", "")) for row in rows)


def _text(row: Mapping[str, Any]) -> Text:
    return Text(en=row["en"], nl=row["nl"])
