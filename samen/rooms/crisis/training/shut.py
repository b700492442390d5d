"""While a model is fitted, its thresholds chosen or its rules tried, the sealed messages and talks cannot be opened.

Not by mistake and not by a library: Python itself asks this hook before any file is opened. A hook can never be taken
away again, so it stays for the life of the process and refuses only while something is inside `shut()`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

CORPUS = Path(__file__).resolve().parent.parent / "content" / "corpus"
SEALED = (CORPUS / "sealed", CORPUS / "dialogues", CORPUS / "answers")


class Sealed(PermissionError):
    """Something tried to open what only the self-test reads."""


class _Door:
    def __init__(self) -> None:
        self.inside = 0  # how many are at it, in all threads: what one of them reads could reach another
        self.lock = Lock()

    def ask(self, event: str, arguments: tuple[object, ...]) -> None:
        """Refuse to open a sealed file while somebody is inside."""
        if self.inside and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = Path(os.path.realpath(os.fsdecode(arguments[0])))
            if any(path.is_relative_to(folder) for folder in SEALED):
                raise Sealed(
                    f"{path.name} is sealed: only the self-test reads it. Train and tune on corpus/train and corpus/probe."
                )


@cache
def _door() -> _Door:
    door = _Door()
    sys.addaudithook(door.ask)
    return door


@contextmanager
def shut() -> Iterator[None]:
    """Keep the sealed files shut for as long as this lasts. Raises: Sealed, where one of them is opened."""
    door = _door()
    with door.lock:
        door.inside += 1
    try:
        yield
    finally:
        with door.lock:
            door.inside -= 1
