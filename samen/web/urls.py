"""Every address of the product. Rooms bring their own; nothing is decided here."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from samen.web import views
from samen.web.rooms import ROOMS
from samen.web.style import error_page, style
from samen.web.today import today

handler400 = "samen.web.errors.bad_request"
handler500 = "samen.web.errors.our_fault"

# A floor or room without pages has no `urls`.
FLOORS = ("samen.people.urls", "samen.rights.urls", *(f"samen.rooms.{room}.urls" for room in ROOMS))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("today", today, name="today"),
    path("help", views.help_now, name="help"),
    path("help/<slug:country>", views.help_now, name="help_of"),
    path("offline/<slug:language>", views.offline, name="offline"),
    path("language", views.choose_language, name="choose_language"),
    path("theme", views.choose_theme, name="choose_theme"),
    path("style", style, name="style"),
    path("style/error/<slug:code>", error_page, name="style_error"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", views.worker, name="worker"),
    path("robots.txt", views.robots, name="robots"),
    path("account/", include("allauth.urls")),
    *([path("demo/", include("samen.web.demo.urls"))] if settings.DEMO else []),
    *(path("", include(floor)) for floor in FLOORS if find_spec(floor)),
]
