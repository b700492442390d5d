"""The language model is off by default, and where humans keep it off their reason stands where everybody reads it."""

import pytest
from django.utils import timezone

from samen.rights import gate
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.companion import systems
from samen.web.demo import companion, texts
from tests import named
from tests.rooms.companion import in_use
from tests.rooms.crisis import service


@pytest.mark.django_db
def test_the_made_up_service_keeps_the_language_model_off_and_says_why_in_the_register(client):
    crew, words = service.in_service(), texts.read("companion")["off"]
    register.enter(systems.REPHRASE, at=timezone.now())
    companion._kept_off({"visser": crew.lead}, words, timezone.now())
    assert register.states()[systems.REPHRASE.id].stage == Stage.SUSPENDED
    page = client.get(f"/register/{systems.REPHRASE.id}/", headers={"accept-language": "nl"}).content.decode()
    assert words["reason"].split(".")[0] in page
    noor = named.person("Noor", "nl")
    in_use.says_yes(noor, "nl", system=systems.REPHRASE)
    denied = gate.run(systems.REPHRASE, person=noor.id)
    assert isinstance(denied, Denied)
    assert denied.code in ("SUSPENDED", "EXTRA_MISSING")
