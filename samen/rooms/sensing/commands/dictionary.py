"""`samen sensing dictionary`: what every column means, as a table."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from samen.rooms.sensing import catalogue
from samen.rooms.sensing.commands.features import Profile


def dictionary(
    profile: Annotated[Profile, typer.Option("--profile", help="Whose meaning the features have.")] = Profile.samen,
    out: Annotated[Path | None, typer.Option("--out", help="Where the CSV goes; left out: printed.")] = None,
) -> None:
    """Say what every column of a profile means: unit, range, definition, source and version."""
    rows = catalogue.dictionary(profile)
    if out is None:
        csv.writer(sys.stdout).writerows(rows)
        return
    with out.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
