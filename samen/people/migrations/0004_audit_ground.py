"""Let a look be one of a check afterwards whether a computer missed danger. SQLite builds the table anew for that: its triggers come back."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ALIVE = "EXISTS (SELECT 1 FROM people_personkey k WHERE k.person_id = OLD.person_id AND k.destroyed_at IS NULL)"
TRIGGERS = {
    "people_access_no_update": "BEFORE UPDATE ON people_access BEGIN SELECT RAISE(ABORT, 'people_access is append-only: a look never changes'); END",
    "people_access_no_delete": f"BEFORE DELETE ON people_access WHEN {ALIVE} BEGIN SELECT RAISE(ABORT, 'people_access is append-only: a look stays until the person is erased'); END",
}


def guard_again(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "sqlite":
        for name, does in TRIGGERS.items():
            schema.execute(f"DROP TRIGGER IF EXISTS {name}")
            schema.execute(f"CREATE TRIGGER {name} {does}")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_talk_and_duty"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="access",
            name="look_ground_known",
        ),
        migrations.AddConstraint(
            model_name="access",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ground__in", ["audit", "break-glass", "care", "duty", "import", "own", "portability", "support"])
                ),
                name="look_ground_known",
            ),
        ),
        migrations.RunPython(guard_again, guard_again),
    ]
