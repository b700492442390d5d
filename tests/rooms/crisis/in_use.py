"""Bringing an AI system of the crisis room into use in a test, the real way: entered, evidence, need, votes, moved by a lead."""

from datetime import timedelta

from django.utils import timezone

from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import systems as register
from samen.rights.words import Stage
from tests.rights import example
from tests.rights.example import House


def in_use(each: Registered, made: House) -> None:
    """Bring a system to the pilot, with figures that meet its own bounds."""
    at = timezone.now() - timedelta(hours=1)
    register.enter(each, at=at)
    figures = [
        register.Figure(bound.measure, *((1.0, 1.0, 1.0) if bound.at_least else (0.0, 0.0, 0.0)), 400)
        for bound in each.manifest.evidence
    ]
    given = {"protocol": "bars.py", "protocol_at": at - timedelta(days=30), "results_at": at, "by": made.lead}
    register.file_evidence(each, Stage.PILOT, figures, **given)
    said = ["I would want it", "For me", "It should be my choice"]
    register.ratify_need(
        each,
        said,
        without="Nobody knows.",
        other_way="I call.",
        until=at + timedelta(days=300),
        by=made.panel[0],
        at=at,
    )
    for member in made.panel:
        register.vote(each, Vote.YES, by=member, reason="It is clear", at=at)
    example.settle_all(made, at)
    register.move(each, Stage.PILOT, by=made.lead, reason="Start small", at=at, cap=50)
