"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.crisis import api
from samen.rooms.crisis.views import (
    audit,
    candidates,
    console,
    contact,
    drift,
    labels,
    live,
    misses,
    points,
    policy,
    selftest,
    watching,
)

app_name = "crisis"
urlpatterns: list[URLPattern] = [
    *contact.urlpatterns,
    *console.urlpatterns,
    *live.urlpatterns,
    *api.urlpatterns,
    *policy.urlpatterns,
    *selftest.urlpatterns,
    *labels.urlpatterns,
    *candidates.urlpatterns,
    *points.urlpatterns,
    *drift.urlpatterns,
    *misses.urlpatterns,
    *audit.urlpatterns,
    *watching.urlpatterns,
]
