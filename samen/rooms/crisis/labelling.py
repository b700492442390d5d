"""Which messages a round holds: drawn from those that came along, or read from a file of the service."""

import json
from collections.abc import Collection, Hashable, Sequence

from samen.rooms.crisis import sampling
from samen.rooms.crisis.training import material
from samen.rooms.crisis.training.material import Row

SEED = 20261126
LONGEST = 8000  # characters of one message, as on the line


class BadFile(ValueError):
    """A file cannot be used; `code` has its sentence in `crisis.labels.problem`. It names the line, never what it says."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


def drawn(language: str, wanted: int, *, before: Collection[str], rows: Sequence[Row] | None = None) -> list[Row]:
    """Draw one message each from families of every level and kind, in an order that says nothing about them.

    Takes: how many are wanted; texts that a round had before, whose families are left out.
    """
    found = material.rows(language) if rows is None else rows
    had = {row.family for row in found if row.text in before}
    by_family: dict[str, list[Row]] = {}
    for row in found:
        if row.family not in had:
            by_family.setdefault(row.family, []).append(row)
    strata: dict[Hashable, list[str]] = {}
    for family, same in by_family.items():
        strata.setdefault((same[0].level, bool(same[0].trap)), []).append(family)
    # What was drawn before stands in the seed: the next round of a language is another one.
    chosen = sampling.draw(strata, wanted, seed=SEED + len(before), least=2)[:wanted]
    return [by_family[family][0] for family in chosen]


def read(text: str, language: str, *, most: int) -> list[tuple[int, str]]:
    """Read a file: JSON Lines as `samen crisis score` takes them, or one message a line. Gives line and message, each message once.

    Raises: BadFile for a line that is no message, another language, one that is too long, too many, or none.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise BadFile("EMPTY")
    is_json = lines[0][1].startswith("{")
    found: dict[str, int] = {}
    for number, line in lines:
        message = _of_json(line, number, language) if is_json else line
        if len(message) > LONGEST:
            raise BadFile("LONG", number)
        if message.strip():
            found.setdefault(message.strip(), number)
    if len(found) > most:
        raise BadFile("MANY")
    if not found:
        raise BadFile("EMPTY")
    return [(number, message) for message, number in found.items()]


def _of_json(line: str, number: int, language: str) -> str:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as wrong:
        raise BadFile("LINE", number) from wrong
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise BadFile("LINE", number)
    if row.get("language", language) != language:
        raise BadFile("LANGUAGE", number)
    return str(row["text"])
