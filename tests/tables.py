"""The tables of SQLite, made once for a set of migrations and copied from then on: making them takes half a minute, a copy none.

The copy lies in the folder for temporary files, under a digest of every migration and of the locked libraries. Migrations are still asked
each time whether something is missing.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


@cache
def place() -> Path:
    """Give where the copy for the migrations of now lies, or would lie."""
    digest = hashlib.sha256((REPOSITORY / "requirements" / "base.txt").read_bytes())
    for file in sorted((REPOSITORY / "samen").glob("**/migrations/*.py")):
        digest.update(f"{file.relative_to(REPOSITORY)}\n".encode() + file.read_bytes())
    return Path(tempfile.gettempdir()) / f"samen-test-tables-{digest.hexdigest()[:24]}.sqlite3"


def fill(into: sqlite3.Connection) -> None:
    """Copy the tables into an empty database, where somebody kept them before."""
    if place().exists():
        kept = sqlite3.connect(f"file:{place()}?mode=ro", uri=True)
        kept.backup(into)
        kept.close()


def fill_home(home: Path) -> None:
    """Copy the tables into a home that has none, where somebody kept them before."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home / "samen.sqlite3"
    if place().exists() and not file.exists():
        shutil.copyfile(place(), file)
        file.chmod(0o600)


def keep(out_of: sqlite3.Connection) -> None:
    """Keep the tables for the next time, whole or not at all."""
    if not place().exists():
        made = place().with_suffix(f".{os.getpid()}")
        kept = sqlite3.connect(made)
        out_of.backup(kept)
        kept.close()
        made.rename(place())
