"""Insert many rows with one statement, whatever their number (the ORM's batches grow with the rows on SQLite)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model, all with their keys already set."""
    if not rows:
        return
    fields, sql = _plan(type(rows[0]), connection.vendor)
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)


@cache
def _plan(model: type[models.Model], vendor: str) -> tuple[list[models.Field[Any, Any]], str]:
    """Give the columns to fill and the statement; a key that the database counts itself is left to it."""
    quote = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    blanks = ", ".join(["%s"] * len(fields))
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({blanks})"
