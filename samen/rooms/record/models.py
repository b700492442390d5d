"""Tables of the record: what is known of a resource without opening it, every version it had, and by what it can be found.

The columns for searching are plain text and few on purpose: type, date, code, status, category, origin. They say that
somebody had a visit on a day; what was said there lies sealed in the version, under that person's key.
"""

from django.db import models
from django.db.models import Q

from samen.people.models import Person

ORIGINS = ("import", "own", "product", "placeholder")


class Resource(models.Model):
    """One FHIR resource, of one person or (a practitioner, a location) of nobody in particular."""

    type = models.CharField(max_length=64)
    fhir_id = models.CharField(max_length=64)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.BigIntegerField()  # place in the row of all writes; moves with every version
    version = models.PositiveIntegerField()
    updated_at = models.DateTimeField()
    date = models.DateTimeField(
        null=True
    )  # when it happened; without a zone it is read in the service's, for order only
    code = models.CharField(max_length=255, blank=True)  # system|code of the first coding, or the questionnaire
    status = models.CharField(max_length=32, blank=True)
    category = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=16)
    deleted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "fhir_id"], name="resource_one_per_id"),
            models.CheckConstraint(condition=Q(origin__in=ORIGINS), name="resource_origin_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="resource_has_a_version"),
            # A person's own words are somebody's: they can never lie unsealed among the shared resources.
            models.CheckConstraint(
                condition=~Q(origin="own") | Q(person__isnull=False), name="resource_own_is_somebodys"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-date", "-id"], name="resource_timeline"),
            models.Index(fields=["person", "type", "-date", "-id"], name="resource_timeline_of_type"),
            models.Index(fields=["type", "person", "order"], name="resource_in_order"),
            models.Index(fields=["person", "code", "-date"], name="resource_by_code"),
            models.Index(fields=["-order"], name="resource_last"),
        ]


class Version(models.Model):
    """One version of a resource, the current one too. Rows are added and never changed."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    body = models.BinaryField()  # see bodies.py; sealed when the resource is somebody's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "number"], name="version_once")]


class Identifier(models.Model):
    """By what a resource can be found: a keyed digest of type, system and value, so that no number stands here in plain."""

    digest = models.CharField(max_length=43)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="identifiers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "resource"], name="identifier_once")]
