"""The ledger's tables. Triggers (`guards.py`) refuse every change but growing and forgetting a salt."""

from django.db import models


class Leaf(models.Model):
    """One leaf. Body and hash are public; salt and subject stay inside and are emptied when a subject is forgotten."""

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=32, db_index=True)
    body = models.TextField()  # canonical JSON, the very text that was hashed
    hash = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=64, null=True)
    subject = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject"], name="ledger_leaf_by_subject", condition=models.Q(subject__isnull=False)),
        ]
        constraints = [
            # A place before the first leaf does not exist.
            models.CheckConstraint(condition=models.Q(index__gte=0), name="ledger_leaf_place"),
        ]


class Head(models.Model):
    """The one row that says how far the log is: whoever appends locks it first, so places have no gaps."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField()  # roots of the complete subtrees, largest first, 32 bytes each
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            # Two heads would be two logs.
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_head_is_one"),
        ]


class Tile(models.Model):
    """256 neighbouring hashes of the tree, for proofs."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    root = models.BinaryField(max_length=32)  # before the long column, so that SQLite reads it without the rest
    hashes = models.BinaryField(max_length=8192)

    class Meta:
        constraints = [
            # A part of the tree is written once.
            models.UniqueConstraint(fields=["level", "index"], name="ledger_tile_once"),
        ]


class Checkpoint(models.Model):
    """A signed size and root."""

    size = models.BigIntegerField(unique=True)  # one root for each size: a second would be a fork
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()
