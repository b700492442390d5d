"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.companion.views import talk

app_name = "companion"
urlpatterns: list[URLPattern] = [
    *talk.urlpatterns,
]
