"""`samen selftest`: the safety case that runs, of the room that is asked for."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from samen.rooms.companion.commands.selftest import selftest as companion
from samen.rooms.crisis.commands.selftest import selftest as crisis
from samen.rooms.sensing.commands.selftest import selftest as sensing


class Room(StrEnum):
    """The rooms that have a self-test."""

    CRISIS = "crisis"
    COMPANION = "companion"
    SENSING = "sensing"


def selftest(
    room: Annotated[Room, typer.Option(help="Which room to test.")] = Room.CRISIS,
    out: Annotated[Path | None, typer.Option(help="Write the report to this file as well.")] = None,
    cases: Annotated[bool, typer.Option(help="List every case that went wrong.")] = True,
) -> None:
    """Test a room on its sealed texts and cases; what misses a bar is stopped.

    Exit code: 0 every bar is met, 1 one is missed or the gate said no, 2 the file cannot be written.
    """
    match room:
        case Room.CRISIS:
            crisis(out, cases=cases)
        case Room.COMPANION:
            companion(out, cases=cases)
        case Room.SENSING:
            sensing(out, cases=cases)
