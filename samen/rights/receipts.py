"""Receipts that a person keeps: what they said or stopped, in a form that machines read, with the proof that it is on the log.

The consent part follows the structure of ISO/IEC TS 27560:2023 as W3C's Data Privacy Vocabulary writes it down
(https://w3id.org/dpv/guides/consent-27560, read November 2026). The proof is a ledger receipt (samen/ledger/receipt.py):
`samen audit verify FILE` and the verification kit read it as it is; `problems` also holds the readable part against it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.ledger import receipt as ledger
from samen.ledger.checkpoint import PublicKey
from samen.rights.words import Category, Purpose, Recipient, Use

SCHEMA = "https://w3id.org/dpv/schema/iso-27560#receipt-full"
VERSION = "samen-consent-receipt/1"
STOP_VERSION = "samen-stop-receipt/1"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "samen": "urn:samen:rights#",
}
# The nearest term of the vocabulary; our own word always stands beside it.
PERSONAL_DATA: Mapping[Category, str] = {
    Category.QUESTIONNAIRES: "pd:MentalHealth",
    Category.NOTES: "pd:MentalHealth",
    Category.LIFE_EVENTS: "pd:LifeHistory",
    Category.DIAGNOSES: "pd:MedicalHealth",
    Category.MEDICATION: "pd:Prescription",
    Category.CONTACTS: "pd:HealthHistory",
    Category.TALK: "pd:Communication",
    Category.MESSAGES: "pd:Communication",
    Category.SLEEP: "pd:Health",
    Category.STEPS: "pd:Health",
    Category.LOCATION: "pd:Location",
    Category.SCREEN: "pd:Behavioral",
    Category.CALLS: "pd:CommunicationsMetadata",
    Category.GENETIC: "pd:Genetic",
    Category.MOVEMENT: "pd:Behavioral",
    Category.HEART: "pd:Health",
    Category.NEARBY: "pd:Location",
}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.SELF_UNDERSTANDING: "dpv:PersonalisedBenefits",
    Purpose.CARE: "dpv:ServiceProvision",
    Purpose.SAFETY: "dpv:ServiceProvision",
    Purpose.NAVIGATION: "dpv:ServiceProvision",
    Purpose.RESEARCH: "dpv:ResearchAndDevelopment",
}
RECIPIENTS: Mapping[Recipient, str] = {Recipient.PERSON: "dpv:DataSubject", Recipient.VENDOR: "dpv:DataProcessor"}


@dataclass(frozen=True)
class Event:
    """One statement about this use, in the life of the consent."""

    yes: bool
    at: datetime


@dataclass(frozen=True)
class Service:
    """Who is responsible for the data, as the receipt names it."""

    name: str
    contact: str


@dataclass(frozen=True)
class Consent:
    """What one statement was about."""

    id: UUID
    person: UUID
    system: str
    use: Use
    yes: bool
    at: datetime
    until: datetime | None
    language: str
    words: str  # digest of the notice that was read
    taught_back: bool
    events: tuple[Event, ...]  # of this use, oldest first, this one among them
    since: datetime | None = None  # of a yes to a stream: for what was measured from then on


def statuses(events: Sequence[Event]) -> list[str]:
    """Give the status that each event brought about: given, refused, or withdrawn (a no after a yes)."""
    found, given = [], False
    for event in events:
        found.append("given" if event.yes else "withdrawn" if given else "refused")
        given = event.yes
    return found


def consent(said: Consent, service: Service, proof: ledger.Receipt, made: datetime) -> dict[str, Any]:
    """Give the receipt of one statement: a JSON-LD record, and the proof that it is on the log."""
    return {**_proof(proof), "record": _record(said, service, made)}


def stop(what: Mapping[str, object], service: Service, proof: ledger.Receipt, made: datetime) -> dict[str, Any]:
    """Give the receipt of a stop. `what` holds the words of `store.stopping.secret`, and when it was done."""
    record = {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{what['stop']}",
        "@type": "samen:StopReceipt",
        "schemaVersion": STOP_VERSION,
        "dct:created": made.isoformat(),
        "dpv:hasDataController": _controller(service),
        "dpv:hasDataSubject": _subject(what["person"]),
        "samen:stopped": {"kind": what["kind"], "what": what["what"]},
        "samen:ordered": what["ordered"],
        "samen:done": what["done"],
        "samen:epoch": what["epoch"],
        "samen:cleared": what["cleared"],
    }
    return {**_proof(proof), "record": record}


def problems(text: str | bytes, key: PublicKey) -> list[str]:
    """Give what is wrong with a receipt file, each as a sentence; nothing when it holds.

    Beyond the log's own proof it asks whether the readable record says what the log is bound to.
    Raises: samen.ledger.receipt.BadReceipt for a file that is none.
    """
    proof = ledger.from_json(text)
    found = ledger.verify_receipt(proof, key)
    record = json.loads(text).get("record")
    if not isinstance(record, Mapping):
        return [*found, "The file has no record of what was said."]
    if proof.secret is None:
        return [*found, "What this was about has been erased; only its place on the log can be shown."]
    if claims(record) != dict(proof.secret):
        found.append("The record says something else than the log is bound to.")
    return found


def claims(record: Mapping[str, Any]) -> dict[str, object]:
    """Give what a readable record claims, in the words that the log is bound to; empty when it cannot be read."""
    try:
        person = record["dpv:hasDataSubject"]["@id"].removeprefix("urn:uuid:")
        if record["schemaVersion"] == STOP_VERSION:
            return {
                "stop": record["@id"].removeprefix("urn:uuid:"),
                "person": person,
                "kind": record["samen:stopped"]["kind"],
                "what": record["samen:stopped"]["what"],
                "ordered": record["samen:ordered"],
                "epoch": record["samen:epoch"],
                "cleared": record["samen:cleared"],
            }
        process = record["dpv:hasProcess"]
        use = ".".join(process[part]["samen:word"] for part in PARTS)
        since = {"since": process["samen:since"]} if "samen:since" in process else {}
        return {
            **since,
            "person": person,
            "subject": process["samen:system"],
            "use": use,
            "yes": record["dpv:hasConsentStatus"]["samen:yes"],
            "at": record["dpv:hasConsentStatus"]["dpv:isIndicatedAtTime"],
        }
    except (KeyError, TypeError, AttributeError):
        return {}


PARTS = ("dpv:hasPersonalData", "dpv:hasPurpose", "dpv:hasRecipient")
STATUS = {"given": "dpv:ConsentGiven", "refused": "dpv:ConsentRefused", "withdrawn": "dpv:ConsentWithdrawn"}


def _record(said: Consent, service: Service, made: datetime) -> dict[str, Any]:
    events = [
        {"@type": STATUS[status], "dpv:isIndicatedAtTime": event.at.isoformat(), "dpv:isIndicatedBy": _id(said.person)}
        for status, event in zip(statuses(said.events), said.events, strict=True)
    ]
    own = next((row for row, event in zip(events, said.events, strict=True) if event.at == said.at), {})
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{said.id}",
        "@type": "dpv:ConsentReceipt",
        "schemaVersion": VERSION,
        "dct:conformsTo": SCHEMA,
        "dct:identifier": str(said.id),
        "dct:created": made.isoformat(),
        "dct:language": said.language,
        "dpv:hasDataSubject": _subject(said.person),
        "dpv:hasDataController": _controller(service),
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"],
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:language": said.language,
            "samen:sha256": said.words,
            "samen:taughtBack": said.taught_back,
        },
        "dpv:hasProcess": _process(said),
        "dpv:hasConsentStatus": {
            "@type": own.get("@type", STATUS["given" if said.yes else "refused"]),
            "samen:yes": said.yes,
            "dpv:isIndicatedAtTime": said.at.isoformat(),
            "dpv:isIndicatedBy": _id(said.person),
            "dpv:hasIndicationMethod": {"dct:description": "One press of a button, by the person, signed in."},
        },
        "samen:events": events,
    }


def _process(said: Consent) -> dict[str, Any]:
    use = said.use
    ends = (
        {"@type": "dpv:UntilTimeDuration", "dct:valid": said.until.isoformat()}
        if said.until
        else {"@type": "dpv:EndlessDuration"}
    )
    return {
        "@type": "dpv:Process",
        "samen:system": said.system,
        "dpv:hasPersonalData": {"@id": PERSONAL_DATA[use.category], "samen:word": str(use.category)},
        "dpv:hasPurpose": {"@id": PURPOSES[use.purpose], "samen:word": str(use.purpose)},
        "dpv:hasRecipient": {"@id": RECIPIENTS.get(use.recipient, "dpv:Recipient"), "samen:word": str(use.recipient)},
        "dpv:hasDuration": ends,
        **({"samen:since": said.since.isoformat()} if said.since else {}),
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDeletion",
            "dct:description": "What the system said is cleared when the person stops it or has it erased.",
        },
    }


def _subject(person: object) -> dict[str, str]:
    return {"@id": _id(person), "@type": "dpv:Patient"}


def _id(person: object) -> str:
    return f"urn:uuid:{person}"


def _controller(service: Service) -> dict[str, str]:
    return {"@type": "dpv:DataController", "schema:name": service.name, "dpv:hasContact": service.contact}


def _proof(proof: ledger.Receipt) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(ledger.to_json(proof))
    return fields
