"""The list of who looked is append-only: a row never changes, and stays until the person's key is destroyed."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ALIVE = "EXISTS (SELECT 1 FROM people_personkey k WHERE k.person_id = OLD.person_id AND k.destroyed_at IS NULL)"
CHANGED = "people_access is append-only: a look never changes"
REMOVED = "people_access is append-only: a look stays until the person is erased"

SQLITE = (
    f"CREATE TRIGGER people_access_no_update BEFORE UPDATE ON people_access BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END",
    f"CREATE TRIGGER people_access_no_delete BEFORE DELETE ON people_access WHEN {ALIVE} BEGIN SELECT RAISE(ABORT, '{REMOVED}'); END",
)
POSTGRESQL = (
    f"""CREATE FUNCTION people_access_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{CHANGED}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
      IF {ALIVE} THEN RAISE EXCEPTION '{REMOVED}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
      RETURN OLD;
    END $$""",
    "CREATE TRIGGER people_access_kept BEFORE UPDATE OR DELETE ON people_access FOR EACH ROW EXECUTE FUNCTION people_access_kept()",
)


def guard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if schema.connection.vendor == "sqlite" else POSTGRESQL:
        schema.execute(statement)


def unguard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "sqlite":
        schema.execute("DROP TRIGGER people_access_no_update")
        schema.execute("DROP TRIGGER people_access_no_delete")
    else:
        schema.execute("DROP FUNCTION people_access_kept CASCADE")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
