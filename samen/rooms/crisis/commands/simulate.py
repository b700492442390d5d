"""`samen crisis simulate`: the waits of every group under each policy, before anybody waits under it."""

import math
import tomllib
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.crisis import systems
from samen.rooms.crisis.simulation import BadScenario, Outcome, Waits, of_table
from samen.rooms.crisis.simulation import simulate as run
from samen.words import say

PROBLEM, WRONG_USE = 1, 2


def simulate(
    scenario: Annotated[
        Path, typer.Argument(help="TOML file: who comes, who answers, how well is heard, which policies.")
    ],
) -> None:
    """Print the queue's waits per lane for each policy, first come first served always among them.

    A try of `crisis.triage` on made-up contacts: through the gate, on the ledger as a validation run, in nobody's record.
    Exit code: 0 well, 1 the scenario cannot be simulated or the gate said no, 2 the file cannot be read.
    """
    try:
        table = tomllib.loads(scenario.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        _stop(f"{scenario} cannot be read: {wrong}. Give a TOML file; docs/operator/crisis-line.md has one.", WRONG_USE)
    try:
        made, tried = of_table(table)
        ran = gate.trial(systems.TRIAGE, [table])
        if isinstance(ran, Denied):
            _stop(say(f"rights.denied.{ran.code}", "en"), PROBLEM)
        with Console(stderr=True).status(f"Simulating {made.contacts} contacts under {len(tried)} policies"):
            found = run(made, tried)
    except BadScenario as wrong:
        _stop(str(wrong), PROBLEM)
    Console(width=None if Console().is_terminal else 130).print(waits(found))
    first = found[0]
    for each in found[1:]:
        longer = each.other.p95 / first.other.p95 - 1 if first.other.p95 else 0.0
        typer.echo(
            f"{each.tried.name}: 95 in 100 of those in danger within {_minutes(each.high.p95)} min instead of "
            f"{_minutes(first.high.p95)}; everybody else waits {longer:+.0%} at that point, and is overtaken by at most "
            f"{each.other.overtaken} later contacts."
        )


def waits(found: tuple[Outcome, ...]) -> Table:
    """Give every group's waits under every policy, in minutes."""
    table = Table("policy", "who", "n", "median", "95 % within", "within 5 min", "longest", "overtaken", "left")
    for each in found:
        for who, group in (("in danger", each.high), ("everybody else", each.other)):
            table.add_row(each.tried.name, who, *_row(group))
    return table


def _row(group: Waits) -> tuple[str, ...]:
    shares = f"{group.within_5:.0%}" if group.n else "–", f"{group.left:.0%}" if group.n else "–"
    return (
        str(group.n),
        _minutes(group.median),
        _minutes(group.p95),
        shares[0],
        _minutes(group.longest),
        str(group.overtaken),
        shares[1],
    )


def _minutes(minutes: float) -> str:
    return "–" if math.isnan(minutes) else f"{minutes:.1f}"


def _stop(why: str, code: int) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(code)
