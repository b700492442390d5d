"""Made-up FHIR for tests, and the ways in which it comes in."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from samen.rooms.record import source
from samen.rooms.record.store import intake

SYNTHEA = Path(__file__).parents[2] / "shared" / "data" / "synthea"
needs_synthea = pytest.mark.skipif(
    not SYNTHEA.is_dir(),
    reason="the eight Synthea bundles are not at ../shared/data/synthea: put the shared data there to run this",
)


def urn(number):
    """Give a urn:uuid that is easy to read in a failure."""
    return f"urn:uuid:00000000-0000-0000-0000-{number:012}"


def patient(number=1, **more):
    """Give an entry with a Patient."""
    name = [{"use": "official", "given": ["Noor"], "family": f"Test{number}"}]
    return entry(number, {"resourceType": "Patient", "name": name, **more})


def note(number=2, about=1, **more):
    """Give an entry with an Observation about a Patient of the same bundle."""
    subject = {"reference": urn(about)}
    code = {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]}
    return entry(number, {"resourceType": "Observation", "status": "final", "code": code, "subject": subject, **more})


def entry(number, resource, **more):
    """Give an entry whose resource carries the id of its urn."""
    named = {"resourceType": resource["resourceType"], "id": urn(number)[9:]} | resource
    return {
        "fullUrl": urn(number),
        "resource": named,
        "request": {"method": "POST", "url": resource["resourceType"]},
        **more,
    }


def bundle(*entries):
    """Give the text of a transaction bundle."""
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": list(entries)})


def take(text, *, lines=False, file="file.json"):
    """Take a text in, and give the rows of the report."""
    pieces = source.take_apart(text, lines=lines)
    return [row for rows in intake.take_in(pieces, file=file, now=timezone.now()) for row in rows]


def outcomes(text, **how):
    """Take a text in, and give outcome and code of each row."""
    return sorted((row.outcome, row.code) for row in take(text, **how))
