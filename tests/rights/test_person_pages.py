"""The person's own pages, through the browser's door: what they show, what one press does, and what they never ask."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people import store as people
from samen.people.roles import Scope
from samen.rights import door
from samen.rights.models.consent import Statement
from samen.rights.models.service import Case
from samen.rights.oversight import Decided, Verdict
from samen.rights.store import consent, inference
from tests import named
from tests.rights import example
from tests.rights.example import INFORM, SUGGEST, House, behave, house, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> House:
    behave.gather = behave.infer = behave.explain = None
    return house(at=timezone.now())


@pytest.fixture
def noor(made: House) -> Client:
    return named.sign_in(Client(), made.noor)


def record_of(made: House, each=INFORM):
    run(made, each, at=timezone.now())
    return inference.latest(made.own(Scope.FINDINGS), each.id)


def shows(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"rights:{name}", args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_opens_in_both_languages(made: House, noor: Client, language: str):
    noor.cookies["django_language"] = language
    released, held = record_of(made), record_of(made, SUGGEST)
    said = consent.history(made.own())[0]
    noor.post(reverse("rights:misfit", args=[released.id]), {"text": "I was ill"})
    noor.post(reverse("rights:stop"), {"kind": "system", "what": SUGGEST.id})
    case = Case.objects.get()
    pages = [
        ("me",), ("choose", SUGGEST.id), ("said",), ("record", released.id), ("record", held.id), ("human",),
        ("misfit", released.id), ("explain", released.id), ("object", released.id), ("human", released.id),
        ("case", case.id), ("requests",), ("print",), ("receipt", said.id), ("download",), ("receipt-file", said.id),
        *(("request", kind) for kind in ("access", "correct", "take-along", "erase", "restrict", "object")),
    ]  # fmt: skip
    for name, *args in pages:
        assert shows(noor, name, *args)
