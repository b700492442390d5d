"""Triggers that keep rows stand on every table that had them: SQLite drops them without a word when a migration makes a table anew."""

import tomllib
from pathlib import Path

import pytest
from django.db import connection

TRIGGERS = tomllib.loads(Path(__file__).with_name("triggers.toml").read_text("utf-8"))


@pytest.mark.django_db
def test_after_all_migrations_every_trigger_stands():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL alters a table in its place: make tests runs this")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name")
        found: dict[str, list[str]] = {}
        for table, name in cursor.fetchall():
            found.setdefault(table, []).append(name)
    assert found == TRIGGERS
