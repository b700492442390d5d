"""`samen serve`, `migrate`, `doctor`, `backup` and `restore`: thin; what they do lives beside this file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from samen.web import backup as backups
from samen.web import config, doctor, serving, worker
from samen.web import restore as restoring
from samen.web.backup import Say
from samen.web.demo import prepare as preparing
from samen.web.findings import Finding, Level
from samen.web.troubles import Trouble

STEPS = {
    "begin": "Opening the clinic",
    "days": "Living through ninety days",
    "line": "Testing and opening the help line",
    "phones": "Letting made-up phones send their days",
}
COLOURS = {Level.DANGER: "bold red", Level.WARNING: "yellow", Level.NOTE: "cyan"}

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on, instead of SAMEN_PORT.")]
Migrate = Annotated[
    bool | None, typer.Option("--migrate/--no-migrate", help="Bring the database to this version first, or refuse.")
]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of SAMEN_HOST.")] = None,
    port: Port = None,
    migrate: Migrate = None,
) -> None:
    """Serve Samen. Refuses while `samen doctor` finds a danger, or when the check of the gate fails."""
    chosen = settings.SAMEN
    settings.SAMEN = replace(chosen, host=host or chosen.host, port=port or chosen.port)
    serving.claim(settings.SAMEN.host, settings.SAMEN.port)
    _bring_up_to_date(migrate)
    _serve()


def _serve() -> None:
    """Serve, unless something dangerous stands in the way."""
    if dangers := [each for each in doctor.examine() if each.level is Level.DANGER]:
        _show(dangers, Console(stderr=True))
        raise Trouble("Samen does not serve while these stand. Mend them and start again.")
    serving.look_at_barriers()
    scheme = "https" if settings.SAMEN.https else "http"
    typer.echo(f"Samen serves on {scheme}://{settings.SAMEN.host}:{settings.SAMEN.port} (stop with Ctrl+C).")
    serving.serve(settings.SAMEN.host, settings.SAMEN.port)


def demo(
    port: Port = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the made-up clinic that is there and start anew.")
    ] = False,
) -> None:
    """Serve a made-up clinic: its people are made at the first start, through the same paths as real ones. Walk in as any role."""
    settings.SAMEN = replace(settings.SAMEN, port=port or settings.SAMEN.port)
    serving.claim(settings.SAMEN.host, settings.SAMEN.port)
    if fresh:
        serving.forget_demo()
    serving.bring_up_to_date()
    if not preparing.is_prepared():
        _prepare()
    if preparing.outdated():
        typer.echo(
            "An AI system was changed since this clinic was made, and rightly does not run. `make demo-fresh` makes it anew."
        )
    typer.echo("A made-up clinic: open the page and choose who you want to be.")
    _serve()


def _prepare() -> None:
    """Make the people of the demo, with progress."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            tasks = {name: bar.add_task(about, total=None) for name, about in STEPS.items()}

            def progress(step: str, done: int, of: int) -> None:
                bar.update(tasks[step], completed=done, total=of)

            preparing.prepare(progress, now=timezone.localtime())
    except preparing.NotEmpty as wrong:
        raise Trouble(str(wrong)) from wrong


def work(
    as_child: Annotated[bool, typer.Option("--as-child", hidden=True, help="End when the parent ends.")] = False,
) -> None:
    """Do the heavy tasks that wait, such as the self-test of a room, then stop. `samen serve` starts this when one waits."""
    worker.do_heavy(as_child=as_child)


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
    show_settings: Annotated[
        bool, typer.Option("--settings", help="List every setting, its value and where it came from.")
    ] = False,
) -> None:
    """Look for what is dangerous, and say how to mend it. Exit code: 1 when there is a danger, else 0."""
    if show_settings:
        _show_settings()
        return
    found = doctor.examine()
    _show(found, Console())
    raise typer.Exit(1 if any(each.level is Level.DANGER for each in found) else 0)


def backup(
    place: Annotated[
        Path, typer.Argument(help="Folder that holds the backups; on another disk or machine than SAMEN_HOME.")
    ],
    keys_only: Annotated[
        bool, typer.Option("--keys-only", help="Only replace the halves of people's keys, right after an erasure.")
    ] = False,
) -> None:
    """Write a backup, also while the service runs. Removes those older than SAMEN_BACKUP_DAYS.

    secrets.toml is not in it: keep a copy of that file apart, or nothing in a backup can be read.
    """
    now = datetime.now(UTC)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _progress() as say:
        if keys_only:
            note = backups.write_keys(place / backups.KEYS, now=now)
            typer.echo(
                f"{note.halves} halves in {place / backups.KEYS}. Whoever was erased cannot be read from any backup here."
            )
            return
        folder = backups.write(place, now=now, say=say)
        old = backups.prune(place, now=now)
    typer.echo(f"Backup in {folder}; halves of people's keys replaced in {place / backups.KEYS}.")
    if old:
        typer.echo(f"Removed {len(old)} older than {settings.SAMEN.backup_days} days.")


def restore(
    path: Annotated[Path, typer.Argument(help="A backup, or the place that holds backups: then the newest.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            help="Folder with the newest halves of people's keys. Without it: those in SAMEN_HOME, else those beside the backup."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over the database that is here.")] = False,
) -> None:
    """Restore a backup and verify it. Stop the service first. Exit code: 0 all holds, 1 something differs or it was refused."""
    with _progress() as say:
        done = restoring.restore(path, keys=keys, force=force, now=datetime.now(UTC), say=say)
    typer.echo(
        f"Restored {done.folder}, made {done.made_at:%Y-%m-%d %H:%M} UTC: {done.rows} rows, {done.leaves} leaves."
    )
    typer.echo(
        f"{done.keys} people can be read; {done.erased_again} were erased after this backup and were erased again."
    )
    if force:
        typer.echo(
            "What lay here before stays beside it as *.replaced-*. Remove it once you are sure: it holds what was erased."
        )
    if done.problems:
        raise Trouble(
            "\n".join([*done.problems, "The restored data do NOT hold. Do not serve them; take another backup."])
        )
    typer.echo("The log verifies against the checkpoint of the backup, and all counts agree.")


@contextmanager
def _progress() -> Iterator[Say]:
    """Show what is being done, and for how long, on the error stream."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda text: bar.update(task, description=text)


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
