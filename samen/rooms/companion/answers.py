"""What was answered so far, by module and question: kept by the room, apart from what the companion inferred."""

from collections.abc import Mapping
from typing import Any


def merged(known: Mapping[str, Mapping[str, Any]], value: Mapping[str, Any]) -> dict[str, Any]:
    """Give the whole state after a turn: the answers of before with the one that was just taken."""
    kept = {module: dict(answers) for module, answers in known.items()}
    if begun := value.get("begun"):
        kept.pop(begun, None)
    if took := value.get("took"):
        kept.setdefault(took["module"], {})[took["variable"]] = took["value"]
    return {**value["state"], "known": kept}
