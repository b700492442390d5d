"""The whole address of a page, as it stands in a mail."""

from django.conf import settings
from django.urls import reverse


def address(name: str, *args: object, **named: object) -> str:
    """Give the whole address of a page of this service, by its name."""
    host = settings.SAMEN.hosts[0]
    start = f"https://{host}" if settings.SAMEN.https else f"http://{host}:{settings.SAMEN.port}"
    return start + reverse(name, args=args or None, kwargs=named or None)
