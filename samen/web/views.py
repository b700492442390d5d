"""The house's own pages: home, help, choices of language and light, parts, and what a browser asks for by itself."""

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import public_page
from samen.rooms.crisis.door import numbers as help_numbers
from samen.web.shell import THEME, THEMES, address_of, places
from samen.words import say

YEAR = 365 * 24 * 3600  # seconds that a choice of language or light is kept


@public_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Say what Samen is, or bring who is signed in to the first of their places: a person to their day."""
    if request.user.is_authenticated and (mine := places(request)):
        return redirect(str(mine[0]["url"]))
    return render(request, "web/home.html", {"register": address_of("rights:register")})


@public_page
@require_GET
def help_now(request: HttpRequest, country: str = "") -> HttpResponse:
    """Show whom to call, for everyone; the service's country first, the others one press away."""
    return render(request, "web/help.html", _help(country or settings.SAMEN.country, _language()))


@public_page
@require_GET
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """Give the page that a browser keeps for when there is no connection: the numbers, in one language."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        response = render(request, "web/offline.html", _help(settings.SAMEN.country, language))
    response.headers["Content-Language"] = language
    return response


def _help(country: str, language: str) -> dict[str, object]:
    if country not in help_numbers.COUNTRIES:
        raise Http404
    numbers = help_numbers.load(language, timezone.localdate())
    lists = {each: help_numbers.of_country(numbers, each) for each in help_numbers.COUNTRIES}
    return {
        "country": country,
        "countries": help_numbers.COUNTRIES,
        "numbers": lists.pop(country),
        "elsewhere": lists,
        "own_phone": settings.SAMEN.service_phone,
        "bare": True,
    }


@public_page
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language, on the device and on their account, and bring them back to the page."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, chosen)
        if request.user.is_authenticated and getattr(request.user, "language", chosen) != chosen:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@public_page
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep whether the reader wants light, dark, or what the device says, and bring them back to the page."""
    chosen = request.POST.get("theme", "")
    response = _back(request)
    if chosen in THEMES:
        _keep(response, THEME, chosen)
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    to = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(to if safe else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SAMEN.https, httponly=True)


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


@public_page
@require_GET
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the site to a phone that puts it on its home screen."""
    language = _language()
    icon = {"src": static("samen/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JsonResponse(
        {
            "name": settings.SAMEN.service_name,
            "short_name": settings.SAMEN.service_name,
            "description": say("web.home.lead", language),
            "lang": language,
            "start_url": "/",
            "scope": "/",
            "display": "browser",
            "background_color": "#FAF7F2",
            "theme_color": "#FAF7F2",
            "icons": [icon, {"src": static("samen/icon-192.png"), "sizes": "192x192", "type": "image/png"}],
        },
        content_type="application/manifest+json",
    )


@public_page
@require_GET
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Give the script that keeps the help page for when there is no connection; from the root, so that it may."""
    path = finders.find("samen/worker.js")
    if not isinstance(path, str):
        raise Http404
    with open(path, encoding="utf-8") as script:
        return HttpResponse(script.read(), content_type="text/javascript")


@public_page
@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers to the public pages."""
    rules = "User-agent: *\nAllow: /$\nAllow: /help\nAllow: /register\nAllow: /static/\nDisallow: /\n"
    return HttpResponse(rules, content_type="text/plain")
