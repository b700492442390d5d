"""What the made-up professionals write into the record, as FHIR R4 resources. The record adds whose they are.

Codes: act classes terminology.hl7.org/CodeSystem/v3-ActCode; conditions ICD-10, icd.who.int/browse10.
"""

from datetime import datetime, timedelta
from typing import Any

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLASSES = {"phone": "VR", "home": "HH"}  # virtual, home health; all else ambulatory
MINUTES = {"intake": 60, "group": 90, "phone": 15}


def encounter(kind: str, text: str, professional: str, at: datetime) -> dict[str, Any]:
    """Give a talk that took place."""
    ends = at + timedelta(minutes=MINUTES.get(kind, 45))
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": ACT, "code": CLASSES.get(kind, "AMB")},
        "type": [{"text": text}],
        "participant": [{"individual": {"display": professional}}],
        "period": {"start": at.isoformat(timespec="seconds"), "end": ends.isoformat(timespec="seconds")},
    }


def condition(code: str, text: str, at: datetime) -> dict[str, Any]:
    """Give a condition as it was written down."""
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": status, "code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}], "text": text},
        "recordedDate": at.isoformat(timespec="seconds"),
    }
