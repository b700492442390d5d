"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.crisis.views import policy

app_name = "crisis"
urlpatterns: list[URLPattern] = [*policy.urlpatterns]
