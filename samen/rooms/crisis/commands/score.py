"""`samen crisis score`: what the detector says of messages in a file, through the gate, in nobody's record."""

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from samen.rights.words import Denied
from samen.rooms.crisis import scoring, systems
from samen.words import say

ALL = ("rules", "model", "meaning")


def score(
    file: Annotated[
        Path, typer.Argument(help='JSON Lines: {"id", "text", "language"?, "conversation"?}.', exists=True)
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the answers go, one line each, in the same order.")],
    layers: Annotated[
        str,
        typer.Option(help="Which layers are used, to compare: rules,model,meaning. All that run here when left out."),
    ] = "",
    timing: Annotated[bool, typer.Option("--timing", help="Say how long the messages took.")] = False,
) -> None:
    """Hear each message of a file, and each conversation in the order of its lines. Test material only: nobody is looked up."""
    asked = tuple(dict.fromkeys(layer.strip() for layer in layers.split(",") if layer.strip()))
    if not set(asked) <= set(ALL):
        raise typer.BadParameter(f"Layers are {', '.join(ALL)}, with a comma in between.")
    chosen = _running(asked)
    start, count, wrong = perf_counter(), 0, list[str]()
    try:
        with file.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as answers:
            for chunk in systems.score(scoring.asked(lines, wrong), chosen):
                if isinstance(chunk, Denied):
                    typer.echo(say(f"rights.denied.{chunk.code}", "en"), err=True)
                    raise typer.Exit(1)
                for answer in chunk:
                    answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
                answers.flush()
                count += len(chunk)
    except UnicodeDecodeError as why:
        typer.echo(f"The file is not UTF-8: {why.reason} after {count} messages.", err=True)
        raise typer.Exit(1) from why
    for each in wrong:
        typer.echo(each, err=True)
    if wrong:
        typer.echo(f"Heard: {count}. Could not be read: {len(wrong)}, named above.", err=True)
    if timing:
        _say_times(file, chosen, count, perf_counter() - start)
    if wrong:
        raise typer.Exit(1)


def _running(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Give the layers to use. What was asked for and does not run here is said, never left out in silence."""
    try:
        runs = systems.layers()
    except systems.BadMeaning as wrong:
        typer.echo(f"{say('crisis.detect.meaning.differs', 'en')} {wrong}", err=True)
        raise typer.Exit(1) from wrong
    if "meaning" in asked and not any("meaning" in each for each in runs.values()):
        typer.echo(say("crisis.detect.meaning.absent", "en"), err=True)
        raise typer.Exit(1)
    used = asked or ALL
    told = (f"{name}: {' + '.join(layer for layer in each if layer in used)}" for name, each in runs.items())
    typer.echo("; ".join(told), err=True)
    return used


def _say_times(file: Path, layers: tuple[str, ...], count: int, seconds: float) -> None:
    """Say how long it took: the run as a whole, and the detector by itself for each message."""
    with file.open(encoding="utf-8") as lines:
        taken = sorted(systems.time_each([each.text for each in scoring.asked(lines, [])], layers))
    if taken:
        middle, last = taken[len(taken) // 2] * 1000, taken[min(len(taken) - 1, int(len(taken) * 0.99))] * 1000
        typer.echo(f"{count} messages in {seconds:.1f} s through the gate", err=True)
        typer.echo(f"detector alone: p50 {middle:.2f} ms, p99 {last:.2f} ms", err=True)
