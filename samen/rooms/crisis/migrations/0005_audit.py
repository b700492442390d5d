"""Samples of talks that raised no alarm, verdicts on them, and reviews. A verdict is kept as it was written: a trigger says so."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WHY = "a verdict is kept as it was written"


def add(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for event in ("UPDATE", "DELETE"):
        name = f"crisis_auditverdict_{event.lower()}"
        if schema.connection.vendor == "sqlite":
            schema.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON crisis_auditverdict BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
            continue
        schema.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON crisis_auditverdict FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def remove(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for event in ("update", "delete"):
        on = "" if schema.connection.vendor == "sqlite" else " ON crisis_auditverdict"
        schema.execute(f"DROP TRIGGER crisis_auditverdict_{event}{on}")
        if on:
            schema.execute(f"DROP FUNCTION crisis_auditverdict_{event}()")


class Migration(migrations.Migration):
    dependencies = [
        ("crisis", "0004_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditRound",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("seed", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("groups", models.JSONField()),
                ("population", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("figures", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=models.Q(("ended_at", None)), name="audit_open_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("group", models.CharField(max_length=60)),
                ("held_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="crisis.contact"
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="crisis.auditround"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "contact"), name="audited_once_in_a_round"),
                    models.UniqueConstraint(fields=("round", "place"), name="audit_in_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=32)),
                ("words", models.BinaryField(default=b"")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdicts", to="crisis.audititem"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["missed", "none", "unclear"])), name="audit_verdict_known"
                    ),
                    models.UniqueConstraint(fields=("item", "by"), name="audit_verdict_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MissReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("hazard", models.CharField(max_length=8)),
                ("event", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("causes", models.JSONField(default=list)),
                ("why", models.BinaryField(default=b"")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="crisis.contact"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                models.Q(("closed_by", models.F("by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="miss_closed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500)),
                ("due", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="measures", to="crisis.missreview"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="measure_has_words"),
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
