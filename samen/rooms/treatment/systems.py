"""The AI system of this room so far: `progress-watch`."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from samen.people.roles import Role
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.words import (
    Aim,
    Category,
    Context,
    Denied,
    Evidence,
    Gathered,
    Gives,
    Oversight,
    Permit,
    Purpose,
    Recipient,
    RiskClass,
    System,
    Use,
)
from samen.rooms.record import door as record
from samen.rooms.treatment import course, fhir, inference, store, validation

MADE_UP = 4000  # people of a validation: with fewer the intervals are too wide for the bounds below


def gather(permit: Permit) -> Gathered:
    """Read one person's questionnaires: what the permit names, and nothing more."""
    if permit.person is None:
        raise ValueError("A permit without a person reads nobody's record: a validation run brings its own material.")
    rights.require(permit, Category.QUESTIONNAIRES, permit.person)
    points, _ = store.read_course(permit, permit.person)
    return course.gathered(points, permit.issued)


def gather_many(permits: Sequence[Permit]) -> Mapping[UUID, Gathered]:
    """Read the questionnaires of many people in two questions to the record, however many they are."""
    answers = record.responses_many(permits, fhir.addresses())
    totals = record.observations_many(permits, fhir.codes())
    found = {}
    for permit in permits:
        if permit.person is not None:
            points, _ = fhir.course([*answers.get(permit.person, ()), *totals.get(permit.person, ())])
            found[permit.person] = course.gathered(points, permit.issued)
    return found


PROGRESS = rights.register(
    System(
        id="progress-watch",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.CARE,
        risk_class=RiskClass.HIGH,  # a medical purpose, until a service has shown otherwise
        aim=Aim.UNDERSTANDING,
        uses=(
            Use(Category.QUESTIONNAIRES, Purpose.SELF_UNDERSTANDING, Recipient.PERSON),
            Use(Category.QUESTIONNAIRES, Purpose.CARE, Recipient.CARE_TEAM),
        ),
        gives=Gives.BAND,
        oversight=Oversight.SUGGEST,
        reviewer=Role.CLINICIAN,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=(
            "not_validated_for.own_people",
            "not_validated_for.young",
            "not_validated_for.dutch_figures",
        ),
        # Set by the design (5 % false alarms), before any people: `validation.py` measures.
        evidence=(
            Evidence(measure="false_change", bound=0.07, at_least=False),
            Evidence(measure="detection", bound=0.75, at_least=True),
            Evidence(measure="wrong_way", bound=0.01, at_least=False),
            Evidence(measure="reference_agreement", bound=0.995, at_least=True),
            Evidence(measure="abstains_when_due", bound=0.99, at_least=True),
        ),
        needed_until=date(2028, 12, 31),
        words=course.WORDS,
        alternative="treatment:course",  # the same page with answers, context and a human, nothing computed
        sources=(
            "rooms/treatment/change.py",
            "rooms/treatment/course.py",
            "rooms/treatment/fhir.py",
            "rooms/treatment/inference.py",
            "rooms/treatment/precision.py",
            "rooms/treatment/questionnaires.py",
            "rooms/treatment/scoring.py",
            "rooms/treatment/store.py",
            "rooms/treatment/systems.py",
            "rooms/treatment/validation.py",
            "rooms/treatment/content/progress_watch.toml",
            "rooms/treatment/content/figures/reliability.toml",
            "rooms/treatment/content/questionnaires/gad-7.toml",
            "rooms/treatment/content/questionnaires/phq-9.toml",
            "rooms/treatment/content/questionnaires/who-5.toml",
        ),
        gather=gather,
        infer=inference.infer,
        explain=inference.explain,
        gather_many=gather_many,
        material=course.of_material,
        heavy=True,
    )
)


def validate(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Run `progress-watch` on made-up people through the gate, and give each figure of its manifest."""
    made = validation.cases(validation.SEED, MADE_UP)
    ran = gate.trial(PROGRESS, [each.material for each in made], actor=actor)
    if isinstance(ran, Denied):
        return ran
    said = iter(ran.findings)
    measured = validation.measure(lambda _: next(said)[0].code, validation.SEED, MADE_UP)
    return [rights.Figure(name, each.value, each.low, each.high, each.n) for name, each in measured.items()]


rights.add_validation(PROGRESS.id, validate)
