"""The tables of the help line: contacts, messages, duty, policy."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import samen.rooms.crisis.triage


class Migration(migrations.Migration):
    dependencies = [
        ("crisis", "0001_watching"),
        ("people", "0003_talk_and_duty"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=32)),
                ("state", models.CharField(default="new", max_length=32)),
                ("language", models.CharField(max_length=5)),
                ("begun_at", models.DateTimeField()),
                ("wants_computer", models.BooleanField(null=True)),
                ("own_urgency", models.SmallIntegerField(null=True)),
                ("lane", models.SmallIntegerField(default=samen.rooms.crisis.triage.Lane["OTHER"])),
                ("rank", models.SmallIntegerField(default=1)),
                ("level", models.SmallIntegerField(null=True)),
                ("risk", models.FloatField(null=True)),
                ("reasons_sealed", models.BinaryField(default=b"")),
                ("asked", models.BooleanField(default=False)),
                ("block_level", models.SmallIntegerField(default=0)),
                ("turns", models.SmallIntegerField(default=0)),
                ("waiting_since", models.DateTimeField(null=True)),
                ("deadline", models.DateTimeField(null=True)),
                ("overtaken", models.IntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("changes", models.IntegerField(default=0)),
                ("taken_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=32)),
                ("token_digest", models.CharField(max_length=64, null=True, unique=True)),
                ("code_digest", models.CharField(max_length=64, null=True, unique=True)),
                ("address_sealed", models.BinaryField(default=b"")),
                ("address_digest", models.CharField(blank=True, max_length=64)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "taken_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["api", "companion", "mailbox", "sms", "web"])),
                        name="contact_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["closed", "new", "taken", "waiting"])),
                        name="contact_state_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("lane__in", [0, 1, 2])), name="contact_lane_known"),
                    models.CheckConstraint(
                        condition=models.Q(("own_urgency", None), ("own_urgency__in", [1, 2, 3]), _connector="OR"),
                        name="contact_urgency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("waiting", "taken")), _negated=True),
                            ("waiting_since__isnull", False),
                            _connector="OR",
                        ),
                        name="contact_waits_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), ("taken_by__isnull", False)),
                            models.Q(("state__in", ("new", "waiting")), ("taken_by", None)),
                            ("state", "closed"),
                            _connector="OR",
                        ),
                        name="contact_taken_by_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), ("closed_at__isnull", False)),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="contact_closed_when",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("person",),
                        name="contact_open_once",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["state", "lane", "rank", "waiting_since", "id"], name="contact_queue"),
                    models.Index(fields=["state", "waiting_since"], name="contact_by_time"),
                    models.Index(fields=["state", "overtaken"], name="contact_overtaken"),
                    models.Index(fields=["taken_by", "state"], name="contact_of_counsellor"),
                    models.Index(fields=["channel", "address_digest"], name="contact_by_address"),
                    models.Index(fields=["person", "-begun_at"], name="contact_of_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("accepted", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="crisis.contact"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["hand-over", "second"])), name="invitation_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by", models.F("to")), _negated=True), name="invitation_to_another"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("contact", "to"), name="invitation_open_once"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["to", "answered_at"], name="invitation_to"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("body_sealed", models.BinaryField()),
                ("reading_sealed", models.BinaryField(default=b"")),
                ("has_numbers", models.BooleanField(default=False)),
                ("client_id", models.CharField(max_length=64)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="crisis.contact"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("who__in", ["computer", "contact", "counsellor"])), name="message_who_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("author__isnull", False), ("who", "counsellor")),
                            models.Q(models.Q(("who", "counsellor"), _negated=True), ("author", None)),
                            _connector="OR",
                        ),
                        name="message_by_whom",
                    ),
                    models.UniqueConstraint(fields=("contact", "client_id"), name="message_once"),
                ],
                "indexes": [
                    models.Index(fields=["contact", "at", "id"], name="message_in_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=32)),
                ("body_sealed", models.BinaryField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="crisis.contact"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["note", "tried"])), name="line_note_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgramKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueuePolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True)),
                ("reserved", models.FloatField()),
                ("overtaken", models.PositiveIntegerField()),
                ("read_first", models.BooleanField(default=False)),
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
                        condition=models.Q(("reserved__gte", 0), ("reserved__lt", 1)), name="policy_reserved_share"
                    ),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="policy_version_from_one"),
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
                        name="policy_approved_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("answers_sealed", models.BinaryField()),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="screening", to="crisis.contact"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField(null=True)),
                ("break_since", models.DateTimeField(null=True)),
                ("limit", models.SmallIntegerField(default=2)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends", None)), fields=("account",), name="shift_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends", None), ("ends__gte", models.F("starts")), _connector="OR"),
                        name="shift_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit__gte", 1), ("limit__lte", 5)), name="shift_limit_humane"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["ends", "break_since"], name="shift_now"),
                ],
            },
        ),
    ]
