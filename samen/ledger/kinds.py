"""What a leaf can be about. A new kind is one line here; no kind is ever renamed, since old leaves keep the word."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of leaves."""

    INFERENCE = "inference"  # an AI system ran for a person
    VALIDATION_RUN = "validation-run"  # an AI system ran on test material, without a person
    DENIED = "denied"  # the gate said no
    CONSENT = "consent"  # a yes or a withdrawal
    DECISION = "decision"  # a human accepted, changed or rejected a finding
    STAGE = "stage"  # a system moved between design, pilot, general, suspended, retired
    APPROVAL = "approval"  # the panel or an overseer approved, vetoed or let expire
    STOP = "stop"  # a person stopped a system, a data category or all AI
    OBJECTION = "objection"  # a person objected, or asked for a human
    COMPLAINT = "complaint"
    INCIDENT = "incident"
    ACCESS = "access"  # a human read a person's data
    BREAK_GLASS = "break-glass"  # emergency access was opened or ended
    ERASURE = "erasure"  # something about a person was erased
    RELEASE_OF_EXPORT = "release-of-export"
    DISCLOSURE = "disclosure"  # something went to a recipient outside
    CANARY = "canary"  # an ungated run was tried on purpose
    RECONCILIATION = "reconciliation"  # permits, records and leaves were counted against each other
    KEY = "key"  # a key was rotated or destroyed
    REGISTER = "register"  # a manifest was registered or changed
    IMPORT = "import"  # records came in from elsewhere
    RESTORE = "restore"  # the service was restored from a backup
