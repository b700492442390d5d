"""Work in several threads on one database, each on a connection of its own."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Give a database that several threads can write: on SQLite, a file with what the test database holds."""
    settings = connections.settings["default"]
    name = settings["NAME"]
    if connection.vendor == "sqlite" and "memory" in str(name):
        file = folder / "threads.sqlite3"
        with sqlite3.connect(file) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        settings["NAME"] = str(file)
    yield
    settings["NAME"] = name


def in_thread(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run work on a connection of its own, and close it."""

    def run(given: Any) -> Any:
        try:
            return work(given)
        finally:
            connection.close()

    return run
