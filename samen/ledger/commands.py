"""`samen audit`: sign the log, hand it out, verify it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from samen.ledger import kit, store
from samen.ledger.checkpoint import BadCheckpoint, PublicKey, parse_key
from samen.ledger.receipt import BadReceipt
from samen.ledger.verify import Report, verify_log

app = typer.Typer(help="Sign the append-only log, hand it out, verify it.", no_args_is_help=True)
EVERY = 5000  # lines between two moves of the progress bar

File = Annotated[Path | None, typer.Argument(help="An export or a receipt. Not needed with --live.")]
Live = Annotated[bool, typer.Option("--live", help="Verify the log of this service instead of a file.")]
Key = Annotated[str | None, typer.Option(help="The log's public key as you know it from elsewhere.")]
Known = Annotated[
    list[Path] | None, typer.Option(help="A checkpoint that you kept from earlier; may be given more than once.")
]


@app.command()
def verify(file: File = None, live: Live = False, key: Key = None, known: Known = None) -> None:
    """Verify an exported log, a receipt, or the live log. Exit code: 0 it holds, 1 it does not, 2 it cannot be read."""
    if (file is None) == (not live):
        _stop("Give either a file or --live.")
    try:
        trusted = parse_key(key) if key else None
        notes = [path.read_text() for path in known or []]
        if file is None:
            said, good = _live(trusted or store.public_key(), notes)
        elif kit.is_receipt(file):
            said, good = kit.check(file, trusted or store.public_key(), notes)
        else:
            said, good = _file(file, trusted, notes)
    except OSError as wrong:
        _stop(f"{wrong.filename} cannot be read: {wrong.strerror}. Check the path.")
    except (UnicodeDecodeError, BadCheckpoint, BadReceipt) as wrong:
        _stop(str(wrong))
    typer.echo("\n".join(said))
    raise typer.Exit(0 if good else 1)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Where to write the log.")]) -> None:
    """Write the log to one file that anyone can verify without this service."""
    now = datetime.now(UTC)
    try:
        with file.open("xb") as out, _bar() as bar:
            task = bar.add_task("Exporting", total=store.head().size)
            for done, line in enumerate(store.export_lines(now)):
                out.write(line)
                if done % EVERY == 0:
                    bar.update(task, completed=done)
            bar.update(task, completed=store.last_checkpoint_size())
    except FileExistsError:
        _stop(f"{file} exists already, and may be somebody's evidence. Choose another name.")
    except OSError as wrong:
        _stop(f"{file} cannot be written: {wrong.strerror}. Choose another place.")
    typer.echo(f"{store.last_checkpoint_size()} leaves in {file}, key {store.public_key()}")


@app.command()
def checkpoint() -> None:
    """Sign the log as it is now and print the checkpoint, for outsiders to keep."""
    typer.echo(store.checkpoint(datetime.now(UTC)).note, nl=False)


def _live(key: PublicKey, notes: list[str]) -> tuple[list[str], bool]:
    """Verify this service's own log."""
    with _bar() as bar:
        task = bar.add_task("Verifying", total=store.head().size)
        lines = store.export_lines(datetime.now(UTC))
        return _said(verify_log(lines, key=key, known=notes, progress=lambda done: bar.update(task, completed=done)))


def _file(file: Path, key: PublicKey | None, notes: list[str]) -> tuple[list[str], bool]:
    """Verify an exported file."""
    with file.open("rb") as lines, _bar() as bar:
        task = bar.add_task("Verifying", total=None)
        return _said(verify_log(lines, key=key, known=notes, progress=lambda done: bar.update(task, completed=done)))


def _said(report: Report) -> tuple[list[str], bool]:
    return kit.describe(report), report.ok


def _bar() -> Progress:
    """Give a progress bar on the error stream, so that output can be piped."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
