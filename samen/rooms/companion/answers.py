"""What was answered so far, by module and question: kept by the room, apart from what the companion inferred."""

from collections.abc import Mapping
from typing import Any


def merged(before: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """Give the whole state after a turn: the answers of before with the one that was just taken.

    What was answered in an exercise that is begun anew is asked again, and kept as `earlier`: a plan that is left half-way
    loses nothing.
    """
    known = {module: dict(answers) for module, answers in before.get("known", {}).items()}
    earlier = dict(before.get("earlier", {}))
    if (begun := value.get("begun")) and begun in known:
        earlier[begun] = {**earlier.get(begun, {}), **known.pop(begun)}
    if took := value.get("took"):
        known.setdefault(took["module"], {})[took["variable"]] = took["value"]
    return {**value["state"], "known": known, "earlier": earlier}


def of(state: Mapping[str, Any], module: str) -> dict[str, Any]:
    """Give the newest answer to each question of an exercise in one talk, also of before it was begun anew."""
    return {**state.get("earlier", {}).get(module, {}), **state.get("known", {}).get(module, {})}
