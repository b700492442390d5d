"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.sensing.api import lamp
from samen.rooms.sensing.views import activities, building, planning, signals, studies

app_name = "sensing"
urlpatterns: list[URLPattern] = [*lamp.urlpatterns, *signals.urlpatterns, *studies.urlpatterns, *building.urlpatterns, *planning.urlpatterns, *activities.urlpatterns]
