"""`samen selftest --room sensing`: every figure of each manifest with its interval, measured on made-up people through the gate."""

import json
from pathlib import Path

import typer
from rich.console import Console

from samen.ledger import store as ledger
from samen.rights import jobs as ring
from samen.rights import testing
from samen.rights.shares import Share
from samen.rights.words import Denied
from samen.rooms.sensing import systems


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
        shares = {each.measure: Share(each.estimate, each.low, each.high, each.n) for each in figures}
        missed += testing.measured(system, shares)
        report[system.id] = {
            "digest": system.digest,
            "figures": {each.measure: [each.estimate, each.low, each.high, each.n] for each in figures},
        }
    if out is not None:
        testing.write(out, ledger.sign_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n"))
    typer.echo(f"{len(missed)} bounds missed. Measured on made-up people alone; real people: not shown yet.")
    raise typer.Exit(1 if missed else 0)
