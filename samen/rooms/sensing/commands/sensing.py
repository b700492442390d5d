"""`samen sensing`: digital phenotyping from plain files, and the way in of a service."""

import typer

from samen.rooms.sensing.commands import dictionary, features, importing, way_in

app = typer.Typer(help="Streams of phones and wearables: compute features from files.", no_args_is_help=True)


@app.callback()
def _sensing() -> None:
    """Compute features from files of streams."""


app.command("features")(features.features)
app.command("dictionary")(dictionary.dictionary)
app.command("try")(way_in.try_out)
app.command("archive")(way_in.archive)
app.command("import")(importing.bring_in)
app.command("erase")(importing.erase)
