"""What `samen selftest` prints and keeps, the same for every room: figures beside the bounds of a manifest, and a report in a file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from samen.rights import door
from samen.rights.register import Registered
from samen.rights.shares import Share
from samen.words import say

LANGUAGE = "en"
REASON = "self-test"  # why evidence is withdrawn, as a code: the log takes no sentences
WIDE = 220  # letters of a line that nobody reads on a screen


def measured(system: Registered, figures: Mapping[str, Share]) -> list[str]:
    """Print the figures of a system beside its bounds, and withdraw its evidence when one is missed; gives those."""
    table, missed = Table("system", "measure", "found", "95 % interval", "n", "bound", "met"), []
    for bound in system.manifest.evidence:
        each = figures[bound.measure]
        met = each.low >= bound.bound if bound.at_least else each.high <= bound.bound
        if not met:
            missed.append(bound.measure)
        table.add_row(
            system.id,
            say(f"{system.manifest.words}.measure.{bound.measure}", LANGUAGE),
            f"{each.value:.4f}",
            f"{each.low:.4f} to {each.high:.4f}",
            str(each.n),
            f"{'lower end at least' if bound.at_least else 'upper end at most'} {bound.bound:g}",
            "yes" if met else "NO",
        )
    show(table)
    if missed:
        door.withdraw_evidence(system.id, REASON, at=datetime.now(UTC))
    return missed


def show(table: Table) -> None:
    """Print a table; where it is not a terminal, as wide as it needs, so that it can be searched."""
    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)


def write(out: Path, note: str) -> None:
    """Write a report to a file. Ends the command with 2 where that cannot be."""
    try:
        out.write_text(note, "utf-8")
    except OSError as wrong:
        typer.echo(f"{out} cannot be written: {wrong.strerror}. Choose another place.", err=True)
        raise typer.Exit(2) from wrong
