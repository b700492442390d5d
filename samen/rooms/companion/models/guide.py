"""The guide to services: each service as its HSDS document, and the columns and rows that it is found by. Nobody's data."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q

NAME = 300
CODE = 40


class Organization(models.Model):
    """Who offers a service."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=NAME)
    document = models.JSONField()

    class Meta:
        db_table = "companion_guide_organization"


class Service(models.Model):
    """What a service is found by, drawn from its document, which lies apart so that these rows stay small."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.SET_NULL, related_name="services")
    name = models.CharField(max_length=NAME)
    country = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=CODE)
    anywhere = models.BooleanField()  # can be used without going somewhere
    free = models.BooleanField(null=True)
    youngest = models.PositiveSmallIntegerField(null=True)
    oldest = models.PositiveSmallIntegerField(null=True)
    has_language = models.BooleanField()
    checked = models.DateField(null=True)
    certain = models.BooleanField()
    listed = models.CharField(
        max_length=100, blank=True
    )  # its name in our own lists; empty for a service's own entries
    listed_digest = models.CharField(max_length=64, blank=True)  # of the entry of our lists that was last taken over
    edited = models.BooleanField(default=False)  # changed here: a release never writes over it
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "companion_guide_service"
        indexes = [
            models.Index(fields=["country", "status", "anywhere", "name"], name="guide_of_country"),
            models.Index(fields=["changed_at"], name="guide_changed"),
        ]
        constraints = [
            # An entry of our lists is there once.
            models.UniqueConstraint(fields=["listed"], condition=~Q(listed=""), name="guide_listed_once")
        ]

    @property
    def document(self) -> dict[str, Any]:
        """Give the service as HSDS writes it."""
        document: dict[str, Any] = self.text.document
        return document


class Document(models.Model):
    """A service as HSDS writes it: what counts."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, primary_key=True, related_name="text")
    document = models.JSONField()

    class Meta:
        db_table = "companion_guide_document"


class Place(models.Model):
    """A place at which a service is offered, by the id of what joins the two (HSDS service_at_location)."""

    id = models.UUIDField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="places")

    class Meta:
        db_table = "companion_guide_place"


class Spot(models.Model):
    """Where on the map a service can be visited."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="spots")
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        db_table = "companion_guide_spot"
        indexes = [models.Index(fields=["latitude", "longitude", "service"], name="guide_spot_where")]


class Facet(models.Model):
    """One value that a service is found by: a need, a language, or a way in which it is accessible."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=CODE)

    class Meta:
        db_table = "companion_guide_facet"
        indexes = [models.Index(fields=["kind", "value", "service"], name="guide_facet_value")]


class Word(models.Model):
    """A word that stands in a service or in what people say for its needs; as `tokens.py` writes it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=24)
    weight = models.FloatField()

    class Meta:
        db_table = "companion_guide_word"
        indexes = [models.Index(fields=["word", "service", "weight"], name="guide_word")]


class Report(models.Model):
    """What visitors said is wrong with an entry: one row for each sort until an editor looked, however often it was said."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=CODE)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=NAME, blank=True)

    class Meta:
        db_table = "companion_guide_report"
        constraints = [
            # Said a thousand times, it is one line for the editors.
            models.UniqueConstraint(
                fields=["service", "kind"], condition=Q(settled_at=None), name="guide_one_open_report"
            )
        ]


class Change(models.Model):
    """What an editor did to an entry, or a release: kept as long as the entry."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    account = models.UUIDField(null=True)  # null: a release or a file
    name = models.CharField(max_length=NAME)  # who, as the history shows it
    what = models.CharField(max_length=CODE)  # listed, imported, edited, checked, added
    fields = models.JSONField(default=dict)  # field: [before, after]

    class Meta:
        db_table = "companion_guide_change"
        indexes = [models.Index(fields=["service", "-at"], name="guide_history")]
