"""`samen crisis train`: makes the model files anew from the messages of the repository, or checks that they are what these give."""

import os
from importlib.util import find_spec
from typing import Annotated

import typer

from samen.rooms.crisis import systems

# One thread: sums in another order can end in another last digit, and a rebuild must be the same to the bit.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def train(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file would differ.")] = False,
) -> None:
    """Fit and calibrate the model of each language. Sealed messages cannot be opened meanwhile."""
    if find_spec("sklearn") is None:
        typer.echo('Training needs the extra "training": pip install "samen[training]".', err=True)
        raise typer.Exit(1)
    # Here and not above: the extra may be absent, and reading scikit-learn would make every other command slow to start.
    from samen.rooms.crisis.training import rebuild  # noqa: PLC0415

    differs = False
    for path, content in systems.trained(rebuild.files):
        before = path.read_text() if path.exists() else None
        same = before == content
        differs = differs or not same
        typer.echo(f"{path.name}: {'as it is' if same else 'differs' if check else 'written'}")
        if not same and not check:
            path.write_text(content)
            path.chmod(0o644)  # part of the product, for whoever installs it to read
            systems.forget()
    if check and differs:
        typer.echo(
            "The files are not what the messages and rules of this repository give. Run: samen crisis train", err=True
        )
        raise typer.Exit(1)
