"""What FHIR R4 allows, as far as an importer must know it: types, ids, whose a resource is, and signs of another release.

Source: HL7 FHIR 4.0.1, hl7.org/fhir/R4 (resource list, datatypes, compartment definition "patient"); R5 differences: hl7.org/fhir/R5/diff.html.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
DEEPEST = 64  # levels of nesting; the deepest resource of the eight Synthea bundles has 9

# About nobody in particular: kept as received, not sealed. Everything else needs a person.
SHARED = frozenset(
    """ActivityDefinition CapabilityStatement CatalogEntry ChargeItemDefinition CodeSystem CompartmentDefinition ConceptMap
    DeviceDefinition DeviceMetric EffectEvidenceSynthesis Endpoint EventDefinition Evidence EvidenceVariable ExampleScenario
    GraphDefinition HealthcareService ImplementationGuide InsurancePlan Library Location Measure Medication MedicationKnowledge
    MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
    MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
    MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition NamingSystem ObservationDefinition
    OperationDefinition Organization OrganizationAffiliation PlanDefinition Practitioner PractitionerRole Questionnaire
    ResearchDefinition ResearchElementDefinition ResearchStudy RiskEvidenceSynthesis Schedule SearchParameter Slot
    SpecimenDefinition StructureDefinition StructureMap Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein
    SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification TerminologyCapabilities TestReport TestScript
    ValueSet""".split()  # noqa: SIM905
)
PERSONAL = frozenset(
    """Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
    BiologicallyDerivedProduct BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication
    CommunicationRequest Composition Condition Consent Contract Coverage CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
    DocumentReference Encounter EnrollmentRequest EnrollmentResponse EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory
    Flag Goal Group GuidanceResponse ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice
    Linkage List MeasureReport Media MedicationAdministration MedicationDispense MedicationRequest MedicationStatement
    MolecularSequence NutritionOrder Observation Patient PaymentNotice PaymentReconciliation Person Procedure Provenance
    QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment ServiceRequest Specimen SupplyDelivery
    SupplyRequest Task VerificationResult VisionPrescription""".split()  # noqa: SIM905
)
# Parts of an exchange, not records: nothing to keep.
ENVELOPES = frozenset({"Bundle", "MessageHeader", "OperationOutcome", "Parameters", "Subscription"})

R5_TYPES = frozenset(
    """ActorDefinition ArtifactAssessment BiologicallyDerivedProductDispense ConditionDefinition DeviceAssociation DeviceDispense
    DeviceUsage EncounterHistory FormularyItem GenomicStudy ImagingSelection InventoryItem InventoryReport NutritionIntake
    Permission RequestOrchestration Requirements TestPlan Transport""".split()  # noqa: SIM905
)
# Elements that R4 does not have at the top of these types, and R5 does.
R5_ELEMENTS: Mapping[str, frozenset[str]] = {
    "AllergyIntolerance": frozenset({"participant"}),
    "Condition": frozenset({"participant"}),
    "DiagnosticReport": frozenset({"composition", "note", "supportingInfo"}),
    "DocumentReference": frozenset(
        {"attester", "modality", "bodySite", "event", "facilityType", "practiceSetting", "period"}
    ),
    "Encounter": frozenset(
        {"actualPeriod", "admission", "subjectStatus", "plannedStartDate", "plannedEndDate", "careTeam"}
    ),
    "Immunization": frozenset({"administeredProduct", "informationSource", "basedOn", "supportingInformation"}),
    "MedicationAdministration": frozenset({"medication", "occurenceDateTime", "occurencePeriod", "isSubPotent"}),
    "MedicationRequest": frozenset({"medication", "effectiveDosePeriod", "renderedDosageInstruction"}),
    "MedicationStatement": frozenset({"medication", "adherence", "relatedClinicalInformation"}),
    "Observation": frozenset({"triggeredBy", "instantiatesCanonical", "instantiatesReference", "bodyStructure"}),
    "Procedure": frozenset({"occurrenceDateTime", "occurrencePeriod", "recorded", "focus", "supportingInfo"}),
    "Provenance": frozenset({"authorization", "basedOn", "patient", "encounter"}),
}

# Where a type says whose it is; the first three serve nearly all.
WHOSE = ("subject", "patient", "beneficiary", "individual", "for", "securityContext", "candidate")
WHOSE_PARTS = {"Appointment": ("participant", "actor"), "AuditEvent": ("entity", "what"), "Person": ("link", "target")}


def is_r5(resource: Json) -> bool:
    """Say whether the resource shows something that only FHIR R5 has."""
    kind = resource.get("resourceType")
    if kind in R5_TYPES or str(resource.get("fhirVersion", "4")).startswith(("5", "6")):
        return True
    profiles = (resource.get("meta") or {}).get("profile") if isinstance(resource.get("meta"), dict) else None
    if any(
        isinstance(one, str) and ("/5.0/" in one or "|5." in one)
        for one in (profiles if isinstance(profiles, list) else ())
    ):
        return True
    if R5_ELEMENTS.get(str(kind), frozenset()) & resource.keys():
        return True
    if kind == "Encounter" and isinstance(resource.get("class"), list):
        return True
    return any(_codeable_reference(value) for value in resource.values())


def _codeable_reference(value: Any) -> bool:
    """Say whether this is a CodeableReference, a datatype that came with R5."""
    if isinstance(value, list):
        return any(_codeable_reference(one) for one in value)
    return isinstance(value, dict) and (
        isinstance(value.get("concept"), dict) or isinstance(value.get("reference"), dict)
    )


def about(resource: Json) -> Iterator[str]:
    """Give the references by which a resource says whose it is (not yet resolved, not all of them to a Patient)."""
    kind = resource["resourceType"]
    for name in WHOSE:
        yield from references_in(resource.get(name))
    if kind in WHOSE_PARTS:
        outer, inner = WHOSE_PARTS[kind]
        for part in listed(resource.get(outer)):
            yield from references_in(part.get(inner))
    if kind == "Provenance":
        yield from references_in(resource.get("target"))


def references_in(value: Any) -> Iterator[str]:
    """Give the literal references of a Reference or a list of them."""
    for one in listed(value):
        if isinstance(one.get("reference"), str):
            yield one["reference"]


def listed(value: Any) -> list[Json]:
    """Give the objects of an element: a list's, one alone, none when it has any other shape."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
