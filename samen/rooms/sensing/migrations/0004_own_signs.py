"""Early signs that a person wrote for themselves, when each was there, and which day was looked at last."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0003_oldest")]

    operations = [
        migrations.CreateModel(
            name="LookedOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="looked_on",
                        to="sensing.participant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnSign",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signs", to="sensing.participant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("at"))), name="sensing_sign_ends"),
                ],
                "indexes": [
                    models.Index(fields=["participant", "at"], name="sensing_sign_of_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("record", models.UUIDField()),
                ("whom", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("receivers", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("leaf", models.PositiveBigIntegerField(null=True)),
                (
                    "sign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seen", to="sensing.ownsign"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sign", "day"), name="sensing_sign_seen_once"),
                    models.CheckConstraint(
                        condition=models.Q(("whom__in", ["clinicians", "contact", "me"])),
                        name="sensing_sign_whom_known",
                    ),
                ],
            },
        ),
    ]
