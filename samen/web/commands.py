"""`samen serve`, `migrate` and `doctor`: thin; what they do lives beside this file."""

import os
import sys
from dataclasses import replace
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console
from rich.table import Table

from samen.web import config, doctor, serving
from samen.web.findings import Finding, Level
from samen.web.troubles import Trouble

COLOURS = {Level.DANGER: "bold red", Level.WARNING: "yellow", Level.NOTE: "cyan"}

Migrate = Annotated[bool | None, typer.Option("--migrate/--no-migrate", help="Bring the database to this version first, or refuse.")]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of SAMEN_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of SAMEN_PORT.")] = None,
    migrate: Migrate = None,
) -> None:
    """Serve Samen. Refuses while `samen doctor` finds a danger, or when the check of the gate fails."""
    chosen = settings.SAMEN
    settings.SAMEN = replace(chosen, host=host or chosen.host, port=port or chosen.port)
    serving.claim(settings.SAMEN.host, settings.SAMEN.port)
    _bring_up_to_date(migrate)
    if dangers := [each for each in doctor.examine() if each.level is Level.DANGER]:
        _show(dangers, Console(stderr=True))
        raise Trouble("Samen does not serve while these stand. Mend them and start again.")
    serving.look_at_barriers()
    scheme = "https" if settings.SAMEN.https else "http"
    typer.echo(f"Samen serves on {scheme}://{settings.SAMEN.host}:{settings.SAMEN.port} (stop with Ctrl+C).")
    serving.serve(settings.SAMEN.host, settings.SAMEN.port)


def migrate() -> None:
    """Bring the database to this version. Make a backup first: there is no way back but restoring it."""
    if not (names := serving.pending()):
        typer.echo("The database is at this version already.")
        return
    serving.bring_up_to_date()
    typer.echo(f"Ran {len(names)} migrations. The database is at this version.")


def _bring_up_to_date(wanted: bool | None) -> None:
    """Migrate a new database without asking, and one with data only after a yes."""
    names = serving.pending()
    if not names:
        return
    if wanted is None and not serving.is_new():
        question = f"The database lacks {len(names)} changes of this version. Run them now? Did you make a backup?"
        wanted = typer.confirm(question) if sys.stdin.isatty() else False
    if wanted is False:
        raise Trouble(
            f"The database lacks {len(names)} changes of this version ({names[0]} first). "
            "Make a backup with `samen backup`, then run `samen migrate`, or start with --migrate."
        )
    serving.bring_up_to_date()


def doctor_command(
    show_settings: Annotated[bool, typer.Option("--settings", help="List every setting, its value and where it came from.")] = False,
) -> None:
    """Look for what is dangerous, and say how to mend it. Exit code: 1 when there is a danger, else 0."""
    if show_settings:
        _show_settings()
        return
    found = doctor.examine()
    _show(found, Console())
    raise typer.Exit(1 if any(each.level is Level.DANGER for each in found) else 0)


def _show(found: list[Finding], console: Console) -> None:
    if not found:
        console.print("Nothing found.")
    for each in found:
        console.print(f"[{COLOURS[each.level]}]{each.level.value}[/] {each.what}", highlight=False, soft_wrap=True)
        console.print(f"  where: {each.where}", highlight=False, markup=False, soft_wrap=True)
        console.print(f"  mend:  {each.mend}", highlight=False, markup=False, soft_wrap=True)


def _show_settings() -> None:
    table = Table("Setting", "Value", "From", "Default", "What it does")
    for each in config.listing(settings.SAMEN, os.environ, config.from_file(os.environ)):
        table.add_row(each.name, each.value, each.source, each.default, each.about)
    console = Console()
    if not console.is_terminal:
        console.width = 200  # piped: no line broken in the middle of a word
    console.print(table)
