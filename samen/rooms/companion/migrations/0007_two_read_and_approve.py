"""Whoever read a version of a module is not the one who takes it into use."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q

# SQLite makes a table anew for a constraint, and loses its triggers: they are those of 0006.
GUARDS = (
    "CREATE TRIGGER companion_draft_text BEFORE UPDATE OF content, digest ON companion_draft WHEN OLD.state <> 'draft'"
    " BEGIN SELECT RAISE(ABORT, 'the text of a version of a module changes only while it is a draft'); END",
    "CREATE TRIGGER companion_draft_delete BEFORE DELETE ON companion_draft WHEN 1 = 1"
    " BEGIN SELECT RAISE(ABORT, 'a step with a version of a module is kept as it was written'); END",
)


def guard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers again where they were lost."""
    if schema.connection.vendor == "sqlite":
        for each in GUARDS:
            schema.execute(each)


class Migration(migrations.Migration):
    dependencies = [("companion", "0006_remarks")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("state__in", ("approved", "superseded")), _negated=True),
                    Q(("approved_by", F("reviewed_by")), _negated=True),
                    _connector="OR",
                ),
                name="module_read_and_approved_by_two",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
