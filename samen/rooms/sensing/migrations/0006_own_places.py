"""Names that people give to places of their own."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0005_came")]

    operations = [
        migrations.CreateModel(
            name="OwnPlace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_places",
                        to="sensing.participant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["participant", "at"], name="sensing_place_of_person")],
            },
        ),
    ]
