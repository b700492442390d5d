"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.sensing.api import lamp
from samen.rooms.sensing.views import (
    activities,
    building,
    days,
    giving,
    joining,
    own_places,
    own_signs,
    phone,
    planning,
    running,
    signals,
    studies,
    taking,
)

app_name = "sensing"
urlpatterns: list[URLPattern] = [
    *lamp.urlpatterns,
    *days.urlpatterns,  # before signals/<stream>
    *own_signs.urlpatterns,
    *own_places.urlpatterns,
    *taking.urlpatterns,
    *joining.urlpatterns,
    *signals.urlpatterns,
    *running.urlpatterns,  # before studies/<study>
    *studies.urlpatterns,
    *giving.urlpatterns,
    *building.urlpatterns,
    *planning.urlpatterns,
    *phone.urlpatterns,
    *activities.urlpatterns,
]
