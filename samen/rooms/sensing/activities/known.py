"""The activities that everybody here can do, as data: what each is, of which kind, and how it is asked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from samen.rooms.sensing.activities import asking
from samen.rooms.sensing.activities.asking import Survey, Text

FOLDER = Path(__file__).parent.parent / "content" / "activities"
KINDS = ("learn", "assess", "manage", "prevent")
SHAPES = ("survey", "elsewhere", "reading", "journal", "breathing", "game")


@dataclass(frozen=True)
class Activity:
    """One activity."""

    id: str
    spec: str  # LAMP's name of what it is, or one of our own
    kind: str
    shape: str  # how its page looks
    title: Text
    about: Text
    minutes: int
    link: tuple[str, ...] = ()  # elsewhere: the name of an address and its arguments
    survey: Survey | None = None
    texts: tuple[Text, ...] = ()  # reading: its paragraphs
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_script(self) -> bool:
        """Say whether it can be done only where scripts run: a game measures when something was pressed."""
        return self.shape == "game"


def lamp(what: Activity) -> dict[str, Any]:
    """Give an activity in LAMP's shape; it stands in no study."""
    settings: Any = asking.lamp(what.survey) if what.survey is not None else dict(what.settings)
    named = {"id": what.id, "spec": what.spec, "name": what.title.en}
    return {**named, "category": [what.kind], "schedule": [], "settings": settings}


@cache
def activities() -> Mapping[str, Activity]:
    """Give every activity by its id, in the order of the files."""
    files = [tomllib.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
    rows = [row for each in files for row in each["activity"]]
    return {row["id"]: _activity(row) for row in rows}


def _activity(row: Mapping[str, Any]) -> Activity:
    title, about = Text(**row["title"]), Text(**row["about"])
    asked = (
        {"title": row["title"], "about": row["about"], "questions": row["questions"]} if "questions" in row else None
    )
    return Activity(
        id=row["id"],
        spec=row["spec"],
        kind=row["kind"],
        shape=row["shape"],
        title=title,
        about=about,
        minutes=row["minutes"],
        link=tuple(row.get("link", ())),
        survey=asking.survey(asked) if asked else None,
        texts=tuple(Text(**each) for each in row.get("texts", ())),
        settings=row.get("settings", {}),
    )
