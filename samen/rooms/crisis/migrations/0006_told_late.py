"""Keep that those on duty, or who leads care, were told of a contact that waits too long."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crisis", "0005_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="told_late",
            field=models.SmallIntegerField(default=0),
        ),
    ]
