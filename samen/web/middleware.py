"""Speak the language that an account holds, on a device where nobody chose one."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


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
