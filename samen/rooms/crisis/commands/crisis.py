"""`samen crisis`: what a service can try of this room on its own material, on the command line."""

import typer

from samen.rooms.crisis.commands.key import app as key
from samen.rooms.crisis.commands.score import score
from samen.rooms.crisis.commands.simulate import simulate
from samen.rooms.crisis.commands.train import train

app = typer.Typer(help="The help line and what hears danger in it: try, measure, rebuild.", no_args_is_help=True)
app.command()(simulate)
app.command()(score)
app.command()(train)
app.add_typer(key, name="key")


@app.callback()
def _crisis() -> None:
    """Try, measure and rebuild what hears danger in few words."""
