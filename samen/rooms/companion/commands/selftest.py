"""`samen selftest --room companion`: every figure of the manifest with its interval, and every case that went wrong."""

import json
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from samen.ledger import store as ledger
from samen.rights import door as rights
from samen.rights import jobs as ring
from samen.rights.register import Registered
from samen.rights.shares import Share
from samen.rights.words import Denied
from samen.rooms.companion import proving, systems
from samen.rooms.companion.jobs import proof, proof_guide, proof_words
from samen.words import say

LANGUAGE = "en"
REASON = "self-test"  # why evidence is withdrawn, as a code: the log takes no sentences


def selftest(out: Path | None, *, cases: bool) -> None:
    """Test this room through the gate, print its figures, and withdraw its evidence when a bound is missed.

    Exit code: 0 every bound is met, 1 one is missed or the gate said no, 2 the file cannot be written.
    """
    with Console(stderr=True).status("Testing companion"):
        ring.enter_systems()
        ring.hourly()
        found, guide, words = proof.run(None), proof_guide.run(None), proof_words.run(None)
    for system, ran in ((systems.TALK, found), (systems.GUIDE, guide), (systems.REPHRASE, words)):
        if isinstance(ran, Denied) and ran.code != "EXTRA_MISSING":
            typer.echo(
                f"The gate denied it: {ran.code}. `samen systems check {system.id}` says what is missing.", err=True
            )
            raise typer.Exit(1)
    if isinstance(found, Denied) or isinstance(guide, Denied):
        raise typer.Exit(1)
    figures = proving.figures(found)
    missed = _measured(systems.TALK, figures)
    wrong = [each for each in found if not each.well]
    if cases:
        _print(_wrong(wrong))
    if out is not None:
        _write(out, figures, wrong)
    typer.echo(
        f"{len(figures) - len(missed)} of {len(figures)} bounds met; {len(wrong)} of {len(found)} cases went wrong."
    )
    missed += _guide(guide, cases=cases)
    missed += _words(words, cases=cases)
    raise typer.Exit(1 if missed else 0)


def _guide(found: proof_guide.Proof, *, cases: bool) -> list[str]:
    """Print what the guide that reads came to; gives what was missed."""
    wrong = [each for each in found.verdicts if each.wrong]
    typer.echo(f"guide: {len(wrong)} of {len(found.verdicts)} questions went wrong.")
    if cases:
        table = Table("proves", "language", "question", "what was wrong")
        for each in wrong:
            table.add_row(each.piece.proves, each.piece.language, each.piece.material["text"], "; ".join(each.wrong))
        _print(table)
    return _measured(systems.GUIDE, dict(found.figures))


def _words(found: list[proof_words.Shown] | Denied, *, cases: bool) -> list[str]:
    """Print what the hostile stand-in for a language model came to; gives what was missed."""
    if isinstance(found, Denied):
        typer.echo(f"{systems.REPHRASE.id} was not tested: the extra {systems.REPHRASE.manifest.extra} is not there.")
        return []
    figures = proof_words.figures(found)
    for name, what in (("safe", "hostile answers of which nothing was shown"), ("kept", "good rewordings shown")):
        typer.echo(f"{what}: {figures[name].value:.3f} of {figures[name].n}")
    if cases:
        table = Table("language", "case", "good", "kept back by")
        for each in found:
            if not each.well:
                table.add_row(each.case.language, each.case.name, "yes" if each.case.good else "NO", each.why)
        _print(table)
    return _measured(systems.REPHRASE, figures)


def _measured(system: Registered, figures: dict[str, Share]) -> list[str]:
    """Print the figures of a system beside its bounds, and withdraw its evidence when one is missed; gives those."""
    table, missed = Table("measure", "found", "95 % interval", "n", "bound", "met"), []
    for bound in system.manifest.evidence:
        each = figures[bound.measure]
        met = each.low >= bound.bound if bound.at_least else each.high <= bound.bound
        if not met:
            missed.append(bound.measure)
        table.add_row(
            say(f"{system.manifest.words}.measure.{bound.measure}", LANGUAGE),
            f"{each.value:.4f}",
            f"{each.low:.4f} to {each.high:.4f}",
            str(each.n),
            f"{'lower end at least' if bound.at_least else 'upper end at most'} {bound.bound:g}",
            "yes" if met else "NO",
        )
    _print(table)
    if missed:
        rights.withdraw_evidence(system.id, REASON, at=datetime.now(UTC))
    return missed


def _wrong(wrong: list[proving.Verdict]) -> Table:
    table = Table("proves", "language", "case", "what was wrong")
    for each in wrong:
        table.add_row(each.piece.proves, each.piece.language, each.piece.name, "; ".join(each.wrong))
    return table


def _write(out: Path, figures: dict[str, Share], wrong: list[proving.Verdict]) -> None:
    report = {
        "system": systems.TALK.id,
        "digest": systems.TALK.digest,
        "figures": {name: [each.value, each.low, each.high, each.n] for name, each in figures.items()},
        "wrong": [[each.piece.proves, each.piece.language, each.piece.name, list(each.wrong)] for each in wrong],
    }
    try:
        out.write_text(ledger.sign_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n"), "utf-8")
    except OSError as bad:
        typer.echo(f"{out} cannot be written: {bad.strerror}. Choose another place.", err=True)
        raise typer.Exit(2) from bad


def _print(table: Table) -> None:
    """Print a table; where it is not a terminal, as wide as it needs, so that it can be searched."""
    console = Console()
    (console if console.is_terminal else Console(width=220)).print(table)
