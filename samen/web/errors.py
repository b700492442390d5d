"""Pages for when something went wrong: plain words, and a way on. The page for our own faults needs no database."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

TOO_LARGE = (RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that we could not read what was sent, or that it was too large."""
    status = 413 if isinstance(exception, TOO_LARGE) else 400
    return HttpResponse(_bare(f"{status}.html"), status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form could not be trusted, most often because the page was open for long."""
    return render(request, "403_csrf.html", status=403)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Say that we failed. Reads neither session nor database: those may be what failed."""
    return HttpResponseServerError(_bare("500.html"))


def _bare(template: str) -> str:
    return render_to_string(template, {"language": get_language() or "en", "theme": "auto", "bare": True})
