"""What every page's frame needs to know about the request: language, light or dark, places, the way back here."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from samen.people import door
from samen.people.access import Allowed, Ground
from samen.people.roles import Scope
from samen.rooms.crisis import door as crisis
from samen.web import navigation

THEME = "samen_theme"
THEMES = ("auto", "light", "dark")


def frame(request: HttpRequest) -> dict[str, object]:
    """Give base.html its values (a context processor)."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "service_name": settings.SAMEN.service_name,
        "service_phone": settings.SAMEN.service_phone,
        "demo": settings.DEMO,
        "language": language,
        "other_language": "en" if language == "nl" else "nl",
        "theme": theme(request),
        "themes": THEMES,
        "here": way_back(request),
        "places": places(request),
        "signed_in": _signed_in(request),
        "watched": _watched(request),
    }


def _watched(request: HttpRequest) -> bool:
    """Say whether a computer reads along where this person asked it to: their own pages carry a sign for as long."""
    access = getattr(request, "access", None)
    if not isinstance(access, Allowed) or access.ground is not Ground.OWN:
        return False
    return crisis.is_watched(replace(access, scope=Scope.RIGHTS), timezone.now())


def theme(request: HttpRequest) -> str:
    """Give what the reader chose, light or dark; "auto" follows the device."""
    chosen = request.COOKIES.get(THEME, "")
    return chosen if chosen in THEMES else "auto"


def places(request: HttpRequest) -> list[dict[str, object]]:
    """Give the reader's tabs whose pages exist, each with its address and whether the page lies in it."""
    reader = navigation.who(_signed_in(request), door.roles(request) if _signed_in(request) else ())
    found = [(place, address) for place in navigation.PLACES[reader] if (address := address_of(place.address))]
    current = navigation.here(request.path, [address for _, address in found])
    return [{"key": place.key, "icon": place.icon, "url": url, "current": url == current} for place, url in found]


def address_of(name: str) -> str | None:
    """Give the address of a page by name, or nothing when no room brings it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def way_back(request: HttpRequest) -> str:
    """Give the page to return to after choosing a language: this one, or where the form that was sent stands."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return "/"
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _signed_in(request: HttpRequest) -> bool:
    return hasattr(request, "user") and request.user.is_authenticated
