"""The addresses of this room."""

from django.urls import URLPattern

from samen.rooms.companion import api
from samen.rooms.companion.views import (
    editor,
    guide,
    guide_asked,
    guide_desk,
    history,
    leaving,
    pdf,
    plan,
    recalls,
    rhythm,
    talk,
)

app_name = "companion"
urlpatterns: list[URLPattern] = [
    *talk.urlpatterns,
    *history.urlpatterns,
    *pdf.urlpatterns,
    *leaving.urlpatterns,
    *plan.urlpatterns,
    *rhythm.urlpatterns,
    *recalls.urlpatterns,
    *guide.urlpatterns,
    *guide_asked.urlpatterns,
    *guide_desk.urlpatterns,
    *editor.urlpatterns,
    *api.urlpatterns,
]
