"""What people read of a study before they take part, and what each lets it read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sensing", "0006_own_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="streams",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="Leaflet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=200)),
                ("why_en", models.TextField()),
                ("why_nl", models.TextField()),
                ("streams", models.JSONField()),
                ("until", models.DateField()),
                ("written_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leaflet", to="sensing.study"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at", None), ("opened_by", None)),
                            models.Q(
                                ("opened_at__isnull", False),
                                ("opened_by__isnull", False),
                                models.Q(("opened_by", models.F("written_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sensing_leaflet_opened_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("opened_at__isnull", False), _connector="OR"),
                        name="sensing_leaflet_ends_once_open",
                    ),
                ],
            },
        ),
    ]
