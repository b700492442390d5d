"""What the doctor says: one thing found, how bad it is, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad: a danger stops the service from being served, a warning asks for care, a note is good to know."""

    DANGER = "danger"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found: a code for tests and scripts, what it is, where it stands, how to mend it."""

    level: Level
    code: str
    what: str
    where: str
    mend: str
