"""What humans have entered about each AI system: where it stands, what evidence and approval it has, who moved it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from samen.people.models import one_of
from samen.people.roles import CARDS, Duty, Role
from samen.rights.words import Stage

DIGEST = 64
WORD = 40


class SystemState(models.Model):
    """One AI system as a human entered it. Its digest is compared with the running code at each run."""

    id = models.CharField(primary_key=True, max_length=WORD)
    version = models.CharField(max_length=WORD)
    digest = models.CharField(max_length=DIGEST)
    sheet = models.JSONField()
    stage = models.CharField(max_length=WORD, default=Stage.DESIGN)
    suspended_from = models.CharField(max_length=WORD, blank=True)
    pilot_cap = models.PositiveIntegerField(default=0)
    # Moves with every change that could change a decision; a permit given under another epoch releases nothing.
    epoch = models.PositiveBigIntegerField(default=1)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("system_stage_known", "stage", Stage)]


class StageChange(models.Model):
    """Who moved a system, from where to where, and why. Append-only."""

    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="changes")
    start = models.CharField(max_length=WORD)
    end = models.CharField(max_length=WORD)
    # Empty only for the machine's own act, which can suspend and nothing else.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD, blank=True)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("change_start_known", "start", Stage),
            one_of("change_end_known", "end", Stage),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(end=Stage.SUSPENDED.value), name="machine_only_suspends"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="change_has_reason"),
        ]
        indexes = [models.Index(fields=["system", "-at"], name="change_of_system")]


class ResumeHand(models.Model):
    """One of the hands that a resumption needs: one of each role, and nobody twice."""

    change = models.ForeignKey(StageChange, on_delete=models.PROTECT, related_name="hands")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "role"], name="one_hand_per_role"),
            models.UniqueConstraint(fields=["change", "by"], name="one_hand_per_human"),
            one_of("hand_role_known", "role", [role for role, card in CARDS.items() if Duty.RESUME in card.duties]),
        ]


class EvidenceFile(models.Model):
    """What a validation showed, for one stage and one digest. The protocol must be older than the results."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="evidence")
    digest = models.CharField(max_length=DIGEST)
    stage = models.CharField(max_length=WORD)
    protocol = models.TextField()
    protocol_at = models.DateTimeField()
    results_at = models.DateTimeField()
    n = models.PositiveIntegerField()
    figures = models.JSONField()  # measure -> {estimate, low, high, n, bound, met}
    passed = models.BooleanField()
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD)
    funding = models.TextField(blank=True)
    # Set when a later self-test of the same version missed a bar; a human files evidence anew, nothing sets this back.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=WORD, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(results_at__gt=F("protocol_at")), name="protocol_before_results"),
            # Who withdraws says why.
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_for="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_for="")),
                name="withdrawal_has_reason",
            ),
            models.CheckConstraint(condition=Q(n__gt=0), name="evidence_has_n"),
        ]
        indexes = [models.Index(fields=["system", "digest", "stage", "-until"], name="evidence_of_system")]


class Need(models.Model):
    """The need in people's own words, ratified by the panel, with its end."""

    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="needs")
    statements = models.JSONField()  # what people said, at least three
    without = models.TextField()  # what happens when we do nothing
    other_way = models.TextField()  # the way without technology
    ratified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD)
    ratified_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(without="") & ~Q(other_way=""), name="need_weighs_doing_nothing"),
            one_of("need_ratified_by_panel", "role", [Role.PANEL_MEMBER]),
        ]


class Seat(models.Model):
    """A seat of the panel. Nothing clinical stands here, and no clinical role can read it."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    lived_experience = models.BooleanField()
    conflict = models.TextField(blank=True)  # declared tie with a maker: the seat's ballots are not counted
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)


class Ballot(models.Model):
    """One vote on one digest. The newest of a seat counts; payment is part of its validity."""

    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="ballots")
    digest = models.CharField(max_length=DIGEST)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="ballots")
    vote = models.CharField(max_length=WORD)
    reason = models.TextField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # paid, or declined by the member
    settled_as = models.CharField(max_length=WORD, blank=True)  # "paid" or "declined"

    class Meta:
        constraints = [
            one_of("ballot_vote_known", "vote", ("yes", "no", "veto")),
            models.CheckConstraint(condition=~Q(reason=""), name="ballot_has_reason"),
        ]
        indexes = [models.Index(fields=["system", "digest", "seat", "-at"], name="ballot_of_system")]


class Approval(models.Model):
    """What the ballots on one digest add up to now: computed by `panel.tally` when a ballot or payment changes, never typed."""

    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=DIGEST)
    approved = models.BooleanField()
    vetoed = models.BooleanField()
    unpaid = models.BooleanField()
    until = models.DateTimeField(null=True)
    tally = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "digest"], name="one_approval_per_digest")]
