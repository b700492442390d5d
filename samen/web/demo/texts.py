"""The texts of the made-up service as values: names, notes, reasons. They stand in `samen/web/content/demo/`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from samen.people.roles import Role

FOLDER = Path(__file__).parent.parent / "content" / "demo"


@dataclass(frozen=True)
class Worker:
    """Somebody who works in the made-up service."""

    key: str
    name: str
    role: Role
    purpose: str  # of a care relationship; empty for who cares for nobody

    @property
    def email(self) -> str:
        """Give the address under which they sign in."""
        return f"{self.key}@example.org"


@cache
def read(name: str) -> dict[str, Any]:
    """Give one file of texts."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@cache
def workers() -> tuple[Worker, ...]:
    """Give everybody who works there, in the order of the file."""
    return tuple(
        Worker(each["key"], each["name"], Role(each["role"]), each.get("purpose", ""))
        for each in read("staff")["worker"]
    )


def words(language: str, *path: str) -> list[str]:
    """Give the texts of one kind in one language, such as ("notes", "low")."""
    found: Any = read(f"words_{language}")
    for part in path:
        found = found[part]
    return list(found) if isinstance(found, list) else [str(found)]


def pick(random: Random, language: str, *path: str) -> str:
    """Choose one text of one kind."""
    return random.choice(words(language, *path))


def name(random: Random) -> tuple[str, str]:
    """Make up a name, and the language its bearer reads here: as varied as the region."""
    origins: Sequence[dict[str, Any]] = read("names")["origin"]
    origin = random.choices(origins, [each["weight"] for each in origins])[0]
    return f"{random.choice(origin['given'])} {random.choice(origin['family'])}", origin["language"]
