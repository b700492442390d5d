"""When the oldest event of a stream was: a day before it is not a gap, but not yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0003_activities")]

    operations = [
        migrations.AddField(model_name="tally", name="oldest", field=models.BigIntegerField(null=True)),
    ]
