"""What `progress-watch` reads, as a value: the filled-in questionnaires of one person, and the moment of looking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samen.rights.words import Category, Gathered, Item
from samen.rooms.treatment.change import Point
from samen.rooms.treatment.questionnaires import questionnaires

WORDS = "treatment.progress_watch"


@dataclass(frozen=True)
class Course:
    """One person's questionnaires in time; `now` is the moment at which the permit was given."""

    points: tuple[Point, ...]
    now: datetime


def gathered(points: Sequence[Point], now: datetime, language: str = "en") -> Gathered:
    """Put a course in the form that `infer` takes: every filled-in questionnaire is an item that the person sees."""
    return Gathered(items=tuple(map(_item, points)), data=Course(tuple(points), now), language=language)


def of_material(material: Mapping[str, Any]) -> Gathered:
    """Turn made-up material of a validation run into what `infer` takes. Dates in ISO form with a zone."""
    points = [
        Point(
            row["instrument"],
            row.get("version", "1"),
            datetime.fromisoformat(row["at"]),
            row["total"],
            f"made-up/{number}",
        )
        for number, row in enumerate(material["points"])
    ]
    return gathered(points, datetime.fromisoformat(material["now"]))


def _item(point: Point) -> Item:
    known = point.total is not None
    return Item(
        category=Category.QUESTIONNAIRES,
        ref=point.ref,
        label=f"{WORDS}.item.{'total' if known else 'incomplete'}",
        at=point.at,
        values={
            "name": questionnaires()[point.instrument].name,
            "total": round(point.total) if point.total is not None else 0,
        },
    )
