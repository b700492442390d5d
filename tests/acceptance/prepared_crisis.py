"""What stands for the blanks in the crisis room's addresses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from samen.rights import door as rights
from samen.rooms.crisis.drift import Sign
from samen.rooms.crisis.store import candidates, drift, policies, selftest, watching
from samen.rooms.crisis.triage import Policy
from tests.rights import example
from tests.rooms.crisis import labelled
from tests.rooms.crisis.made_reports import made_report
from tests.rooms.crisis.sampled import sampled


def samples(house: example.House, now: datetime) -> dict[str, Any]:
    """Make what the addresses of the help line are about."""
    proposed = policies.propose(Policy(0, 0.1, 30), "Nights are quiet here", by=house.lead, at=now)
    contact, token = watching.name_contact(house.own(), "Mum", "mum@example.org", at=now)
    systems = [each for each in rights.systems() if each.id.startswith("crisis.")]
    report = selftest.keep(made_report(systems, at=now), at=now)
    found = labelled.agreed(["one", "two"], [labelled.DANGER, labelled.SAFE])
    made = labelled.kept(by=house.lead, at=now)
    version = labelled.point(by=house.lead, at=now)
    sample, review = sampled(by=house.lead, at=now)
    drift.tell("nl", "a" * 64, Sign("alarms", 0.4, 0.0, 0.2), at=now)
    return {
        "found": found.id,
        "item": found.items.first().pk,
        "sample": sample.id,
        "crisis:audit-item.item": sample.items.first().pk,
        "review": review.id,
        "candidate": made.id,
        "proposal": candidates.propose("nl", made.id, "It hears more", by=house.lead, at=now).pk,
        "crisis:points-approve.version": version,
        "notice": drift.open_ones()[0].pk,
        "test": report.id,
        "crisis:policy-approve.version": proposed.version,
        "contact": contact,
        "invitation": 1,  # one that nobody made: the console says nothing was asked
        "alert": UUID(int=1),  # one that had ended, or never was: the page says so
        "crisis:asked.token": token,
        "crisis:told.token": "rehearsal",
    }
