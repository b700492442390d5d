"""Who people are in a service, what each role may see of somebody, and what it may do.

A role is described once, here: the walk over every page, the register's text and the refusals all read this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Areas of one person's data, as a human may be let in to them."""

    CONTACT = "contact"  # name, language, how to reach
    RECORD = "record"  # encounters, conditions, documents
    ANSWERS = "answers"  # questionnaires and their course over time
    NOTES = "notes"  # the person's own notes and life events
    FINDINGS = "findings"  # what AI systems inferred, and what humans decided about it
    TALK = "talk"  # what they and the help line wrote to each other
    RIGHTS = "rights"  # consents, receipts, requests, the list of who looked


class Duty(StrEnum):
    """Things that a role may do besides seeing people it is in a care relationship with."""

    CARE = "care"  # may stand in a care relationship
    BREAK_GLASS = "break-glass"  # may open a record in an emergency, with a reason
    ANSWER = "answer"  # answers the help line, and may start a crisis relationship of their own
    DECIDE = "decide"  # accepts, changes or rejects held findings
    LEAD = "lead"  # is accountable for AI systems: moves stages, files evidence, answers requests
    SUSPEND = "suspend"  # may stop an AI system for everyone, at once
    RESUME = "resume"  # is one of the hands that a resumption needs
    VOTE = "vote"  # holds a vote of the panel
    KEEP_PANEL = "keep-panel"  # keeps the panel's seats, packs and payments
    OVERSEE = "oversee"  # reads every register, case and counter; no one's record
    MODERATE = "moderate"
    RESEARCH = "research"
    RUN_MACHINE = "run-machine"  # starts, updates, backs up; reads no one


class Role(StrEnum):
    """The roles of a service."""

    PERSON = "person"
    SUPPORTER = "supporter"
    CLINICIAN = "clinician"
    CLINICAL_LEAD = "clinical-lead"
    SOCIAL_WORKER = "social-worker"
    PEER_WORKER = "peer-worker"
    COUNSELLOR = "counsellor"
    MODERATOR = "moderator"
    RESEARCHER = "researcher"
    PANEL_MEMBER = "panel-member"
    PANEL_SECRETARY = "panel-secretary"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class RoleCard:
    """One role described: what it sees of a person it is tied to, what it may do, and how it signs in."""

    sees: frozenset[Scope]
    duties: frozenset[Duty]
    second_factor: bool = True


_ALL = frozenset(Scope)
_CLINICAL = frozenset({Scope.CONTACT, Scope.RECORD, Scope.ANSWERS, Scope.NOTES, Scope.FINDINGS, Scope.TALK})
_SOCIAL = frozenset({Scope.CONTACT, Scope.ANSWERS, Scope.NOTES})
_NONE: frozenset[Scope] = frozenset()

CARDS: Mapping[Role, RoleCard] = {
    Role.PERSON: RoleCard(sees=_ALL, duties=frozenset(), second_factor=False),
    # A supporter sees what the person named in the yes, never more than this.
    Role.SUPPORTER: RoleCard(sees=_ALL, duties=frozenset(), second_factor=False),
    Role.CLINICIAN: RoleCard(
        sees=_CLINICAL, duties=frozenset({Duty.CARE, Duty.BREAK_GLASS, Duty.ANSWER, Duty.DECIDE, Duty.SUSPEND})
    ),
    Role.CLINICAL_LEAD: RoleCard(
        sees=_CLINICAL,
        duties=frozenset({Duty.CARE, Duty.BREAK_GLASS, Duty.ANSWER, Duty.DECIDE, Duty.LEAD, Duty.SUSPEND, Duty.RESUME}),
    ),
    Role.SOCIAL_WORKER: RoleCard(sees=_SOCIAL, duties=frozenset({Duty.CARE})),
    Role.PEER_WORKER: RoleCard(sees=frozenset({Scope.CONTACT, Scope.NOTES}), duties=frozenset({Duty.CARE})),
    Role.COUNSELLOR: RoleCard(sees=frozenset({Scope.CONTACT, Scope.TALK}), duties=frozenset({Duty.CARE, Duty.ANSWER})),
    Role.MODERATOR: RoleCard(sees=_NONE, duties=frozenset({Duty.MODERATE})),
    Role.RESEARCHER: RoleCard(sees=_NONE, duties=frozenset({Duty.RESEARCH})),
    Role.PANEL_MEMBER: RoleCard(sees=_NONE, duties=frozenset({Duty.VOTE, Duty.SUSPEND, Duty.RESUME})),
    Role.PANEL_SECRETARY: RoleCard(sees=_NONE, duties=frozenset({Duty.KEEP_PANEL})),
    Role.OVERSEER: RoleCard(sees=_NONE, duties=frozenset({Duty.OVERSEE, Duty.SUSPEND, Duty.RESUME})),
    Role.ADMINISTRATOR: RoleCard(sees=_NONE, duties=frozenset({Duty.RUN_MACHINE})),
}

# Being a person or a supporter follows from what the person is or said; nobody hands these roles out.
GRANTED: tuple[Role, ...] = tuple(role for role in Role if role not in (Role.PERSON, Role.SUPPORTER))


def may(roles: frozenset[Role], duty: Duty) -> bool:
    """Say whether any of these roles carries the duty."""
    return any(duty in CARDS[role].duties for role in roles)


def needs_second_factor(roles: frozenset[Role]) -> bool:
    """Say whether somebody with these roles must sign in with a second factor."""
    return any(CARDS[role].second_factor for role in roles)
