"""What happens to every request: nothing too large comes in, and an account's language is spoken where none was chosen."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from samen.web import errors


def language_of_account(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Use the signed-in account's language when the device has no language cookie; stands after authentication."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.is_authenticated:
            held = getattr(request.user, "language", "")
            if held in dict(settings.LANGUAGES):
                translation.activate(held)
                request.LANGUAGE_CODE = held
        return get_response(request)

    return answer


def nothing_too_large(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what is larger than any page asks for before a byte of it is read.

    Django's own limit leaves files out: those would be written to the disk however large they are.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        if sent.isdecimal() and int(sent) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return errors.bad_request(request, RequestDataTooBig())
        return get_response(request)

    return answer
