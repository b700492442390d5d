"""What people read of a study before they take part, who wrote it, and who else opened it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from samen.rooms.sensing.models.way_in import Study


class Leaflet(models.Model):
    """A study as people read it. Without an opened one nobody can take part; whoever wrote it cannot open it."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="leaflet")
    who = models.CharField(max_length=200)  # does it, and how to reach them
    why_en = models.TextField()
    why_nl = models.TextField()
    streams = models.JSONField()  # that it asks for
    until = models.DateField()  # the last day
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_by=None, opened_at=None)
                | Q(opened_by__isnull=False, opened_at__isnull=False) & ~Q(opened_by=F("written_by")),
                name="sensing_leaflet_opened_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(opened_at__isnull=False), name="sensing_leaflet_ends_once_open"
            ),
        ]

    def __str__(self) -> str:
        """Give the name of its study."""
        return self.study.name

    @property
    def state(self) -> str:
        """Say where it stands: written, open or ended."""
        if self.ended_at is not None:
            return "ended"
        return "written" if self.opened_at is None else "open"
