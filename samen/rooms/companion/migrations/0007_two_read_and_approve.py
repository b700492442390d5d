"""Whoever read a version of a module is not the one who takes it into use."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("companion", "0006_remarks")]

    operations = [
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("state__in", ("approved", "superseded")), _negated=True),
                    Q(("approved_by", F("reviewed_by")), _negated=True),
                    _connector="OR",
                ),
                name="module_read_and_approved_by_two",
            ),
        ),
    ]
