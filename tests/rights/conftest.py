"""A service in order around Noor, and the browsers of two people in care."""

import pytest
from django.test import Client
from django.utils import timezone

from tests import named
from tests.rights.example import House, behave, house


@pytest.fixture
def made() -> House:
    """A service in which everything that a run needs is in order now."""
    behave.gather = behave.infer = behave.explain = None
    behave.seen.clear()
    return house(at=timezone.now())


@pytest.fixture
def noor(made: House) -> Client:
    """Noor's browser, in English."""
    client = named.sign_in(Client(), made.noor)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def kim(made: House) -> Client:
    """The browser of somebody who never said anything."""
    client = named.sign_in(Client(), named.kim())
    client.cookies["django_language"] = "en"
    return client
