"""`samen systems`, `samen consent` and `samen rights`: what the ring knows, for whoever runs a service. Nobody's data in them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rights import checks, coverage, door
from samen.rights.checks import CHECKS, Ask
from samen.rights.coverage import Standing as State
from samen.rights.register import NOT_THERE_YET, Registered
from samen.rights.store import consent, facts, sheets
from samen.rights.store import systems as register
from samen.rights.store.sheets import OnFile
from samen.rights.words import Denied, Stage
from samen.words import say

systems_app = typer.Typer(help="AI systems: what they are and where they stand.", no_args_is_help=True)
consent_app = typer.Typer(help="What people said yes and no to.", no_args_is_help=True)
rights_app = typer.Typer(help="Which rights are enforced, by which check and test.", no_args_is_help=True)


@consent_app.callback()
@rights_app.callback()
def _group() -> None:
    """Keep a group of one command a group."""


Name = Annotated[str, typer.Argument(help="The system's id, as `samen systems list` shows it.")]
# Consent and notice are each person's own; the language is the person's too.
OF_PERSON = frozenset({checks.consented, checks.notice, checks.recipients})


@systems_app.command("list")
def list_systems() -> None:
    """List every AI system of this product with its stage. Exit code 1 when one runs for nobody because it changed."""
    files = sheets.on_file()
    table = Table("system", "version", "stage", "mode", "as entered")
    changed = False
    for each in door.systems():
        file = files.get(each.id)
        fits = file is not None and file.state.digest == each.digest
        changed = changed or (file is not None and not fits)
        stage = str(file.stage) if file else "not entered"
        table.add_row(each.id, each.manifest.version, stage, str(each.manifest.oversight), "yes" if fits else "no")
    _print(table)
    raise typer.Exit(1 if changed else 0)


@systems_app.command()
def show(system: Name) -> None:
    """Show one AI system: what it reads and gives, what is on file, and what it did."""
    found = _system(system)
    manifest, file = found.manifest, sheets.on_file().get(found.id)
    numbers = sheets.numbers().get(found.id, sheets.Numbers())
    table = Table("", "", show_header=False)
    for name, value in (
        ("name", say(f"{manifest.words}.name", "en")),
        ("does", say(f"{manifest.words}.does", "en")),
        ("reads", ", ".join(sorted(use.key for use in manifest.uses))),
        ("gives", str(manifest.gives)),
        ("mode", f"{manifest.oversight}, decided by {manifest.reviewer or 'nobody: it informs'}"),
        ("accountable", str(manifest.accountable)),
        ("digest running", found.digest),
        ("digest entered", file.state.digest if file else "none"),
        ("stage", str(file.stage) if file else "not entered"),
        ("evidence", _evidence(file)),
        ("panel", _panel(file)),
        ("need until", f"{file.need.until:%Y-%m-%d}" if file and file.need else "not ratified"),
        ("checks not there yet", ", ".join(NOT_THERE_YET)),
        ("runs", f"{numbers.runs}, of which {numbers.waiting} wait for a human"),
        ("denied", ", ".join(f"{code} {times}" for code, times in sorted(numbers.denied.items())) or "none"),
        ("decided", ", ".join(f"{verdict} {times}" for verdict, times in sorted(numbers.decisions.items())) or "none"),
    ):
        table.add_row(name, value)
    _print(table)


def _evidence(file: OnFile | None) -> str:
    if file is None or not file.evidence:
        return "none"
    return "; ".join(
        f"{each.stage}: {'meets its bounds' if each.passed else 'misses a bound'}, until {each.until:%Y-%m-%d}"
        + (f", withdrawn {each.withdrawn_at:%Y-%m-%d}: {each.withdrawn_for}" if each.withdrawn_at else "")
        for each in file.evidence
    )


def _panel(file: OnFile | None) -> str:
    if file is None or file.approval is None:
        return "no votes"
    tally, given = file.approval.tally, file.approval
    return f"{tally['yes']} yes, {tally['no']} no: {tally['reason']}{', UNPAID' if given.unpaid else ''}"


@systems_app.command()
def check(system: Annotated[str | None, typer.Argument(help="One system; all when left out.")] = None) -> None:
    """Ask each check of the gate that is not about one person. Exit code 1 when a system that is in use would be denied."""
    now = timezone.now()
    table = Table("system", "check", "answer", "what it means")
    wrong = False
    for each in [_system(system)] if system else door.systems():
        denials = _denials(each, now)
        in_use = _stage(each) in (Stage.PILOT, Stage.GENERAL)
        wrong = wrong or (in_use and bool(denials))
        for number, denied in denials:
            table.add_row(each.id, number, denied.code, say(f"rights.oversight.code.{denied.code}.short", "en"))
        if not denials:
            table.add_row(each.id, "all", "ok", "runs for whoever said yes")
    _print(table)
    raise typer.Exit(1 if wrong else 0)


def _denials(system: Registered, now: datetime) -> list[tuple[str, Denied]]:
    """Give every check that says no, whoever the person is."""
    about = facts.of_system(system, now)
    ask = Ask(uses=frozenset(system.manifest.uses), recipient=None, language=system.manifest.languages[0])
    found = []
    for number, code, each in CHECKS:
        if each not in OF_PERSON:
            denied = checks.judge(system.manifest, ask, about, ((number, code, each),))
            if denied is not None:
                found.append((number, denied))
            if denied is not None and denied.code == "NOT_REGISTERED":
                break  # nothing else is known of it
    return found


def _stage(system: Registered) -> Stage | None:
    state = register.states().get(system.id)
    return Stage(state.stage) if state else None


@systems_app.command()
def enter(system: Name) -> None:
    """Enter the version that is installed. It has neither evidence nor approval, and runs for nobody until it has."""
    found = _system(system)
    new = register.enter(found, at=timezone.now())
    typer.echo(f"{found.id} {found.manifest.version}: {'entered' if new else 'was entered before'}, {found.digest}")


@systems_app.command()
def validate(system: Name) -> None:
    """Run a system's validation on made-up material, through the gate. Exit code 1 when a figure misses its bound."""
    found = _system(system)
    run = door.VALIDATIONS.get(found.id)
    if run is None:
        _stop(f"{found.id} brings no validation of its own. File figures of one made elsewhere, on its page.")
    with Console(stderr=True).status(f"Validating {found.id}"):
        figures = run(None)
    if isinstance(figures, Denied):
        _stop(f"The gate denied it: {figures.code}. `samen systems check {found.id}` says what is missing.", code=1)
    measured = {each.measure: each for each in figures}
    table = Table("measure", "found", "interval", "n", "bound", "within")
    good = True
    for bound in found.manifest.evidence:
        each = measured.get(bound.measure)
        word = "at least" if bound.at_least else "at most"
        met = each is not None and (each.low >= bound.bound if bound.at_least else each.high <= bound.bound)
        good = good and met
        table.add_row(
            bound.measure,
            f"{each.estimate:.4f}" if each else "not measured",
            f"{each.low:.4f} to {each.high:.4f}" if each else "",
            str(each.n) if each else "",
            f"{word} {bound.bound}",
            "yes" if met else "no",
        )
    _print(table)
    typer.echo("Nothing was filed. A clinical lead files evidence on the system's page.")
    raise typer.Exit(0 if good else 1)


# --- consent ----------------------------------------------------------------------------------------------------------


class Reason(StrEnum):
    """Why somebody who runs the machine may print when a person said yes or no; the person reads it."""

    ASKED = "asked"
    COMPLAINT = "complaint"
    AUDIT = "audit"


@consent_app.command("show")
def show_consent(
    person: Annotated[str, typer.Argument(help="The person's number, or the e-mail address of their account.")],
    reason: Annotated[Reason, typer.Option(help="Why; the person reads it in the list of who looked.")],
    by: Annotated[str, typer.Option(help="E-mail address of your own account, in the role administrator.")],
) -> None:
    """Print when a person said yes or no to which use of which system, and nothing else. The person sees that you looked."""
    found = people.find_person(person)
    if found is None:
        _stop("There is no such person. Give the number, or the e-mail address with which they sign in.")
    account, now = people.account_of(by), timezone.now()
    held = people.roles_of(account, now) if account else frozenset()
    if account is None or not any(Duty.RUN_MACHINE in CARDS[role].duties for role in held):
        _stop("--by must name an account in the role administrator. `samen user list` shows whom.")
    access = Allowed(
        person=found, scope=Scope.RIGHTS, ground=Ground.PORTABILITY, role=Role.ADMINISTRATOR, actor=account.id
    )
    with transaction.atomic():  # what is not written down is not shown
        people.note_access(access, what=f"rights:consent-show-{reason}", at=now)
        said = consent.history(access)
    table = Table("when", "system", "use", "answer", "until")
    for each in said:
        until = f"{each.until:%Y-%m-%d}" if each.until else ""
        table.add_row(f"{each.at:%Y-%m-%d %H:%M}", each.subject, each.use.key, "yes" if each.yes else "no", until)
    _print(table)
    typer.echo(f"{len(said)} statements. This look stands in the person's list of who looked.")


# --- coverage ---------------------------------------------------------------------------------------------------------

Collect = Annotated[
    Path | None, typer.Option(help="Folder of the tests: read which carry which row, and write that list anew.")
]


@rights_app.command("coverage")
def show_coverage(collect: Collect = None) -> None:
    """Print every row of the report with its state. Exit code 1 when a row is called enforced and is not."""
    if collect is not None:
        _collect(collect)
    rows, marks = coverage.rows(), coverage.kept_marks()
    table = Table("row", "state", "by", "tests", "requirement")
    for row in rows:
        how = ", ".join(row.by) if row.state is State.ENFORCED else row.comes_with
        table.add_row(row.id, str(row.state), how, str(len(marks.get(row.id, ()))), row.words["en"])
    _print(table)
    counts = [f"{sum(row.state is state for row in rows)} {state}" for state in State]
    typer.echo(f"{len(rows)} rows: {', '.join(counts)}.")
    wrong = coverage.problems(rows, marks)
    _list(wrong)
    raise typer.Exit(1 if wrong else 0)


def _collect(folder: Path) -> None:
    if not folder.is_dir():
        _stop(f"{folder} is no folder. Give the folder of the tests, seen from here.")
    marks = coverage.collect(sources(folder))
    coverage.TESTS.write_text(coverage.as_toml(marks), "utf-8")


def sources(folder: Path) -> dict[str, str]:
    """Give the text of every test file, by its path seen from the folder above."""
    return {path.relative_to(folder.parent).as_posix(): path.read_text("utf-8") for path in folder.rglob("test_*.py")}


# --- small things -----------------------------------------------------------------------------------------------------


def _system(name: str) -> Registered:
    found = door.system(name)
    if found is None:
        known = ", ".join(each.id for each in door.systems()) or "none"
        _stop(f"No AI system is called {name}. Known: {known}.")
    return found


def _print(table: Table) -> None:
    """Print a table; where it is not a terminal, as wide as it needs, so that it can be searched."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def _list(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _stop(message: str, *, code: int = 2) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
