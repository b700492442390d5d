"""The walk-in door of the demo: one press signs a visitor in as a made-up person. Outside demo mode none of this exists."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from samen.people import store
from samen.people.door import DEMO, public_page
from samen.web.demo.doors import door
from samen.web.shell import address_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public_page
@require_GET
def doors(request: HttpRequest) -> HttpResponse:
    """Show every door, also to who walked in already."""
    _only_in_demo()
    return render(request, "web/demo_doors.html")


@public_page
@require_POST
def enter(request: HttpRequest, who: str) -> HttpResponse:
    """Sign the visitor in as a made-up person, and keep speaking the visitor's language."""
    _only_in_demo()
    chosen = door(who)
    account = store.account_of(chosen.email) if chosen else None
    if chosen is None or account is None:
        raise Http404
    request.session.flush()
    login(request, account, BACKEND)
    UserSession.objects.create_from_request(request)  # as signing in does: it stands in the list of one's devices
    request.session[DEMO] = True  # stands for the second factor that made-up people cannot have
    response = redirect(address_of(chosen.lands) or "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, get_language() or settings.LANGUAGE_CODE, samesite="Lax", httponly=True
    )
    return response


def _only_in_demo() -> None:
    """Refuse although the address does not exist outside demo mode either: two locks on a door without a key."""
    if not settings.DEMO:
        raise Http404
