"""The AI systems of this room. Each reads what its person said yes to, compares them with nobody else, and may say that it does not know."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from samen.people.access import Allowed
from samen.people.roles import Role
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.register import Registered, files_of
from samen.rights.shares import Share
from samen.rights.words import (
    Aim,
    Category,
    Context,
    Denied,
    Evidence,
    Finding,
    Gathered,
    Gives,
    Item,
    Oversight,
    Permit,
    Purpose,
    Recipient,
    RiskClass,
    System,
    Use,
)
from samen.rooms.record import door as record
from samen.rooms.sensing import change, measures, own_places, own_signs, validation
from samen.rooms.sensing.inference import changing, placing, resting, signing
from samen.rooms.sensing.own_signs import Whom
from samen.rooms.sensing.store import insights
from samen.rooms.sensing.store import own_places as names
from samen.rooms.sensing.store import own_signs as signs
from samen.rooms.sensing.strips import Known

HERE = Path(__file__).parent
files = partial(files_of, HERE)
BACK = timedelta(days=change.BACK_DAYS + 7)
NIGHTS_BACK = timedelta(days=14)
CATEGORIES = tuple(dict.fromkeys(each.category for each in measures.MEASURES))
NOT_YET = ("not_validated_for.real", "not_validated_for.young", "not_validated_for.travel")


SHARED = files("measures.py", "systems.py", "store/insights.py", "content/measure.toml")


def newest_day(at: datetime) -> date:
    """Give the newest day that is over."""
    return timezone.localdate(at) - timedelta(days=1)


def items(known: Sequence[Known]) -> tuple[Item, ...]:
    """List what was read as its person will find it: one line for each kind of value."""
    by_name: dict[str, list[Known]] = {}
    for each in known:
        if each.value is not None:
            by_name.setdefault(each.measure.name, []).append(each)
    return tuple(
        Item(
            category=rows[0].measure.category,
            ref=f"Days/{name}",
            label=f"{measures.WORDS}.{name}.read",
            at=_noon(max(each.day for each in rows)),
            values={"n": len(rows)},
        )
        for name, rows in sorted(by_name.items())
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


# --- sensing.change and sensing.change-shared --------------------------------------------------------------------------


def gather_days(permit: Permit) -> Gathered:
    """Read the days of the features that the permit names, and the person's own notes where it names those."""
    on = newest_day(permit.issued)
    known = insights.permitted(permit, on - BACK, on)
    notes, read = _notes(permit, on) if Category.NOTES in permit.categories else ((), ())
    days = changing.Days(tuple(each.reading for each in known), on, notes)
    return Gathered(items=(*read, *items(known)), data=days)


def _notes(permit: Permit, on: date) -> tuple[tuple[changing.Note, ...], tuple[Item, ...]]:
    since = timezone.make_aware(datetime.combine(on - timedelta(days=6), time.min))
    person = permit.person
    if person is None:
        return (), ()
    written = [each for each in record.own_entries(permit, person, since) if each.kind == "note"]
    notes = tuple(changing.Note(timezone.localdate(each.at), each.text) for each in written)
    return notes, tuple(Item(Category.NOTES, each.ref, f"{changing.WORDS}.item", each.at) for each in written)


CHANGE_EVIDENCE = (
    Evidence(measure="false_alarm", bound=0.05, at_least=False),
    Evidence(measure="detection", bound=0.8, at_least=True),
    Evidence(measure="abstains_when_due", bound=0.95, at_least=True),
)
CHANGE = rights.register(
    System(
        id="sensing.change",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.LIMITED,
        aim=Aim.UNDERSTANDING,
        uses=tuple(Use(each, Purpose.SELF_UNDERSTANDING, Recipient.PERSON) for each in (Category.NOTES, *CATEGORIES)),
        gives=Gives.BAND,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=NOT_YET,
        evidence=CHANGE_EVIDENCE,
        needed_until=date(2028, 12, 31),
        words=changing.WORDS,
        alternative="sensing:days",  # the same days with pictures and one's own notes, nothing compared
        sources=(*SHARED, *files("change.py", "validation.py", "inference/changing.py", "content/change.toml")),
        gather=gather_days,
        infer=changing.infer,
        explain=changing.explain,
        material=changing.of_material,
        in_parts=True,
    )
)
CHANGE_SHARED = rights.register(
    System(
        id="sensing.change-shared",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.CARE,
        risk_class=RiskClass.HIGH,  # a medical purpose, until a service has shown otherwise
        aim=Aim.UNDERSTANDING,
        uses=tuple(Use(each, Purpose.CARE, Recipient.CARE_TEAM) for each in (Category.NOTES, *CATEGORIES)),
        gives=Gives.BAND,
        oversight=Oversight.SUGGEST,
        reviewer=Role.CLINICIAN,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=NOT_YET,
        evidence=CHANGE_EVIDENCE,
        needed_until=date(2028, 12, 31),
        words="sensing.change_shared",
        alternative="sensing:days",
        sources=(
            *SHARED,
            *files(
                "change.py",
                "validation.py",
                "inference/changing.py",
                "content/change.toml",
                "content/change_shared.toml",
            ),
        ),
        gather=gather_days,
        infer=changing.infer,
        explain=changing.explain,
        material=changing.of_material,
        in_parts=True,
    )
)


# --- sensing.rest ---------------------------------------------------------------------------------------------------------


def gather_uses(permit: Permit) -> Gathered:
    """Read when the phone was unlocked and locked in the last two weeks, and nothing of what was done with it."""
    on = timezone.localdate(permit.issued)
    rows = insights.screen_uses(permit, on - NIGHTS_BACK, on)
    read = (
        (Item(Category.SCREEN, "Screen", f"{resting.WORDS}.item", permit.issued, {"n": rows.height}),)
        if rows.height
        else ()
    )
    return Gathered(items=read, data=resting.Uses(rows, on))


REST = rights.register(
    System(
        id="sensing.rest",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.LIMITED,
        aim=Aim.UNDERSTANDING,
        uses=(Use(Category.SCREEN, Purpose.SELF_UNDERSTANDING, Recipient.PERSON),),
        gives=Gives.BAND,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=(*NOT_YET, "not_validated_for.shifts"),
        evidence=(
            Evidence(measure="within", bound=0.85, at_least=True),
            Evidence(measure="far_off", bound=0.15, at_least=False),
            Evidence(measure="said", bound=0.9, at_least=True),
        ),
        needed_until=date(2028, 12, 31),
        words=resting.WORDS,
        alternative="sensing:days",
        sources=(*SHARED, *files("rest.py", "validation.py", "inference/resting.py", "content/rest.toml")),
        gather=gather_uses,
        infer=resting.infer,
        explain=resting.explain,
        material=resting.of_material,
    )
)


# --- sensing.places --------------------------------------------------------------------------------------------------------


def gather_places(permit: Permit) -> Gathered:
    """Read where the person's own phone was in the last four weeks, and the names that they gave to places; no map, no list."""
    on = newest_day(permit.issued)
    rows = insights.whereabouts(permit, on - timedelta(days=own_places.WINDOW), on)
    mine = tuple(names.under(permit))
    words = {"named": (Category.LOCATION, "Places/names", len(mine)), "item": (Category.LOCATION, "Gps", rows.height)}
    read = tuple(
        Item(category, ref, f"{placing.WORDS}.{key}", permit.issued, {"n": n})
        for key, (category, ref, n) in words.items()
        if n
    )
    return Gathered(items=read, data=placing.Whereabouts(rows, on, mine))


PLACES = rights.register(
    System(
        id="sensing.places",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.LIMITED,
        aim=Aim.UNDERSTANDING,
        uses=(Use(Category.LOCATION, Purpose.SELF_UNDERSTANDING, Recipient.PERSON),),
        gives=Gives.TEXT,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=(*NOT_YET, "not_validated_for.close"),
        evidence=(
            Evidence(measure="home_right", bound=0.85, at_least=True),
            Evidence(measure="home_wrong", bound=0.08, at_least=False),
            Evidence(measure="matched", bound=0.9, at_least=True),
            Evidence(measure="unfounded", bound=0.05, at_least=False),
            Evidence(measure="abstains_when_due", bound=0.8, at_least=True),
        ),
        needed_until=date(2028, 12, 31),
        words=placing.WORDS,
        alternative="sensing:days",
        sources=(
            *SHARED,
            *files(
                "own_places.py",
                "validation.py",
                "clustering.py",
                "features/stays.py",
                "features/shapes.py",
                "simulator/staying.py",
                "inference/placing.py",
                "store/own_places.py",
                "content/own_places.toml",
            ),
        ),
        gather=gather_places,
        infer=placing.infer,
        explain=placing.explain,
        material=placing.of_material,
    )
)


# --- sensing.own-signs ------------------------------------------------------------------------------------------------------


def gather_signs(permit: Permit) -> Gathered:
    """Read the signs whose use the permit names, and the days of the features that they name: no others."""
    on = newest_day(permit.issued)
    kept = signs.under(permit)
    names = {each.sign.measure for each in kept}
    known = insights.permitted(permit, on - BACK - timedelta(days=own_signs.MOST_OF), on, names) if names else ()
    asked = tuple((str(each.id), each.sign) for each in kept)
    return Gathered(items=items(known), data=signing.Signs(asked, tuple(each.reading for each in known), on))


OWN_SIGNS = rights.register(
    System(
        id="sensing.own-signs",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.LIMITED,
        aim=Aim.SAFETY,
        uses=tuple(
            Use(each, Purpose.SELF_UNDERSTANDING if whom is Whom.ME else Purpose.SAFETY, own_signs.TO[whom])
            for each in CATEGORIES
            for whom in Whom
        ),
        gives=Gives.SIGNAL,
        oversight=Oversight.INFORM,  # whom it tells is the person's own rule, as with crisis.watch-own: docs/decisions/0008
        reviewer=None,
        languages=("en", "nl"),
        validated_for=("validated_for.made_up",),
        not_validated_for=NOT_YET,
        evidence=(
            Evidence(measure="reference_agreement", bound=0.99, at_least=True),
            Evidence(measure="beyond_the_rule", bound=0.02, at_least=False),
        ),
        needed_until=date(2028, 12, 31),
        words=signing.WORDS,
        alternative="sensing:days",
        sources=(
            *SHARED,
            *files(
                "change.py",
                "own_signs.py",
                "validation.py",
                "inference/signing.py",
                "store/own_signs.py",
                "jobs/insights.py",
                "content/own_signs.toml",
            ),
        ),
        gather=gather_signs,
        infer=signing.infer,
        explain=signing.explain,
        material=signing.of_material,
        in_parts=True,
        clear=signs.clear,
    )
)
ALL = (CHANGE, CHANGE_SHARED, REST, PLACES, OWN_SIGNS)
# What looks at the newest day, for the person alone. What was said last stands on the page of today: places are no news.
ON_MY_DAYS = (PLACES, CHANGE, REST)


def clear(findings: Allowed) -> int:
    """Clear what the systems of this room said about days that their person has deleted: that they ran stays. Scope FINDINGS."""
    said = [each.id for system in ALL for each in rights.inferences(findings, system.id)]
    return rights.clear(findings, said) if said else 0


# --- validation -----------------------------------------------------------------------------------------------------------

Judge = Callable[[Sequence[Finding]], Mapping[str, Share]]


def _tried(
    system: Registered, made: Sequence[validation.Case], judge: Judge, actor: UUID | None
) -> Sequence[rights.Figure] | Denied:
    ran = gate.trial(system, [each.material for each in made], actor=actor)
    if isinstance(ran, Denied):
        return ran
    measured = judge([finding for finding, _ in ran.findings])
    return [rights.Figure(name, each.value, each.low, each.high, each.n) for name, each in measured.items()]


def validate_change(actor: UUID | None, system: Registered = CHANGE) -> Sequence[rights.Figure] | Denied:
    """Run the comparison on made-up days through the gate, and give each figure of its manifest."""
    made = validation.change_cases(validation.SEED)
    return _tried(system, made, lambda said: validation.judge_change(made, [each.code for each in said]), actor)


def validate_shared(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Run the same for the system that shares what it found."""
    return validate_change(actor, CHANGE_SHARED)


def validate_rest(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Run the estimate of rest on made-up nights."""
    made = validation.rest_cases(validation.SEED)
    return _tried(REST, made, lambda said: validation.judge_rest(made, [each.value for each in said]), actor)


def validate_places(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Look for places in made-up months."""
    made = validation.place_cases(validation.SEED)
    return _tried(PLACES, made, lambda said: validation.judge_places(made, [each.value for each in said]), actor)


def validate_signs(actor: UUID | None) -> Sequence[rights.Figure] | Denied:
    """Run made-up signs against plain counting."""
    made = validation.sign_cases(validation.SEED)
    return _tried(OWN_SIGNS, made, lambda said: validation.judge_signs(made, [each.code for each in said]), actor)


VALIDATIONS: Mapping[str, Callable[[UUID | None], Any]] = {
    CHANGE.id: validate_change,
    CHANGE_SHARED.id: validate_shared,
    REST.id: validate_rest,
    PLACES.id: validate_places,
    OWN_SIGNS.id: validate_signs,
}
