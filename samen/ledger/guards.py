"""Database triggers that keep the ledger append-only, for SQLite and PostgreSQL, as SQL.

The tree finds every change after the fact; these stop the honest mistake before it. Two changes are allowed: the head
may grow, and a leaf's salt may be forgotten. A later migration that rebuilds one of these tables on SQLite loses its
triggers and has to put them back (`raised`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEAF = '"index", "kind", "body", "hash"'
ROW = "FOR EACH ROW"


@dataclass(frozen=True)
class Guard:
    """One trigger: its name, the table, when it looks, and what it refuses (None = whatever it looks at)."""

    name: str
    table: str
    event: str
    message: str
    when: str | None = None


def _kept(table: str) -> tuple[Guard, ...]:
    """Guard a table whose rows never change."""
    return (
        Guard(f"{table}_no_update", table, "UPDATE", f"{table} is append-only: rows never change"),
        Guard(f"{table}_no_delete", table, "DELETE", f"{table} is append-only: rows stay"),
    )


GUARDS: tuple[Guard, ...] = (
    Guard(
        "ledger_leaf_no_update", "ledger_leaf", f"UPDATE OF {LEAF}", "ledger_leaf is append-only: leaves never change"
    ),
    Guard(
        "ledger_leaf_only_forget",
        "ledger_leaf",
        "UPDATE OF salt, subject",
        "ledger_leaf: a salt can be forgotten, never replaced",
        "NEW.salt IS NOT NULL OR NEW.subject IS NOT NULL",
    ),
    Guard("ledger_leaf_no_delete", "ledger_leaf", "DELETE", "ledger_leaf is append-only: leaves stay"),
    Guard("ledger_head_only_grows", "ledger_head", "UPDATE", "ledger_head may only grow", "NEW.size <= OLD.size"),
    Guard("ledger_head_no_delete", "ledger_head", "DELETE", "ledger_head stays"),
    *_kept("ledger_tile"),
    *_kept("ledger_checkpoint"),
)
TABLES = tuple(dict.fromkeys(guard.table for guard in GUARDS))

REFUSE = """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def raised(vendor: str) -> list[str]:
    """Give the SQL that puts the guards up, for `sqlite` or `postgresql`."""
    if vendor == "sqlite":
        return [_sqlite(guard) for guard in GUARDS]
    emptied = (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('{table} is append-only: rows stay')"
        for table in TABLES
    )
    return [REFUSE, *(_postgresql(guard) for guard in GUARDS), *emptied]


def lifted(vendor: str) -> list[str]:
    """Give the SQL that takes the guards away: for undoing the migration, and for emptying a test's database."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS]
    names: Mapping[str, str] = {guard.name: guard.table for guard in GUARDS} | {
        f"{table}_no_truncate": table for table in TABLES
    }
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in names.items()]


def _sqlite(guard: Guard) -> str:
    when = f"WHEN {guard.when} " if guard.when else ""
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} {ROW} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    )


def _postgresql(guard: Guard) -> str:
    when = f"WHEN ({guard.when}) " if guard.when else ""
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} {ROW} {when}"
        f"EXECUTE FUNCTION ledger_refuse('{guard.message}')"
    )
