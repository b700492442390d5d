"""The reports of self-tests, kept as they were signed: a trigger refuses to change or remove one, a cause or a signature."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("selftest", "cause", "signature")


def add(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            name, why = f"crisis_{table}_{event.lower()}", f"a {table} is kept as it was written"
            if schema.connection.vendor == "sqlite":
                schema.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON crisis_{table} BEGIN SELECT RAISE(ABORT, '{why}'); END"
                )
                continue
            schema.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            schema.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON crisis_{table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def remove(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for table in TABLES:
        for event in ("update", "delete"):
            on = "" if schema.connection.vendor == "sqlite" else f" ON crisis_{table}"
            schema.execute(f"DROP TRIGGER crisis_{table}_{event}{on}")
            if on:
                schema.execute(f"DROP FUNCTION crisis_{table}_{event}()")


def by_account() -> models.ForeignKey:
    """Give a key to the account of whoever wrote."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)


def of_test(name: str) -> models.ForeignKey:
    """Give a key to the report."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to="crisis.selftest")


class Migration(migrations.Migration):
    dependencies = [("crisis", "0002_line"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="SelfTest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("passed", models.BooleanField()),
                ("versions", models.CharField(max_length=64)),
                ("note", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Cause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.CharField(max_length=80)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", by_account()),
                ("test", of_test("causes")),
            ],
            options={
                "indexes": [models.Index(fields=["test", "case", "-at"], name="cause_of_case")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="cause_has_words")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=40)),
                ("statement", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", by_account()),
                ("test", of_test("signatures")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("test", "by"), name="signed_once"),
                    models.CheckConstraint(
                        condition=models.Q(("statement", ""), _negated=True), name="signature_has_words"
                    ),
                    models.CheckConstraint(condition=models.Q(("role__in", ["clinical-lead"])), name="signed_by_lead"),
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
