"""How exact each questionnaire is: published figures, each with its source, from `content/figures/reliability.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samen.rooms.treatment.change import Precision
from samen.rooms.treatment.questionnaires import questionnaires

FILE = Path(__file__).parent / "content" / "figures" / "reliability.toml"


@cache
def figures() -> Mapping[str, Mapping[str, Any]]:
    """Give every published figure by questionnaire, with sample, source and how far it was checked."""
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def precisions() -> tuple[Precision, ...]:
    """Give the precision of each questionnaire, in a fixed order."""
    return tuple(
        Precision(
            instrument=name,
            sd=row["sd"],
            reliability=row["reliability"],
            higher_is_better=questionnaires()[name].higher_is_better,
        )
        for name, row in figures().items()
    )
