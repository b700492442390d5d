"""The words of the ring: what an AI system declares, what a permit names, and the three things a run can end in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from samen.people.roles import Role


class Category(StrEnum):
    """Kinds of data about a person that a system can read (axis 2 of consent)."""

    QUESTIONNAIRES = "questionnaires"
    NOTES = "notes"
    LIFE_EVENTS = "life-events"
    DIAGNOSES = "diagnoses"
    MEDICATION = "medication"
    CONTACTS = "contacts"  # encounters with the service
    TALK = "talk"  # what is typed to the companion
    MESSAGES = "messages"
    SLEEP = "sleep"
    STEPS = "steps"
    LOCATION = "location"
    SCREEN = "screen"
    CALLS = "calls"
    MOVEMENT = "movement"  # acceleration and turning, and what a phone makes of them
    HEART = "heart"  # heart rate and what else a wearable measures of the body
    NEARBY = "nearby"  # devices and networks in reach
    GENETIC = "genetic"


class Purpose(StrEnum):
    """What data are used for (axis 1 of consent)."""

    SELF_UNDERSTANDING = "self-understanding"
    CARE = "care"
    SAFETY = "safety"
    NAVIGATION = "navigation"
    RESEARCH = "research"


class Recipient(StrEnum):
    """Who may receive what comes out (axis 3 of consent). Those under the line never may: see `prohibited.py`."""

    PERSON = "person"
    CARE_TEAM = "care-team"
    OWN_CONTACT = "own-contact"
    FAMILY = "family"
    RESEARCHER = "researcher"
    VENDOR = "vendor"
    # never
    INSURER = "insurer"
    EMPLOYER = "employer"
    ADVERTISER = "advertiser"
    DATA_BROKER = "data-broker"
    POLICE = "police"
    IMMIGRATION = "immigration"
    OTHER_AUTHORITY = "other-authority"


class Context(StrEnum):
    """Where a system is used. The last five are outside care and refused at registration (rights.md P10)."""

    CARE = "care"
    SELF_HELP = "self-help"
    PEER_SUPPORT = "peer-support"
    ADMINISTRATION = "administration"
    POPULATION = "population"
    CRIMINAL_JUSTICE = "criminal-justice"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    INSURANCE = "insurance"
    CONSUMER_MARKETING = "consumer-marketing"


class Gives(StrEnum):
    """The kind of output (AI Act art. 3(1): predictions, content, recommendations; decisions are not among ours)."""

    BAND = "band"
    TEXT = "text"
    OPTIONS = "options"
    ORDER = "order"
    SIGNAL = "signal"


class Oversight(StrEnum):
    """What a human does with the output (AI Act art. 14). There is no mode `act`."""

    INFORM = "inform"
    SUGGEST = "suggest"
    ALERT = "alert"


class Stage(StrEnum):
    """Where a system stands in its life."""

    DESIGN = "design"
    PILOT = "pilot"
    GENERAL = "general"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class Aim(StrEnum):
    """The primary outcome a system is judged by. The last four are refused (rights.md R8.1a)."""

    UNDERSTANDING = "understanding"
    WELLBEING = "wellbeing"
    SAFETY = "safety"
    ACCESS = "access"
    QUALITY_OF_CARE = "quality-of-care"
    COST = "cost"
    THROUGHPUT = "throughput"
    ENGAGEMENT = "engagement"
    REVENUE = "revenue"


class Trait(StrEnum):
    """What a system would do that may never be ("What may never be", docs/decisions/0002). Declaring one refuses it."""

    FACE_EMOTION = "face-emotion"
    VOICE_AFFECT = "voice-affect"
    GAIT_EMOTION = "gait-emotion"
    GAZE_EMOTION = "gaze-emotion"
    COVERT = "covert"
    LOWERS_HELP = "lowers-help"
    CLAIMS_FEELINGS = "claims-feelings"
    DECIDES = "decides"
    INVOLUNTARY_TREATMENT = "involuntary-treatment"
    WELFARE_CHECK = "welfare-check"
    SOCIAL_MEDIA = "social-media"


class RiskClass(StrEnum):
    """Class under the AI Act."""

    MINIMAL = "minimal"
    LIMITED = "limited"
    HIGH = "high"


@dataclass(frozen=True, order=True)
class Use:
    """One thing to say yes or no to: this category, for this purpose, with the output going to this recipient."""

    category: Category
    purpose: Purpose
    recipient: Recipient

    @property
    def key(self) -> str:
        """Give the use as one word, for forms and logs."""
        return f"{self.category}.{self.purpose}.{self.recipient}"


@dataclass(frozen=True)
class Epochs:
    """Two counters that move with every change of rights: the system's and the person's. A permit holds while both stand still."""

    system: int
    person: int


@dataclass(frozen=True)
class Permit:
    """The gate's decision to let one run happen, naming exactly what may be read. The seal is the gate's; others open nothing."""

    id: UUID
    system: str
    digest: str
    uses: frozenset[Use]
    issued: datetime
    expires: datetime
    epochs: Epochs
    person: UUID | None = None  # None for a validation run, which is on material without a person
    actor: UUID | None = None  # None for the service's own timetable
    seal: bytes = b""

    @property
    def categories(self) -> frozenset[Category]:
        """Give the categories of data that may be read."""
        return frozenset(use.category for use in self.uses)


@dataclass(frozen=True)
class Item:
    """One thing that was read, as the person will find it listed."""

    category: Category
    ref: str  # where it stands, such as QuestionnaireResponse/<id>
    label: str  # key of a sentence
    at: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)  # blanks of the sentence


@dataclass(frozen=True)
class Gathered:
    """What a system reads for one run: the items as the person will see them, and the values as `infer` takes them."""

    items: tuple[Item, ...]
    data: Any
    language: str = "en"


@dataclass(frozen=True)
class Finding:
    """What an AI system inferred. Abstaining is a finding; `reason` then says why, as the key of a sentence."""

    code: str  # such as "improved", "no-change", "abstain"
    value: Mapping[str, Any]  # figures, JSON only
    sureness: str  # key of a sentence: how sure, in words
    abstained: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Phrase:
    """A sentence to be said in the reader's language: its key and its blanks. A blank may itself be a Phrase."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """Why, for the person and for the clinician (AI Act art. 13 and 86). Every part is needed; an empty one is no explanation."""

    says: Phrase  # what it says, to the person
    says_to_staff: Phrase
    factors: tuple[Phrase, ...]  # main factors, most important first
    would_change: Phrase  # what would make it say something else
    sure: Phrase
    decides: Phrase  # who decides
    object: Phrase  # how to object


@dataclass(frozen=True)
class Released:
    """The finding may be shown, labelled, now."""

    record: UUID
    finding: Finding
    explanation: Explanation


@dataclass(frozen=True)
class Held:
    """A human must decide first; until then the finding counts nowhere."""

    record: UUID
    role: Role
    due: datetime


@dataclass(frozen=True)
class Denied:
    """It did not run, or nothing was released. A normal answer: the code has its sentence in `rights.denied`."""

    code: str
    detail: str = ""  # for logs and developers; never personal data


Outcome = Released | Held | Denied


@dataclass(frozen=True)
class Stream:
    """Data that come in by themselves, from a phone or a wearable: nothing of it is kept for a use without a yes to that use."""

    id: str
    words: str  # prefix of its sentences: name, short, says (what is kept of it, and what is not)
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Evidence:
    """What a validation must show before a stage: figure by figure, with the bound its interval must stay within."""

    measure: str
    bound: float
    at_least: bool  # True: lower end of the interval must reach the bound; False: upper end must stay below


@dataclass(frozen=True)
class System:
    """The manifest of one AI system with its three functions. `rights.door.register` checks it and keeps the functions to the gate."""

    id: str
    version: str
    owner: str
    accountable: Role
    context: Context
    risk_class: RiskClass
    aim: Aim
    uses: tuple[Use, ...]
    gives: Gives
    oversight: Oversight
    reviewer: Role | None  # who decides on what is held; None only for INFORM
    languages: tuple[str, ...]
    validated_for: tuple[str, ...]  # keys of sentences
    not_validated_for: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    needed_until: date  # the sunset: after it the need must be shown again
    words: str  # prefix of its sentences: see `register.SENTENCES`
    alternative: str  # url name of the way without AI
    sources: tuple[str, ...]  # files, seen from `samen/`, whose bytes are part of the digest
    gather: Callable[[Permit], Gathered]
    infer: Callable[[Gathered], Finding]
    explain: Callable[[Gathered, Finding], Explanation]
    # The same three for many people at once; without them the gate calls the three above in turn.
    gather_many: Callable[[Sequence[Permit]], Mapping[UUID, Gathered]] | None = None
    # For a validation run: made-up material in, what `infer` takes out.
    material: Callable[[Mapping[str, Any]], Gathered] | None = None
    traits: frozenset[Trait] = frozenset()
    # Recipients with a financial relation: they buy, license or share in what data or models of people in care bring in.
    commercial_interest: frozenset[Recipient] = frozenset()
    heavy: bool = False  # asks the teach-back question before a yes
    in_parts: bool = False  # each use may be said yes to, and run, without the others
    fairness: Mapping[str, float] = field(default_factory=dict)
    models: tuple[str, ...] = ()  # model files, part of the digest
    extra: str | None = None  # optional install that it needs
    brings_a_human: bool = False  # it shows the way to people, and so runs in a crisis, when nothing else does
    seconds: float = 10.0  # longer than this and nothing is released
    permit_seconds: float = 120.0
    # For ALERT: by when a human must have seen to it. None = `oversight.ALERT_WITHIN`; shorter is allowed, longer is not.
    alert_within: timedelta | None = None
    # Clears what rooms derived from its findings for one person; given by the room, called by stop.
    clear: Callable[[UUID], int] | None = None
    # Gives a digest of what humans of this service adopted in place of a file that it came with; empty for nothing.
    adopted: Callable[[], str] | None = None
