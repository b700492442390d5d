"""A survey can be given to one person, with their yes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("sensing", "0007_studies")]

    operations = [
        migrations.AddField(
            model_name="survey",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", None), ("study", None), _connector="OR"),
                name="sensing_survey_for_one_or_a_study",
            ),
        ),
    ]
