"""What follows when somebody adds or removes a second factor."""

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpRequest

SECOND_FACTOR = "second_factor"  # in the session: the account that added one in it


def note_added(*, request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """Let the session in which somebody set up a second factor count as opened with it; recovery codes alone do not."""
    if authenticator.type in (authenticator.Type.TOTP, authenticator.Type.WEBAUTHN):
        request.session[SECOND_FACTOR] = str(user.pk)


def note_removed(*, request: HttpRequest, **_: Any) -> None:
    """Take that back when one is removed, also for a session that was opened with it."""
    request.session.pop(SECOND_FACTOR, None)
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [each for each in records if each.get("method") != "mfa"]
