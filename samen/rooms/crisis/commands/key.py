"""Keys of programs that bring contacts to the help line: `samen crisis key make NAME`, `samen crisis key end NAME`."""

import typer
from django.utils import timezone

from samen.rooms.crisis.store import programs

app = typer.Typer(help="Keys of programs that bring contacts to the help line.", no_args_is_help=True)


@app.command()
def make(name: str) -> None:
    """Make a key for a program and print it, for the only time: it is kept as a digest."""
    typer.echo(programs.make(name, by=None, at=timezone.now()))


@app.command()
def end(name: str) -> None:
    """End every key of a program at once."""
    gone = programs.end(name, at=timezone.now())
    typer.echo(f"{gone} ended.")
    if not gone:
        raise typer.Exit(1)
