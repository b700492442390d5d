"""What of the report's requirements is enforced: rows with a state, held against the tests that carry their ids."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "content" / "coverage"
ROWS, TESTS = HERE / "rows.toml", HERE / "tests.toml"
HEAD = "# Written by `samen rights coverage --collect tests`: the tests that carry each row's id. Not by hand.\n"


class Standing(StrEnum):
    """Where a requirement stands."""

    ENFORCED = "enforced"
    PLANNED = "planned"
    NOT_CLAIMED = "not-claimed"


@dataclass(frozen=True)
class Row:
    """One requirement in our own words."""

    id: str
    words: Mapping[str, str]  # language to sentence
    state: Standing
    by: tuple[str, ...] = ()  # the checks or parts that enforce it
    comes_with: str = ""  # the part that will bring it


Marks = Mapping[str, Sequence[str]]  # row to the tests that carry its id


@cache
def rows() -> tuple[Row, ...]:
    """Give every row, in the order of the report."""
    return read(tomllib.loads(ROWS.read_text("utf-8")))


def read(table: Mapping[str, Mapping[str, object]]) -> tuple[Row, ...]:
    """Read rows from their table. Raises: ValueError for a state that nobody knows."""
    return tuple(
        Row(
            id=name,
            words={"en": str(raw["en"]), "nl": str(raw["nl"])},
            state=Standing(str(raw["state"])),
            by=tuple(map(str, raw.get("by", ()))),  # type: ignore[call-overload]
            comes_with=str(raw.get("with", "")),
        )
        for name, raw in table.items()
    )


def kept_marks() -> Marks:
    """Give the tests of each row as they were collected last; a service has no tests beside it."""
    return tomllib.loads(TESTS.read_text("utf-8"))


def problems(rows: Sequence[Row], marks: Marks) -> list[str]:
    """Give every claim that does not hold: an enforced row without a test or check, a planned one without its part, an unknown id."""
    known = {row.id for row in rows}
    found = [f"{each}: no such row; {', '.join(marks[each])} carries it" for each in marks if each not in known]
    for row in rows:
        if row.state is Standing.ENFORCED and not marks.get(row.id):
            found.append(f"{row.id}: called enforced, and no test carries its id")
        if row.state is Standing.ENFORCED and not row.by:
            found.append(f"{row.id}: called enforced, and no check is named")
        if row.state is Standing.PLANNED and not row.comes_with:
            found.append(f"{row.id}: called planned, and no part is named that brings it")
    return found


def collect(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Read which tests carry which rows, from the sources of test files (path to text), without running anything."""
    found: dict[str, list[str]] = {}
    for path, text in sorted(sources.items()):
        for name, ids in _tests(ast.parse(text)):
            for each in ids:
                found.setdefault(each, []).append(f"{path}::{name}")
    return found


def _tests(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node.name, [row for mark in node.decorator_list for row in _rows_of(mark)]


def _rows_of(mark: ast.expr) -> list[str]:
    """Read the ids of one `@pytest.mark.row(...)`; nothing for any other decorator."""
    if not (isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "row"):
        return []
    return [each.value for each in mark.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def as_toml(marks: Marks) -> str:
    """Write collected tests as a file, in a fixed order."""
    lines = [f'"{row}" = [{", ".join(f"{chr(34)}{test}{chr(34)}" for test in marks[row])}]' for row in sorted(marks)]
    return HEAD + "\n".join(lines) + "\n"
