"""Labels, models fitted here, thresholds and counts. A label is kept as it was written: a trigger refuses to change or remove one."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WHY = "a label is kept as it was written"


def add(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for event in ("UPDATE", "DELETE"):
        name = f"crisis_label_{event.lower()}"
        if schema.connection.vendor == "sqlite":
            schema.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON crisis_label BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
            continue
        schema.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema.execute(f"CREATE TRIGGER {name} BEFORE {event} ON crisis_label FOR EACH ROW EXECUTE FUNCTION {name}()")


def remove(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for event in ("update", "delete"):
        on = "" if schema.connection.vendor == "sqlite" else " ON crisis_label"
        schema.execute(f"DROP TRIGGER crisis_label_{event}{on}")
        if on:
            schema.execute(f"DROP FUNCTION crisis_label_{event}()")


class Migration(migrations.Migration):
    dependencies = [
        ("crisis", "0003_selftest"),
        ("people", "0003_talk_and_duty"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=2)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("problem", models.CharField(default="", max_length=40)),
                ("at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("model", models.TextField(default="")),
                ("sha256", models.CharField(db_index=True, default="", max_length=64)),
                ("card", models.TextField(default="")),
                ("learnt", models.JSONField(default=list)),
                ("scores", models.JSONField(default=list)),
                ("report", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ("en", "nl"))), name="candidate_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "fitting", "ready", "failed"))),
                        name="candidate_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(("sha256", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="candidate_ready_has_model",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=2)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoptions",
                        to="crisis.candidate",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                models.Q(("approved_by", models.F("by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="adoption_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="adoption_has_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DriftNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=5)),
                ("version", models.CharField(max_length=64)),
                ("sign", models.CharField(max_length=8)),
                ("figures", models.JSONField()),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("found", models.TextField(default="")),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("seen_at", None)),
                        fields=("language", "version", "sign"),
                        name="drift_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeardCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("language", models.CharField(max_length=5)),
                ("version", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=5)),
                ("bin", models.PositiveSmallIntegerField()),
                ("n", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "language", "version", "action", "bin"), name="heard_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelRound",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=2)),
                ("origin", models.CharField(max_length=8)),
                ("title", models.CharField(max_length=100)),
                ("sampled", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("complete_at", models.DateTimeField(null=True)),
                ("discarded_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("language__in", ("en", "nl"))), name="round_language"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("keeper", None), ("origin", "written")),
                            models.Q(("keeper__isnull", False), ("origin", "local")),
                            _connector="OR",
                        ),
                        name="round_local_is_sealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("family", models.CharField(max_length=80)),
                ("text", models.TextField(default="")),
                ("sealed", models.BinaryField(default=b"")),
                ("author_level", models.SmallIntegerField(null=True)),
                ("author_topic", models.CharField(default="", max_length=40)),
                ("author_trap", models.BooleanField(null=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="crisis.labelround"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "place"), name="item_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), ("sealed", b""), _connector="OR"), name="item_text_in_one_way"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="crisis.labelround"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("place__in", (1, 2))), name="seat_one_of_two"),
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)), fields=("round", "place"), name="seat_held_by_one"
                    ),
                    models.UniqueConstraint(fields=("round", "account"), name="seat_once_for_each"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField(null=True)),
                ("topic", models.CharField(default="", max_length=40)),
                ("trap", models.BooleanField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="labels", to="crisis.labelitem"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="labels", to="crisis.labelseat"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "seat"), name="label_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", None), models.Q(("level__gte", 0), ("level__lte", 4)), _connector="OR"
                        ),
                        name="label_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", None), ("level__lt", 2), models.Q(("topic", ""), _negated=True), _connector="OR"
                        ),
                        name="label_danger_has_topic",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OperatingPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True)),
                ("language", models.CharField(max_length=2)),
                ("sha256", models.CharField(max_length=64)),
                ("ask", models.FloatField()),
                ("alarm", models.FloatField()),
                ("cost", models.JSONField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ask__gt", 0), ("ask__lte", 1), ("alarm__gt", 0), ("alarm__lte", 1)),
                        name="point_within_scale",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="point_has_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                models.Q(("approved_by", models.F("by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="point_approved_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField(null=True)),
                ("topic", models.CharField(default="", max_length=40)),
                ("trap", models.BooleanField(null=True)),
                ("how", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settled", to="crisis.labelitem"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", None), models.Q(("level__gte", 0), ("level__lte", 4)), _connector="OR"
                        ),
                        name="settled_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ("agreed", "third", "together"))), name="settled_how"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", None), ("how", "agreed")),
                            models.Q(("by__isnull", False), ("how__in", ("third", "together"))),
                            _connector="OR",
                        ),
                        name="settled_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="settled_by_two",
                    ),
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
