"""Saving what the product itself makes: answers, scores, a person's own notes. One at a time or many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from samen.people.access import Allowed, Ground, NotAllowed
from samen.rooms.record import canonical
from samen.rooms.record.bodies import Body
from samen.rooms.record.fhir import ID, PERSONAL, Json
from samen.rooms.record.models import Resource
from samen.rooms.record.store.writing import Write, write


@dataclass(frozen=True)
class Saved:
    """Where something was put: `Type/id` and the version that this became."""

    ref: str
    version: int


def save_many(each: Sequence[tuple[Allowed, Json]], *, origin: str, now: datetime) -> list[Saved]:
    """Save one resource per access decision, all or none, with a handful of statements.

    A resource without id gets one; with the id of one that is there it becomes that one's next version.
    Raises: NotAllowed when it is another person's, or a person would change what a professional wrote; ValueError when it
    is not a resource about somebody.
    """
    named = [(grant, _named(resource)) for grant, resource in each]
    held = _held([resource for _, resource in named])
    patients = patient_refs({grant.person for grant, _ in each})
    writes = []
    for grant, resource in named:
        row = held.get((resource["resourceType"], resource["id"]))
        if row:
            _may_change(row, grant, origin)
        resource.setdefault(_whose(resource["resourceType"]), {"reference": patients[grant.person]})
        text = canonical.write(resource)
        writes.append(Write(type=resource["resourceType"], fhir_id=resource["id"], person=grant.person,
                            body=Body(text, {}), origin=origin, row=row.pk if row else None))  # fmt: skip
    rows = write([grant for grant, _ in each], writes, now=now)
    return [Saved(f"{row.type}/{row.fhir_id}", row.version) for row in rows]


def patient_refs(people: Collection[UUID]) -> Mapping[UUID, str]:
    """Give by what others refer to each person: their Patient resource, or the id we would give one."""
    known = (
        Resource.objects.filter(type="Patient", person__in=list(people))
        .order_by("-pk")
        .values_list("person", "fhir_id")
    )
    return {person: f"Patient/{person}" for person in people} | {
        person: f"Patient/{fhir_id}" for person, fhir_id in known
    }


def _named(resource: Json) -> Json:
    if resource.get("resourceType") not in PERSONAL:
        raise ValueError(f'"{resource.get("resourceType")}" is not a kind of resource about a person.')
    if not ID.fullmatch(str(resource.get("id", "new"))):
        raise ValueError("A FHIR id has 1 to 64 letters, digits, dashes and dots.")
    kind = resource["resourceType"]
    return {"resourceType": kind, "id": resource.get("id") or str(uuid4())} | {
        name: value for name, value in resource.items() if name not in ("resourceType", "id")
    }


def _held(resources: Sequence[Json]) -> dict[tuple[str, str], Resource]:
    rows = Resource.objects.filter(fhir_id__in=[resource["id"] for resource in resources])
    return {(row.type, row.fhir_id): row for row in rows}


def _may_change(row: Resource, grant: Allowed, origin: str) -> None:
    if row.person_id != grant.person:
        raise NotAllowed("This id belongs to a resource about somebody else.")
    if (grant.ground is Ground.OWN or origin == "own") and row.origin != "own":
        raise NotAllowed("What a person adds never changes what a professional wrote. Save it as a new resource.")
    if row.origin == "own" and grant.ground is not Ground.OWN:
        raise NotAllowed("Only the person changes what the person wrote.")


def _whose(kind: str) -> str:
    return "patient" if kind in _BY_PATIENT else "subject"


_BY_PATIENT = frozenset(
    """AllergyIntolerance Claim ClaimResponse Consent DetectedIssue EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory
    Immunization ImmunizationRecommendation NutritionOrder RelatedPerson VisionPrescription""".split()  # noqa: SIM905
)
