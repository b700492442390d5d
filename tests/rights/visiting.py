"""Going through the person's pages as a browser does: open one, press yes or no, have something said about oneself."""

import re

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Scope
from samen.rights.store import inference
from tests.rights.example import INFORM, USE, House, run


def record_of(made: House, each=INFORM) -> inference.Shown:
    run(made, each, at=timezone.now())
    found = inference.latest(made.own(Scope.FINDINGS), each.id)
    assert found is not None
    return found


def shows(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"rights:{name}", args=args))
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def press(client: Client, answer: str, use=USE, system: str = INFORM.id, **more: str):
    return client.post(reverse("rights:say", args=[system]), {"use": use.key, "answer": answer, **more})
