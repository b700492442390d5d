"""What rooms may ask of the ring, besides the gate itself: registering a system, checking a permit, the human route, a person's list."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from samen import words
from samen.people.access import Allowed
from samen.people.models import Account
from samen.rights import gate
from samen.rights import register as registry
from samen.rights.consent import Standing
from samen.rights.incidents import Kind
from samen.rights.permits import NotPermitted as NotPermitted
from samen.rights.register import Refused, Registered
from samen.rights.register import RegisteredStream as RegisteredStream
from samen.rights.store import cases, chosen, consent, erasing, inference
from samen.rights.store import systems as register_store
from samen.rights.store.chosen import NotInCare as NotInCare
from samen.rights.store.consent import Said as Said
from samen.rights.store.inference import Shown as Shown
from samen.rights.store.systems import Figure as Figure
from samen.rights.words import Category, Denied, Permit, Stage, Stream, System, Use

ROOT = Path(words.__file__).parent
CRISIS_HOLDS_FOR = timedelta(hours=24)
FilingRefused = register_store.Refused  # why a change of the register may not be made; `Refused` is a manifest's
_REGISTERED: dict[str, Registered] = {}
_STREAMS: dict[str, RegisteredStream] = {}
PROBES: dict[str, Callable[[], str]] = {}
# Takes the account that asks (None = the command line); gives the figures that it measured, or the gate's no.
Validation = Callable[[UUID | None], Sequence[Figure] | Denied]
VALIDATIONS: dict[str, Validation] = {}
VALIDATION_PAGES: dict[
    str, str
] = {}  # by system: the url name of the page that shows its self-test and is signed there
ERASERS: dict[str, Callable[[UUID], int]] = {}
EVERY_MINUTE: dict[str, Callable[[datetime], object]] = {}


def register(system: System) -> Registered:
    """Check a system's declaration, keep its functions to the gate, and give the handle that its room holds.

    Raises: Refused with every reason. What may never be is refused here, whatever the settings.
    """
    found = registry.problems(system, written=_written, there=lambda path: (ROOT / path).is_file())
    if system.id in _REGISTERED:
        found.append("its id is taken")
    if found:
        raise Refused(f"{system.id} was not registered:\n- " + "\n- ".join(found))
    sentences = words.sentences()
    handle = Registered(
        id=system.id,
        manifest=gate.closed(system),
        built=registry.digest(system, lambda path: (ROOT / path).read_bytes(), sentences),
        words=registry.words_digest(system, sentences),
    )
    gate.keep(system)
    _REGISTERED[system.id] = handle
    return handle


def _written(key: str) -> bool:
    forms = words.sentences().get(key, {})
    return all(forms.get(language, "").strip() for language in words.LANGUAGES)


def systems() -> list[Registered]:
    """Give every registered system, by id."""
    return [_REGISTERED[name] for name in sorted(_REGISTERED)]


def system(name: str) -> Registered | None:
    """Give one registered system."""
    return _REGISTERED.get(name)


def register_stream(stream: Stream) -> RegisteredStream:
    """Check a stream's declaration and give its handle, which takes a yes or a no as a system's does. Raises: Refused."""
    found = registry.stream_problems(stream, written=_written)
    if stream.id in _STREAMS:
        found.append("its id is taken")
    if found:
        raise Refused(f"{stream.id} was not registered:\n- " + "\n- ".join(found))
    handle = RegisteredStream(stream.id, stream, registry.stream_digest(stream, words.sentences()))
    _STREAMS[stream.id] = handle
    return handle


def stream(name: str) -> RegisteredStream | None:
    """Give one registered stream."""
    return _STREAMS.get(name)


def say_of_stream(
    access: Allowed,
    stream: RegisteredStream,
    use: Use,
    *,
    yes: bool,
    at: datetime,
    language: str,
    since: datetime | None = None,
) -> Said:
    """Write one yes or no to one use of a stream, for what is measured from `since` on (left out: from now on).

    Raises: NotAllowed for anyone but the person; NotShown for a yes before `tell`; ValueError for another use.
    """
    return consent.say(access, stream, use, yes=yes, at=at, language=language, since=since)


def open_streams(person: UUID, now: datetime, *, lock: bool = True) -> dict[str, dict[Use, datetime]]:
    """Give which streams may be kept of a person now, for which use and from when on, under the person's lock.

    To be asked in the transaction that writes: a no that is being said waits for it, or is seen by it.
    """
    return consent.open_streams(person, now, lock=lock)


def open_streams_of(people: Collection[UUID], now: datetime) -> dict[UUID, dict[str, dict[Use, datetime]]]:
    """Give the same for several people at once, without their locks: for a look, never for a write."""
    return consent.open_streams_of(people, now)


def require(permit: Permit, category: Category, person: UUID | None) -> None:
    """Let a store read this category of this person under this permit, or refuse. Raises: NotPermitted."""
    gate.require(permit, category, person)


def latest(access: Allowed, system_id: str) -> Shown | None:
    """Give the newest inference of a system about a person, whatever became of it."""
    return inference.latest(access, system_id)


def inferences(access: Allowed, system_id: str) -> list[Shown]:
    """Give everything that a system inferred about a person, newest first. Scope FINDINGS."""
    return inference.records(access, None, system_id)


def humans(access: Allowed, system: Registered, now: datetime) -> list[Account]:
    """Give whom a person can choose to look, alone, at what a system says of them."""
    return chosen.who_may(access, system.manifest, now)


def choose_human(access: Allowed, system: Registered, account: UUID | None, *, at: datetime) -> None:
    """Let the person choose who alone looks at what a system says of them; None: everybody. Raises: NotAllowed, NotInCare."""
    chosen.choose(access, system.manifest, account, now=at)


def chosen_human(access: Allowed, system: Registered) -> Account | None:
    """Give whom the person chose to look, alone, at what a system says of them."""
    return chosen.of(access, system.id)


def clear(access: Allowed, records: Sequence[UUID]) -> int:
    """Clear what these inferences said, since their person deleted what they were about: that they ran stays. Scope FINDINGS."""
    return inference.clear_records(access, records)


def tell(access: Allowed, system: Registered | RegisteredStream, *, at: datetime) -> None:
    """Write down that a room's own page showed this person what a system is and does. Raises: NotAllowed for anyone else."""
    consent.notice(access, system, at=at)


def say(access: Allowed, system: Registered, use: Use, *, yes: bool, at: datetime, language: str) -> Said:
    """Write one yes or no that somebody pressed on a room's own page: one press, one use.

    A system that asks the teach-back question asks it on the person's own pages: a yes given here does not count for it.
    Raises: NotAllowed for anyone but the person; NotShown for a yes before the notice; ValueError for another use.
    """
    taught = not system.manifest.heavy
    return consent.say(access, system, use, yes=yes, at=at, language=language, taught_back=taught)


def says_yes(access: Allowed, system: Registered, use: Use, now: datetime) -> bool:
    """Say whether this person's yes to a use holds now, for a room's page that shows both buttons."""
    return consent.standing(consent.history(access, system.id), system.id, use, now) is Standing.YES


def ask_for_human(access: Allowed, text: str = "", *, record: UUID | None = None, at: datetime | None = None) -> UUID:
    """Open a case "I want a human"; gives its id. Scope RIGHTS."""
    return cases.open_case(access, Kind.HUMAN, at=at or timezone.now(), text=text, record=record)


def add_probe(name: str, probe: Callable[[], str]) -> None:
    """Name something that must work for any system to run: the probe gives an empty string, or says what is wrong."""
    PROBES[name] = probe


def add_eraser(room: str, remove: Callable[[UUID], int]) -> None:
    """Name what a room does when a person is erased: it removes what it keeps of them, and says how many things went."""
    ERASERS[room] = remove


def every_minute(name: str, work: Callable[[datetime], object]) -> None:
    """Name work of a room that the service's timetable does each minute; what fails is tried again a minute later."""
    EVERY_MINUTE[name] = work


def erase(person: UUID, *, at: datetime) -> dict[str, int]:
    """Erase a person from every room, the ring and the floor of people; gives how much went from where."""
    return erasing.erase(person, ERASERS, at=at)


def withdraw_evidence(system_id: str, reason: str, *, at: datetime) -> int:
    """Withdraw what is on file for a system's version, because a self-test of its room missed a bar: it runs for nobody."""
    return register_store.withdraw_evidence(system_id, reason, at=at)


def file_evidence(
    system: Registered,
    stage: Stage,
    figures: Sequence[Figure],
    *,
    protocol: str,
    protocol_at: datetime,
    results_at: datetime,
    by: Account,
    at: datetime,
) -> bool:
    """File what a room's own self-test showed, in the name of the clinical lead who signs it; says whether it passes.

    Raises: FilingRefused for a role that may not, a system that nobody entered, or a protocol that is not older than its results.
    """
    if system.id not in register_store.states():
        raise FilingRefused("NOT_ENTERED")
    row = register_store.file_evidence(
        system, stage, figures, protocol=protocol, protocol_at=protocol_at, results_at=results_at, by=by, at=at
    )
    return row.passed


def in_crisis(person: UUID, *, at: datetime) -> None:
    """Say that somebody may be in danger now: until it is over, or for a day, no AI runs for them but what brings a human (K1.11)."""
    inference.crisis(person, at + CRISIS_HOLDS_FOR)


def crisis_over(person: UUID) -> None:
    """Say that a human saw to it: AI that the person chose runs again."""
    inference.crisis(person, None)


def enter(system: Registered, *, at: datetime) -> bool:
    """Enter a version that a human has just adopted on a room's own page: it has neither evidence nor approval yet.

    A system that nobody entered before stays so. Says whether something was entered.
    """
    return system.id in register_store.states() and register_store.enter(system, at=at)


def in_use(system: Registered) -> bool:
    """Say whether a system is in use as it runs now: entered in this version, in a pilot or in general."""
    state = register_store.states().get(system.id)
    return state is not None and state.digest == system.digest and state.stage in (Stage.PILOT, Stage.GENERAL)


def stage_to_prove(system: Registered) -> Stage:
    """Give the stage for which evidence is due: where a system is in use, else the pilot that comes first."""
    state = register_store.states().get(system.id)
    return Stage.GENERAL if state is not None and state.stage == Stage.GENERAL else Stage.PILOT


def add_validation(system_id: str, run: Validation, *, page: str = "") -> None:
    """Name how a system is validated on made-up material: `run` calls `gate.trial` and gives each figure of the manifest.

    `page` is the url name of a page of the room's own on which what was found is read, signed and filed.
    """
    if page:
        VALIDATION_PAGES[system_id] = page
    VALIDATIONS[system_id] = run
