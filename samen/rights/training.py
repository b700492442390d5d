"""The short course on judging what a computer says: its parts and questions as data, and when it is passed."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "content" / "training" / "course.toml"

Both = Mapping[str, str]  # language to words


@dataclass(frozen=True)
class Part:
    """One piece to read."""

    title: Both
    text: Both


@dataclass(frozen=True)
class Question:
    """One question, its answers, which of them is right, and why."""

    ask: Both
    options: tuple[Both, ...]
    right: int
    why: Both


@dataclass(frozen=True)
class Course:
    """The course as somebody reads it."""

    parts: tuple[Part, ...]
    questions: tuple[Question, ...]


@cache
def course() -> Course:
    """Give the course."""
    raw = tomllib.loads(FILE.read_text("utf-8"))
    return Course(
        parts=tuple(Part(each["title"], each["text"]) for each in raw["parts"]),
        questions=tuple(
            Question(each["ask"], tuple(each["options"]), each["right"], each["why"]) for each in raw["questions"]
        ),
    )


def mistakes(questions: Sequence[Question], answers: Mapping[int, int]) -> list[int]:
    """Give the places of the questions that are unanswered or answered otherwise; none means passed."""
    return [place for place, question in enumerate(questions) if answers.get(place) != question.right]
