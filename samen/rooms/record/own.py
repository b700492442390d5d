"""What a person writes into their own record: a note, or something that happened. EHDS art. 5: marked as theirs."""

from datetime import datetime
from typing import Any

from samen.people.access import Ground, NotAllowed
from samen.rooms.record.fhir import Json

SYSTEM = "urn:samen:own-entry"
KINDS = ("note", "life-event")
LONGEST = 4000  # characters


def entry(kind: str, text: str, at: datetime, patient: str) -> Json:
    """Give the FHIR Observation for an own entry; `patient` is the reference to whom it is about and by whom it is.

    Raises: ValueError for another kind, an empty text or one longer than LONGEST.
    """
    if kind not in KINDS or not text.strip() or len(text) > LONGEST:
        raise ValueError(f"An own entry is one of {KINDS} with 1 to {LONGEST} characters.")
    return {
        "resourceType": "Observation",
        "meta": {"tag": [{"system": SYSTEM, "code": "own"}]},
        "status": "final",
        "category": [{"coding": [{"system": SYSTEM, "code": kind}]}],
        "code": {"coding": [{"system": SYSTEM, "code": kind}]},
        "subject": {"reference": patient},
        "performer": [{"reference": patient}],
        "effectiveDateTime": at.isoformat(),
        "valueString": text,
    }


def require_owner(ground: Ground) -> None:
    """Raise NotAllowed unless it is the person themselves who writes."""
    if ground is not Ground.OWN:
        raise NotAllowed("Only the person writes their own notes. Save a professional's entry with `door.save`.")


def text_of(resource: dict[str, Any]) -> str:
    """Give back what the person wrote."""
    return str(resource.get("valueString", ""))
