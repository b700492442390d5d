"""What colleagues say about a module; and triggers: no step with a version ever changes, nor the text of one that was sent on."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STEP = "a step with a version of a module is kept as it was written"
TEXT = "the text of a version of a module changes only while it is a draft"
GUARDS = {  # trigger: table, event, when, what it says
    "companion_step_update": ("companion_step", "UPDATE", "1 = 1", STEP),
    "companion_step_delete": ("companion_step", "DELETE", "1 = 1", STEP),
    "companion_draft_text": ("companion_draft", "UPDATE OF content, digest", "OLD.state <> 'draft'", TEXT),
    "companion_draft_delete": ("companion_draft", "DELETE", "1 = 1", STEP),
}


def add(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for name, (table, event, when, why) in GUARDS.items():
        if schema.connection.vendor == "sqlite":
            schema.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
            continue
        schema.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
        )


def remove(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for name, (table, *_) in GUARDS.items():
        on = "" if schema.connection.vendor == "sqlite" else f" ON {table}"
        schema.execute(f"DROP TRIGGER {name}{on}")
        if on:
            schema.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [
        ("companion", "0005_rhythm"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("module", models.CharField(max_length=64)),
                ("screen", models.CharField(blank=True, default="", max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("text", models.TextField(blank=True, default="")),
                ("en", models.TextField(blank=True, default="")),
                ("nl", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, default="")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("en", ""), ("nl", ""), ("text", ""), _negated=True),
                        name="module_remark_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="module_remark_answered_whole",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["module"], name="module_remarks"),
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
