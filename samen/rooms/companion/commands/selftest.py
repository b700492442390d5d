"""`samen selftest --room companion`: every figure of the manifest with its interval, and every case that went wrong."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from samen.ledger import store as ledger
from samen.rights import jobs as ring
from samen.rights import testing
from samen.rights.shares import Share
from samen.rights.words import Denied
from samen.rooms.companion import proving, systems
from samen.rooms.companion.jobs import proof, proof_guide, proof_words


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
    missed = testing.measured(systems.TALK, figures)
    wrong = [each for each in found if not each.well]
    if cases:
        testing.show(_wrong(wrong))
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
        testing.show(table)
    return testing.measured(systems.GUIDE, dict(found.figures))


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
        testing.show(table)
    return testing.measured(systems.REPHRASE, figures)


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
    testing.write(out, ledger.sign_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n"))
