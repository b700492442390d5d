"""Insert many rows with one statement, whatever their number (the ORM's batches grow with the rows on SQLite)."""

from collections.abc import Sequence

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model, all with their keys already set."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [
        field for field in meta.concrete_fields if field.attname != "id" or not isinstance(field, models.AutoField)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    blanks = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({blanks})", values)
