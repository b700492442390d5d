"""`samen selftest --room sensing`: every figure of each manifest with its interval, measured on made-up people through the gate."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from samen.ledger import store as ledger
from samen.rights import door as rights
from samen.rights import jobs as ring
from samen.rights.register import Registered
from samen.rights.words import Denied
from samen.rooms.sensing import systems
from samen.words import say

LANGUAGE = "en"
REASON = "self-test"  # why evidence is withdrawn, as a code: the log takes no sentences


def selftest(out: Path | None, *, cases: bool) -> None:
    """Validate each system of this room, print its figures, and withdraw the evidence of one that misses a bound.

    Nothing here is measured on real people: each sheet says so. `cases` changes nothing: what goes wrong on made-up
    courses of days is a share, and no case of it is worth more than another.
    Exit code: 0 every bound is met, 1 one is missed or the gate said no, 2 the file cannot be written.
    """
    with Console(stderr=True).status("Testing sensing"):
        ring.enter_systems()
        ring.hourly()
        found = {each.id: systems.VALIDATIONS[each.id](None) for each in systems.ALL}
    missed, report = [], {}
    for system in systems.ALL:
        figures = found[system.id]
        if isinstance(figures, Denied):
            typer.echo(
                f"The gate denied {system.id}: {figures.code}. `samen systems check {system.id}` says why.", err=True
            )
            raise typer.Exit(1)
        missed += _measured(system, list(figures))
        report[system.id] = {
            "digest": system.digest,
            "figures": {each.measure: [each.estimate, each.low, each.high, each.n] for each in figures},
        }
    if out is not None:
        _write(out, report)
    typer.echo(f"{len(missed)} bounds missed. Measured on made-up people alone; real people: not shown yet.")
    raise typer.Exit(1 if missed else 0)


def _measured(system: Registered, figures: list[rights.Figure]) -> list[str]:
    """Print the figures of a system beside its bounds, and withdraw its evidence when one is missed; gives those."""
    by_name = {each.measure: each for each in figures}
    table, missed = Table("system", "measure", "found", "95 % interval", "n", "bound", "met"), []
    for bound in system.manifest.evidence:
        each = by_name[bound.measure]
        met = each.low >= bound.bound if bound.at_least else each.high <= bound.bound
        if not met:
            missed.append(f"{system.id} {bound.measure}")
        table.add_row(
            system.id,
            say(f"{system.manifest.words}.measure.{bound.measure}", LANGUAGE),
            f"{each.estimate:.4f}",
            f"{each.low:.4f} to {each.high:.4f}",
            str(each.n),
            f"{'lower end at least' if bound.at_least else 'upper end at most'} {bound.bound:g}",
            "yes" if met else "NO",
        )
    console = Console()
    (console if console.is_terminal else Console(width=220)).print(table)
    if missed:
        rights.withdraw_evidence(system.id, REASON, at=datetime.now(UTC))
    return missed


def _write(out: Path, report: Mapping[str, object]) -> None:
    try:
        out.write_text(ledger.sign_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n"), "utf-8")
    except OSError as bad:
        typer.echo(f"{out} cannot be written: {bad.strerror}. Choose another place.", err=True)
        raise typer.Exit(2) from bad
