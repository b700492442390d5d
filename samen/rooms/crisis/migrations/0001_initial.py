"""The first tables of the help line."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_talk_and_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="WatchRule",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("level", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("record", models.UUIDField(null=True)),
                ("source", models.CharField(max_length=32)),
                ("level", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=32)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="crisis.watchrule"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnContact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("said_yes_at", models.DateTimeField(null=True)),
                ("said_no_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "asked_at"], name="own_contact_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("said_yes_at", None), ("said_no_at", None), _connector="OR"),
                        name="contact_yes_or_no",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("whom", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("leaf", models.PositiveBigIntegerField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="told", to="crisis.alert"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("alert", "step"), name="told_once"),
                    models.CheckConstraint(
                        condition=models.Q(("whom__in", ["clinicians", "contact", "line"])), name="told_whom_known"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="watchrule",
            index=models.Index(fields=["person", "-at"], name="watch_rule_of_person"),
        ),
        migrations.AddConstraint(
            model_name="watchrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("at"))), name="watch_rule_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="watchrule",
            constraint=models.CheckConstraint(condition=models.Q(("level__in", [3, 4])), name="watch_rule_level"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["person", "-at"], name="alert_of_person"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["at"], name="alert_open"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["community", "companion", "journal"])), name="alert_source_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_by__in", ["", "all-told", "answered", "stopped", "wrong"])),
                name="alert_end_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", "")), ("ended_at__gte", models.F("at")), _connector="OR"
                ),
                name="alert_end",
            ),
        ),
    ]
