"""`samen selftest`: the safety case that runs. Prints every bar with its interval and every case that went wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from samen.rights import jobs as ring
from samen.rights import testing
from samen.rights.words import Denied
from samen.rooms.crisis import systems
from samen.rooms.crisis.jobs import selftest as job
from samen.rooms.crisis.models.selftest import SelfTest
from samen.rooms.crisis.store import selftest as store
from samen.words import say

LANGUAGE = "en"


def selftest(out: Path | None, *, cases: bool) -> None:
    """Test this room on its sealed texts, keep the signed report, and stop its AI systems when a bar is missed.

    Exit code: 0 every bar is met, 1 one is missed or the gate said no, 2 the file cannot be written.
    """
    with Console(stderr=True).status("Testing crisis"):
        ring.enter_systems()
        ring.hourly()  # nothing is tried where the barriers of the service do not hold
        found = _run()
    if isinstance(found, Denied):
        typer.echo(
            f"The gate denied it: {found.code}. `samen systems check crisis.detect` says what is missing.", err=True
        )
        raise typer.Exit(1)
    report = store.read(found.id).report
    testing.show(bars(report))
    testing.show(rivals(report))
    if cases:
        testing.show(wrong(report))
    for name, each in report.get("layers", {}).items():
        typer.echo(f"{name}: {' + '.join(say(f'crisis.selftest.layer.{layer}', LANGUAGE) for layer in each)}")
    typer.echo(f"{sum(each['met'] for each in report['bars'])} of {len(report['bars'])} bars met; report {found.id}.")
    for name in [each["id"] for each in report["hazards"] if not each["stands"]]:
        typer.echo(f"Open hazard {name}: {say(f'crisis.hazards.{name}.hazard', LANGUAGE)}")
    if out is not None:
        testing.write(out, found.note)
    raise typer.Exit(0 if found.passed else 1)


def _run() -> SelfTest | Denied:
    try:
        return job.run(None, now=datetime.now(UTC))
    except systems.BadMeaning as wrong:
        typer.echo(f"{say('crisis.detect.meaning.differs', LANGUAGE)} {wrong}", err=True)
        raise typer.Exit(1) from wrong


def bars(report: Mapping[str, Any]) -> Table:
    """Give every bar with what was found."""
    table = Table("measure", "part", "found", "95 % interval", "n", "bar", "met")
    for each in report["bars"]:
        word = "at least" if each["at_least"] else "at most"
        table.add_row(
            say(f"crisis.selftest.measure.{each['name']}", LANGUAGE),
            say(f"crisis.selftest.part.{each['part']}", LANGUAGE) if each["part"] else "",
            _figure(each["found"]),
            f"{_figure(each['low'])} to {_figure(each['high'])}",
            str(each["n"]),
            f"{word} {each['bound']:g}",
            "yes" if each["met"] else "NO",
        )
    return table


def rivals(report: Mapping[str, Any]) -> Table:
    """Give what simpler detectors reach on the same messages."""
    table = Table("rival", "language", "danger heard", "harmless left in peace")
    for language, found in report["rivals"].items():
        for name, each in found.items():
            table.add_row(
                say(f"crisis.selftest.rivals.{name}", LANGUAGE),
                language,
                _figure(each["sensitivity"]["found"]),
                _figure(each["specificity"]["found"]),
            )
    return table


def wrong(report: Mapping[str, Any]) -> Table:
    """Give every case that went wrong."""
    table = Table("case", "what", "text", "should be", "was")
    for each in report["cases"]:
        kind = say(f"crisis.selftest.cases.kind.{each['kind']}", LANGUAGE)
        table.add_row(each["id"], kind, each["text"], each["expected"], each["got"])
    return table


def _figure(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"
