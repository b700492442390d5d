"""Let somebody without an account say yes for themselves, and nobody else without a name.

Whoever writes to a help line has no account to be named by; for them alone a yes without one is their own. A check of one
table cannot say that, a trigger can. SQLite makes a table anew when a constraint goes and loses its triggers with it, so
there they are written again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "rights_statement_yes_by_human"
REFUSES = (
    "NEW.yes AND NEW.by_id IS NULL"
    " AND EXISTS (SELECT 1 FROM people_person p WHERE p.id = NEW.person_id AND p.account_id IS NOT NULL)"
)
WHY = "a yes of somebody who has an account is said under that account"
# As migration 0002 wrote them.
SQLITE = (
    "CREATE TRIGGER rights_statement_kept BEFORE DELETE ON rights_statement WHEN 1 = 1"
    " BEGIN SELECT RAISE(ABORT, 'statement is kept'); END",
    "CREATE TRIGGER rights_statement_unchanged BEFORE UPDATE ON rights_statement WHEN 1 = 1"
    " BEGIN SELECT RAISE(ABORT, 'statement is append-only'); END",
    f"CREATE TRIGGER {NAME} BEFORE INSERT ON rights_statement WHEN {REFUSES} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
)
POSTGRESQL = (
    f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {REFUSES} THEN"
    f" RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
    f"CREATE TRIGGER {NAME} BEFORE INSERT ON rights_statement FOR EACH ROW EXECUTE FUNCTION {NAME}()",
)


def guard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for statement in SQLITE if schema.connection.vendor == "sqlite" else POSTGRESQL:
        schema.execute(statement)


def unguard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Take the new trigger away again; SQLite's others go with the table and come back with it."""
    on = "" if schema.connection.vendor == "sqlite" else " ON rights_statement"
    schema.execute(f"DROP TRIGGER {NAME}{on}")
    if on:
        schema.execute(f"DROP FUNCTION {NAME}()")


def again(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """On the way back, give SQLite's remade table the triggers of migration 0002."""
    for statement in SQLITE[:2] if schema.connection.vendor == "sqlite" else ():
        schema.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_guards")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, again),
        migrations.RemoveConstraint(model_name="statement", name="only_humans_say_yes"),
        migrations.AlterField(
            model_name="stoporder",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
