"""The life of an AI system: one table says who may move it where. The diagram in the docs is drawn from it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from samen.people.roles import Duty, Role
from samen.rights.words import Stage

# Resuming needs one hand of each: the panel, the service, and the independent body (rights.md L2).
RESUME_HANDS = frozenset({Role.PANEL_MEMBER, Role.CLINICAL_LEAD, Role.OVERSEER})


@dataclass(frozen=True)
class Move:
    """One allowed transition: who may make it, and whether the panel must have approved the present digest."""

    start: Stage
    end: Stage
    duty: Duty
    panel: bool = False
    evidence: bool = False


MOVES = (
    Move(Stage.DESIGN, Stage.PILOT, Duty.LEAD, panel=True, evidence=True),
    Move(Stage.PILOT, Stage.GENERAL, Duty.LEAD, panel=True, evidence=True),
    Move(Stage.PILOT, Stage.DESIGN, Duty.LEAD),
    Move(Stage.GENERAL, Stage.PILOT, Duty.LEAD),
    # Any one of many may stop a system, at once.
    Move(Stage.DESIGN, Stage.SUSPENDED, Duty.SUSPEND),
    Move(Stage.PILOT, Stage.SUSPENDED, Duty.SUSPEND),
    Move(Stage.GENERAL, Stage.SUSPENDED, Duty.SUSPEND),
    # Back to where it was when suspended: only with all of RESUME_HANDS.
    Move(Stage.SUSPENDED, Stage.DESIGN, Duty.RESUME),
    Move(Stage.SUSPENDED, Stage.PILOT, Duty.RESUME, panel=True, evidence=True),
    Move(Stage.SUSPENDED, Stage.GENERAL, Duty.RESUME, panel=True, evidence=True),
    Move(Stage.DESIGN, Stage.RETIRED, Duty.LEAD),
    Move(Stage.PILOT, Stage.RETIRED, Duty.LEAD),
    Move(Stage.GENERAL, Stage.RETIRED, Duty.LEAD),
    Move(Stage.SUSPENDED, Stage.RETIRED, Duty.LEAD),
)


def move(start: Stage, end: Stage) -> Move | None:
    """Give the transition from one stage to another, or nothing when there is none."""
    return next((each for each in MOVES if (each.start, each.end) == (start, end)), None)


def refusal(
    start: Stage,
    end: Stage,
    *,
    duties: AbstractSet[Duty],
    approved: bool,
    evidenced: bool,
    hands: AbstractSet[Role] = frozenset(),
) -> str:
    """Say why a transition may not be made, as a code with its sentence in `rights.stages`; empty when it may."""
    found = move(start, end)
    if found is None:
        return "NO_SUCH_MOVE"
    if found.duty not in duties:
        return "NOT_YOUR_DUTY"
    if found.duty is Duty.RESUME and not hands >= RESUME_HANDS:
        return "HANDS_MISSING"
    if found.panel and not approved:
        return "NO_PANEL"
    if found.evidence and not evidenced:
        return "NOT_VALIDATED"
    return ""


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, for docs/panel/stages.md."""
    lines = ["stateDiagram-v2", "    [*] --> design"]
    for each in MOVES:
        needs = [f"hands: {len(RESUME_HANDS)}"] if each.duty is Duty.RESUME else [str(each.duty)]
        needs += ["panel"] if each.panel else []
        needs += ["evidence"] if each.evidence else []
        lines.append(f"    {each.start} --> {each.end}: {', '.join(needs)}")
    return "\n".join([*lines, "    retired --> [*]"]) + "\n"
