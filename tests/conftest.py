"""What every test stands on: a home of its own, and one of the two databases.

`SAMEN_TEST_DATABASE=postgresql` runs the same tests on a private PostgreSQL 15 that is started and stopped here.
"""

import os
import tempfile
from collections.abc import Iterator

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

os.environ["SAMEN_HOME"] = tempfile.mkdtemp(prefix="samen-test-")


@pytest.fixture(scope="session", autouse=True)
def _emptying_lifts_triggers() -> Iterator[None]:
    """Let a `transaction=True` test be cleaned up: the triggers that keep rows step aside for that, and come back."""
    emptied = BaseDatabaseOperations.execute_sql_flush

    def empty(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "sqlite":
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
                off = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
                on = [sql for _, sql in triggers]
            else:
                cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
                tables = [name for (name,) in cursor.fetchall()]
                off = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables]
                on = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in tables]
        emptied(self, [*off, *sql_list, *on])

    BaseDatabaseOperations.execute_sql_flush = empty
    yield
    BaseDatabaseOperations.execute_sql_flush = emptied
