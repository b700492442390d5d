"""`samen import fhir` and `samen export person`: what comes in from elsewhere, and a person's own copy on its way out.

Exit codes of import: 0 everything came in, 3 something was refused (each row says what and why), 1 nothing could be read.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from samen.people.access import Ground
from samen.people.models import Person
from samen.people.sealing import KeyDestroyed
from samen.people.store import machine, note_access
from samen.rooms.record import canonical, exporting, source
from samen.rooms.record.exporting import Form
from samen.rooms.record.importing import Row
from samen.rooms.record.store import intake, reading
from samen.words import say

app = typer.Typer(no_args_is_help=True)  # joined without a name: brings `import` and `export`
imports = typer.Typer(help="Bring records in from elsewhere.", no_args_is_help=True)
exports = typer.Typer(help="Hand a person their own copy.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(exports, name="export")

LINES = (".ndjson", ".jsonl")
LARGEST = 512 * 2**20  # bytes in one file; a bundle is held as text while it is read
SOME_REFUSED = 3
SHOWN = 40  # refused rows in the terminal; --report has them all


@imports.callback()
def _imports() -> None:
    """Bring records in from elsewhere."""


@exports.callback()
def _exports() -> None:
    """Hand a person their own copy."""


@imports.command()
def fhir(
    path: Annotated[Path, typer.Argument(help="A folder, a bundle, one resource (.json), or lines (.ndjson, .jsonl).")],
    report: Annotated[Path | None, typer.Option(help="Write every row here, as .csv or .jsonl.")] = None,
) -> None:
    """Import FHIR R4. Repeatable: what is there already stays as it is. Exit code: 0 all in, 3 some refused, 1 failed."""
    if report is not None and report.suffix not in (".csv", ".jsonl"):
        _stop("A report is a .csv or a .jsonl file. Choose one of these endings.")
    if not path.exists():
        _stop(f"{path}: there is no such file or folder. Check the path.")
    files = list(find(path))
    if not files:
        _stop(f"{path}: no .json, .ndjson or .jsonl file here.")
    with _bar() as bar:
        task = bar.add_task("Importing", total=len(files))
        rows = []
        for file in files:
            bar.update(task, description=file.name[:40])
            rows += [row for some in take_file(file) for row in some]
            bar.advance(task)
    if report is not None:
        _write_report(report, rows)
    _show(rows)
    refused = sum(row.outcome == "refused" for row in rows)
    taken = any(row.outcome in ("new", "changed", "same") for row in rows)
    raise typer.Exit((SOME_REFUSED if taken else 1) if refused else 0)


def find(path: Path) -> Iterator[Path]:
    """Give the files to import; of bulk exports those with patients first, since the others are about them."""
    if not path.is_dir():
        if path.is_file():
            yield path
        return
    files = sorted(file for file in path.rglob("*") if file.suffix in (".json", *LINES) and file.is_file())
    yield from sorted(files, key=lambda file: file.suffix in LINES and not _has_patients(file))


def _has_patients(file: Path) -> bool:
    with file.open("rb") as lines:
        return b'"Patient"' in lines.readline(10_000)


def take_file(file: Path) -> Iterator[list[Row]]:
    """Take one file in; gives the report chunk by chunk. A file that cannot be read at all is one refused row."""
    if file.stat().st_size > LARGEST:
        yield [Row(file.name, 0, "", "refused", "TOO_BIG")]
        return
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield [Row(file.name, 0, "", "refused", "NOT_UTF8")]
        return
    pieces = source.take_apart(text, lines=file.suffix in LINES)
    del text
    yield from intake.take_in(pieces, file=file.name, now=timezone.now())


def _show(rows: list[Row]) -> None:
    console = Console()
    counts = Counter(row.outcome for row in rows)
    console.print(
        f"{counts['new']} new, {counts['changed']} changed, {counts['same']} already here, {counts['refused']} refused."
    )
    noted = Counter(row.code for row in rows if row.outcome == "note")
    for code, number in sorted(noted.items()):
        console.print(f"Kept, with a note ({number} times): {say(f'record.importing.{code}', 'en')}")
    refused = [row for row in rows if row.outcome == "refused"]
    if not refused:
        return
    table = Table("File", "Entry", "Resource", "Code", "Why it was refused")
    for row in refused[:SHOWN]:
        table.add_row(row.file, str(row.place or "all"), row.ref, row.code, say(f"record.importing.{row.code}", "en"))
    console.print(table)
    if len(refused) > SHOWN:
        console.print(f"and {len(refused) - SHOWN} more. Write them all to a file with --report.")


def _write_report(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", newline="") as out:
        each = ({**asdict(row), "why": say(f"record.importing.{row.code}", "en") if row.code else ""} for row in rows)
        if path.suffix == ".jsonl":
            out.writelines(json.dumps(row) + "\n" for row in each)
            return
        writer = csv.DictWriter(out, ["file", "place", "ref", "outcome", "code", "why"])
        writer.writeheader()
        writer.writerows(each)


@exports.command("person")
def person(
    identity: Annotated[UUID, typer.Argument(metavar="ID", help="The person's id.")],
    out: Annotated[
        Path | None, typer.Option(help="Write to this file, which must not exist yet. Otherwise: the terminal.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="Lines of FHIR, or one bundle.")] = Form.NDJSON,
    as_received: Annotated[
        bool, typer.Option("--as-received", help="Each resource exactly as it came, links unresolved.")
    ] = False,
) -> None:
    """Write a person's whole record; the person sees that this was done."""
    if not Person.objects.filter(id=identity).exists():
        _stop("There is no person with this id.")
    try:
        texts = exporting.lines(everything(identity, as_received=as_received), form)
        if out is None:
            for text in texts:
                typer.echo(text, nl=False)
            return
        with out.open("x") as file:
            file.writelines(texts)
    except FileExistsError:
        _stop(f"{out} exists already. Choose another name.")
    except KeyDestroyed:
        _stop("This person's data were erased; nothing can be read any more.")
    out.chmod(0o600)


def everything(identity: UUID, *, as_received: bool) -> Iterator[tuple[str, str]]:
    """Give every resource of a person as (Type/id, JSON text), then the shared ones they point to; notes that it was done."""
    grant = machine(identity, Ground.PORTABILITY)
    note_access(grant, what="record:export", at=timezone.now())
    shared: set[str] = set()
    for held in reading.everything(grant):
        shared.update(ref for ref in held.body.links.values())
        yield held.ref, held.body.text if as_received else canonical.write(held.resource)
    for held in reading.shared(shared):
        if not (as_received and held.origin == "placeholder"):
            yield held.ref, held.body.text if as_received else canonical.write(held.resource)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _stop(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)
