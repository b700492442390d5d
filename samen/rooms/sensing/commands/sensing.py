"""`samen sensing`: digital phenotyping from plain files, without a server or a database."""

import typer

from samen.rooms.sensing.commands import features

app = typer.Typer(help="Streams of phones and wearables: compute features from files.", no_args_is_help=True)


@app.callback()
def _sensing() -> None:
    """Compute features from files of streams."""


app.command("features")(features.features)
