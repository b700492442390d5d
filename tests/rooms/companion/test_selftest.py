"""The room's self-test as a command: what it takes away when a bound is missed."""

import json

import pytest

from samen.ledger import store as ledger
from samen.ledger.checkpoint import BadCheckpoint
from samen.rights import gate, testing
from samen.rights.shares import share
from samen.rights.words import Denied, Released
from samen.rooms.companion import systems
from samen.rooms.companion.commands import selftest
from tests import named
from tests.rooms.companion import in_use


@pytest.mark.django_db
def test_a_bound_that_is_missed_stops_the_system_for_everybody_until_a_human_files_evidence_anew():
    in_use.let_in(systems.GUIDE)
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    assert isinstance(gate.run(systems.GUIDE, person=noor.id), Released)
    good = {each.measure: share([each.at_least] * 400) for each in systems.GUIDE.manifest.evidence}
    assert testing.measured(systems.GUIDE, good) == []
    assert isinstance(gate.run(systems.GUIDE, person=noor.id), Released)
    assert testing.measured(systems.GUIDE, {**good, "said": share([False] * 400)}) == ["said"]
    stopped = gate.run(systems.GUIDE, person=noor.id)
    assert isinstance(stopped, Denied)
    assert stopped.code == "NOT_VALIDATED"


@pytest.mark.django_db
def test_the_report_that_is_kept_is_signed_so_that_a_change_in_it_shows(tmp_path):
    out = tmp_path / "report.note"
    selftest._write(out, {"hard_rules": share([True] * 9)}, [])
    kept = out.read_text("utf-8")
    assert json.loads(ledger.verify_text(kept))["figures"]["hard_rules"][0] == 1.0
    with pytest.raises(BadCheckpoint):
        ledger.verify_text(kept.replace(systems.TALK.digest, "0" * 64))
