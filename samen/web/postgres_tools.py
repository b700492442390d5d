"""PostgreSQL's own programs for dumping and restoring, found where Debian puts them, and the connection they need."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from samen.web.troubles import Trouble


def dump(file: Path, snapshot: str, *, without: Sequence[str] = ()) -> None:
    """Dump the database as one snapshot shows it, some tables without their rows. Raises: Trouble."""
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}")
    _run("pg_dump", *options, *(f"--exclude-table-data={name}" for name in without))


def restore(file: Path) -> None:
    """Restore a dump into an empty database, whole or not at all. Raises: Trouble."""
    name = str(connection.settings_dict["NAME"])
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={name}")
    _run("pg_restore", *options, str(file))


def program(name: str) -> str:
    """Give the path of a program, the newest there is: it must not be older than the server. Raises: Trouble."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise Trouble(f"{name} is not installed. Run: apt-get install postgresql-client")
    return path


def _run(name: str, *arguments: str) -> None:
    """Run a program with the connection in its environment, where a password shows in no list of processes."""
    done = subprocess.run([program(name), *arguments], env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Trouble(f"{name} failed: {said[0] if said else 'it gave no reason'}. Nothing was changed.")


def _environment() -> dict[str, str]:
    held = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(held[key]) for variable, key in names.items() if held.get(key)}
    return {**os.environ, **given, "LC_ALL": "C.UTF-8"}
