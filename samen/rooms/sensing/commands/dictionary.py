"""`samen sensing dictionary`: what every column means, as a table."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from samen.rooms.sensing.catalogue import defined
from samen.rooms.sensing.commands.features import Profile

COLUMNS = ("column", "group", "unit", "least", "most", "definition", "source", "version")


def dictionary(
    profile: Annotated[Profile, typer.Option("--profile", help="Whose meaning the features have.")] = Profile.samen,
    out: Annotated[Path | None, typer.Option("--out", help="Where the CSV goes; left out: printed.")] = None,
) -> None:
    """Say what every column of a profile means: unit, range, definition, source and version."""
    rows = [
        (each.column, each.group, each.unit, *each.range, each.definition, each.source, each.version)
        for each in defined(profile)
    ]
    if out is None:
        csv.writer(sys.stdout).writerows([COLUMNS, *rows])
        return
    with out.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([COLUMNS, *rows])
