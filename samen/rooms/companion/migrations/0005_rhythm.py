import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companion", "0004_question"), ("people", "0004_audit_ground")]

    operations = [
        migrations.CreateModel(
            name="Offers",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("said_sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Wished",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("wish_sealed", models.BinaryField()),
                ("mail", models.BooleanField(default=False)),
                ("begun_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("aside_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["mail", "next_at"], name="mail_due")]},
        ),
    ]
