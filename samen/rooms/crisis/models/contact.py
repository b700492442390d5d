"""A talk with the help line. What anybody wrote lies sealed under the key of the person whose talk it is."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.people.models import WORD, Account, Person, one_of
from samen.rooms.crisis.reading import Question
from samen.rooms.crisis.triage import Lane, Urgency

CHANNELS = ("web", "companion", "api", "mailbox", "sms")
STATES = ("new", "waiting", "taken", "closed")  # new: nothing was written yet
WRITERS = ("contact", "counsellor", "computer")
QUESTIONS = tuple(str(each) for each in Question)
OUTCOMES = ("helped", "referred", "emergency", "left", "wrong")
DIGEST = 64


class Contact(models.Model):
    """One talk: who, in which lane, since when, and which counsellor has it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=WORD)
    state = models.CharField(max_length=WORD, default="new")
    language = models.CharField(max_length=5)
    begun_at = models.DateTimeField()
    wants_computer = models.BooleanField(null=True)
    own_urgency = models.SmallIntegerField(null=True)
    # The place in the queue. `level` and what follows it are a computer's; stopping it empties them.
    lane = models.SmallIntegerField(default=Lane.OTHER)
    rank = models.SmallIntegerField(default=1)
    level = models.SmallIntegerField(null=True)
    risk = models.FloatField(null=True)
    reasons_sealed = models.BinaryField(default=b"")
    asked = models.BooleanField(default=False)  # the one direct question of level 2 was asked
    block_level = models.SmallIntegerField(default=0)  # the level at which the numbers were last given; 0: never
    turns = models.SmallIntegerField(default=0)  # turns of the imminent flow so far
    waiting_since = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)  # by when a human should have answered
    told_late = models.SmallIntegerField(default=0)  # 1: those on duty were told that it is late; 2: who leads care too
    overtaken = models.IntegerField(default=0)  # by how many that came later
    last_at = models.DateTimeField(null=True)  # of the newest message by the contact
    changes = models.IntegerField(default=0)  # moves with everything that a page should show anew
    taken_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=WORD, blank=True)
    token_digest = models.CharField(max_length=DIGEST, null=True, unique=True)  # of the cookie
    code_digest = models.CharField(max_length=DIGEST, null=True, unique=True)  # of the way back
    address_sealed = models.BinaryField(default=b"")  # where an answer goes, for mailbox and SMS
    address_digest = models.CharField(max_length=DIGEST, blank=True)

    class Meta:
        constraints = [
            one_of("contact_channel_known", "channel", CHANNELS),
            one_of("contact_state_known", "state", STATES),
            models.CheckConstraint(condition=Q(lane__in=[each.value for each in Lane]), name="contact_lane_known"),
            models.CheckConstraint(
                condition=Q(own_urgency=None) | Q(own_urgency__in=[each.value for each in Urgency]),
                name="contact_urgency_known",
            ),
            # Whoever waits does so since a moment; whoever talks does so with one counsellor.
            models.CheckConstraint(
                condition=~Q(state__in=("waiting", "taken")) | Q(waiting_since__isnull=False),
                name="contact_waits_since",
            ),
            models.CheckConstraint(
                condition=(Q(state="taken") & Q(taken_by__isnull=False))
                | (Q(state__in=("new", "waiting")) & Q(taken_by=None))
                | Q(state="closed"),
                name="contact_taken_by_one",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(closed_at__isnull=False)) | (~Q(state="closed") & Q(closed_at=None)),
                name="contact_closed_when",
            ),
            models.UniqueConstraint(fields=["person"], condition=~Q(state="closed"), name="contact_open_once"),
        ]
        indexes = [
            models.Index(fields=["state", "lane", "rank", "waiting_since", "id"], name="contact_queue"),
            models.Index(fields=["state", "waiting_since"], name="contact_by_time"),
            models.Index(fields=["state", "overtaken"], name="contact_overtaken"),
            models.Index(fields=["taken_by", "state"], name="contact_of_counsellor"),
            models.Index(fields=["channel", "address_digest"], name="contact_by_address"),
            models.Index(fields=["person", "-begun_at"], name="contact_of_person"),
        ]


class Message(models.Model):
    """One message. `client_id` is the sender's own number for it, so that a message sent twice stands once."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="messages")
    who = models.CharField(max_length=WORD)
    author = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body_sealed = models.BinaryField()
    reading_sealed = models.BinaryField(default=b"")  # a computer's: spans, for the counsellor
    has_numbers = models.BooleanField(default=False)
    question = models.CharField(
        max_length=WORD, blank=True, default=""
    )  # what a computer asked in it, in so many words
    client_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            one_of("message_who_known", "who", WRITERS),
            one_of("message_question_known", "question", ("", *QUESTIONS)),
            models.CheckConstraint(condition=Q(question="") | Q(who="computer"), name="message_question_of_computer"),
            models.CheckConstraint(
                condition=Q(who="counsellor", author__isnull=False) | (~Q(who="counsellor") & Q(author=None)),
                name="message_by_whom",
            ),
            models.UniqueConstraint(fields=["contact", "client_id"], name="message_once"),
        ]
        indexes = [models.Index(fields=["contact", "at", "id"], name="message_in_order")]


class Note(models.Model):
    """What a counsellor writes down for colleagues: a note, or what was tried."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=WORD)
    body_sealed = models.BinaryField()

    class Meta:
        constraints = [one_of("line_note_kind_known", "kind", ("note", "tried"))]


class Invitation(models.Model):
    """A colleague asked to take a talk over, or to join it. Nobody is given a talk that they did not accept."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="invitations")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=WORD)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            one_of("invitation_kind_known", "kind", ("hand-over", "second")),
            models.CheckConstraint(condition=~Q(by=F("to")), name="invitation_to_another"),
            models.UniqueConstraint(
                fields=["contact", "to"], condition=Q(answered_at=None), name="invitation_open_once"
            ),
        ]
        indexes = [models.Index(fields=["to", "answered_at"], name="invitation_to")]


class Screening(models.Model):
    """Answers to the ASQ, offered while somebody waits. It opens and closes nothing."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="screening")
    at = models.DateTimeField()
    answers_sealed = models.BinaryField()
