"""The tables of SQLite, made once for a set of migrations and copied from then on: making them takes half a minute, a copy none.

The copy lies in the folder for temporary files, under a digest of every migration and of Django's version. The migrations are still
asked whether something is missing, each time.
"""

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

import django
from django.apps import apps


def place() -> Path:
    """Give where the copy for the migrations of now lies, or would lie."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in apps.get_app_configs():
        for file in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    return Path(tempfile.gettempdir()) / f"samen-test-tables-{digest.hexdigest()[:24]}.sqlite3"


def fill(into: sqlite3.Connection) -> None:
    """Copy the tables into an empty database, where somebody kept them before."""
    if place().exists():
        kept = sqlite3.connect(f"file:{place()}?mode=ro", uri=True)
        kept.backup(into)
        kept.close()


def keep(out_of: sqlite3.Connection) -> None:
    """Keep the tables for the next time, whole or not at all."""
    if not place().exists():
        made = place().with_suffix(f".{os.getpid()}")
        kept = sqlite3.connect(made)
        out_of.backup(kept)
        kept.close()
        made.rename(place())

