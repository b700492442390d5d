"""`samen companion guide`: bring services in from an HSDS 3.0 file, hand them out as one, and say what is wrong with a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zipfile import BadZipFile

import typer
from django.utils import timezone

from samen.rooms.companion import entry, hsds
from samen.rooms.companion.jobs import directory
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store import places

LINES, TABLES = ".ndjson", ".zip"

app = typer.Typer(help="The guide to services: import, export and check HSDS 3.0 files.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(help="HSDS 3.0 as JSON, as one service a line (.ndjson), or as tables (.zip of CSV).", exists=True),
]


@app.callback()
def _guide() -> None:
    """Bring services in, hand them out, and check a file."""


@app.command()
def check(file: File) -> None:
    """Say what is wrong with a file, and where. Exit code 1 when something is."""
    services, problems = _read(file)
    for each in problems:
        typer.echo(f"  {each}", err=True)
    typer.echo(f"{len(services)} services, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@app.command(name="import")
def imports(
    file: File,
    skip: Annotated[
        bool, typer.Option("--skip", help="Leave out services with problems instead of refusing the file.")
    ] = False,
    over: Annotated[bool, typer.Option("--over", help="Also replace what editors changed here.")] = False,
) -> None:
    """Bring services in. What is wrong is named and nothing is brought in, unless --skip; what editors changed stays, unless --over."""
    services, problems = _read(file)
    for each in problems:
        typer.echo(f"  {each}", err=True)
    bad = {each.where.partition(".")[0] for each in problems}
    if bad and not skip:
        typer.echo(f"Nothing was brought in: {len(problems)} problems. Mend the file, or use --skip.", err=True)
        raise typer.Exit(1)
    good = [each for place, each in enumerate(services) if f"service[{place}]" not in bad]
    jobs.ready(timezone.now())
    kept = [each for each in good if over or not store.is_edited(each["id"])]
    changed = store.keep([entry.as_own(each) for each in kept], by=file.name, what="imported", at=timezone.now())
    typer.echo(
        f"{len(good)} services: {changed} new or different, {len(good) - len(kept)} left as editors changed them, {len(bad)} left out"
    )


@app.command()
def export(
    file: Annotated[
        Path, typer.Argument(help="Where it goes: .json, .ndjson for one service a line, or .zip for tables (CSV).")
    ],
) -> None:
    """Hand out every service with all that belongs to it."""
    jobs.ready(timezone.now())
    services = [jobs.whole(each) for each in store.everything()]
    if file.suffix == TABLES:
        file.write_bytes(directory.packed(services))
        typer.echo(f"{len(services)} services in {file}")
        return
    if file.suffix == LINES:
        text = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in services)
    else:
        page = hsds.page(services, total=len(services), number=1, size=max(1, len(services)))
        text = json.dumps(page, ensure_ascii=False, indent=1) + "\n"
    file.write_text(text, encoding="utf-8")
    typer.echo(f"{len(services)} services in {file}")


def _read(file: Path) -> tuple[list[dict[str, Any]], list[hsds.Problem]]:
    """Read a file, and look at each service in it. Raises: typer.Exit with a sentence for what is no HSDS at all."""
    try:
        services = _services(file)
    except (ValueError, BadZipFile) as wrong:
        typer.echo(f"{file}: {wrong}. It should hold services of HSDS 3.0 as JSON, or as tables in a zip.", err=True)
        raise typer.Exit(1) from wrong
    problems = [problem for place, each in enumerate(services) for problem in _problems(each, f"service[{place}]")]
    return services, problems


def _services(file: Path) -> list[dict[str, Any]]:
    if file.suffix == TABLES:
        return directory.unpacked(file.read_bytes())
    text = file.read_text(encoding="utf-8")
    if file.suffix == LINES:
        return hsds.services_in([json.loads(line) for line in text.splitlines() if line.strip()])
    return hsds.services_in(json.loads(text))


def _problems(service: Mapping[str, Any], where: str) -> list[hsds.Problem]:
    return hsds.check(service, "service", places.shapes(), where)
