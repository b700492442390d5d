"""The hazard log as values: its words are sentences of the product (`crisis.hazards.<id>.<part>`), the rest stands beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from samen.people.roles import Role

PARTS = ("hazard", "cause", "control", "residual")


class BadHazard(ValueError):
    """An entry of the log lacks something: the message names the entry and what."""


@dataclass(frozen=True)
class Hazard:
    """One thing that could harm somebody, who answers for it, and what shows that its control stands."""

    id: str
    owner: Role
    tests: tuple[str, ...]

    @property
    def bars(self) -> tuple[str, ...]:
        """Give the bars of the self-test that its control rests on."""
        return tuple(each.removeprefix("bar:") for each in self.tests if each.startswith("bar:"))

    @property
    def invariants(self) -> tuple[str, ...]:
        """Give the rules of the queue that its control rests on."""
        return tuple(each.removeprefix("invariant:") for each in self.tests if each.startswith("invariant:"))


def hazards(parsed: Mapping[str, Any]) -> tuple[Hazard, ...]:
    """Read the log. Raises: BadHazard for an entry without owner, test, or one of its parts in both languages."""
    return tuple(_hazard(name, entry) for name, entry in parsed.items())


def _hazard(name: str, entry: Mapping[str, Any]) -> Hazard:
    for part in PARTS:
        if not all(entry.get(part, {}).get(language, "").strip() for language in ("en", "nl")):
            raise BadHazard(f"{name} has no {part} in both languages.")
    try:
        owner, tests = Role(entry["owner"]), tuple(entry["tests"])
    except (KeyError, ValueError) as wrong:
        raise BadHazard(f"{name}: {wrong!r}.") from wrong
    if not tests:
        raise BadHazard(f"{name} names no test.")
    return Hazard(name, owner, tests)


def open_ones(log: Collection[Hazard], missed: Collection[str], broken: Collection[str]) -> tuple[str, ...]:
    """Give the hazards whose control does not stand: one of their bars is missed or one of their rules is broken."""
    return tuple(each.id for each in log if set(each.bars) & set(missed) or set(each.invariants) & set(broken))
