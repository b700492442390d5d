"""Let a yes be to a stream, from a time on, and name the kinds of data that phones and wearables send."""

from itertools import chain

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# As migration 0003 left them.
SQLITE = (
    "CREATE TRIGGER rights_statement_kept BEFORE DELETE ON rights_statement WHEN 1 = 1"
    " BEGIN SELECT RAISE(ABORT, 'statement is kept'); END",
    "CREATE TRIGGER rights_statement_unchanged BEFORE UPDATE ON rights_statement WHEN 1 = 1"
    " BEGIN SELECT RAISE(ABORT, 'statement is append-only'); END",
    "CREATE TRIGGER rights_statement_yes_by_human BEFORE INSERT ON rights_statement WHEN NEW.yes AND NEW.by_id IS NULL"
    " AND EXISTS (SELECT 1 FROM people_person p WHERE p.id = NEW.person_id AND p.account_id IS NOT NULL)"
    " BEGIN SELECT RAISE(ABORT, 'a yes of somebody who has an account is said under that account'); END",
)
OLD = (
    "calls",
    "contacts",
    "diagnoses",
    "genetic",
    "life-events",
    "location",
    "medication",
    "messages",
    "notes",
    "questionnaires",
    "screen",
    "sleep",
    "steps",
    "talk",
)
NEW = ("heart", "movement", "nearby")


def guard(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Give SQLite's remade table its triggers again, as migration 0003 wrote them; PostgreSQL keeps its own."""
    for statement in SQLITE if schema.connection.vendor == "sqlite" else ():
        schema.execute(statement)


def known(words: tuple[str, ...]) -> models.CheckConstraint:
    """Build the constraint on the words of a category."""
    return models.CheckConstraint(condition=models.Q(("category__in", list(words))), name="statement_category_known")


class Migration(migrations.Migration):
    dependencies = [("rights", "0006_crisis")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AddField(model_name="statement", name="since", field=models.DateTimeField(null=True)),
        migrations.RemoveConstraint(model_name="statement", name="statement_category_known"),
        migrations.AddConstraint(model_name="statement", constraint=known(tuple(sorted(chain(OLD, NEW))))),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
