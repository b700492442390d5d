"""The AI systems of this room: `crisis.detect` hears danger, `crisis.triage` orders the help line, `crisis.watch-own` keeps a person's own rule."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import thread_time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from samen.people.roles import Role
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.register import files_of
from samen.rights.words import (
    Aim,
    Category,
    Context,
    Denied,
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
from samen.rooms.crisis import numbers, scoring, watching
from samen.rooms.crisis.course import NOTHING, Heard
from samen.rooms.crisis.inference import (
    answers,
    course,
    detect,
    language,
    lexicon,
    linear,
    listen,
    meaning,
    normalise,
    order,
    rules,
    talk,
    watch,
)
from samen.rooms.crisis.reading import Answer, Level, Question
from samen.rooms.crisis.selftest.bars import EVIDENCE
from samen.rooms.crisis.store import candidates, contacts
from samen.rooms.crisis.store import watching as watches
from samen.rooms.crisis.watching import Source, Whom
from samen.rooms.record import door as record

HERE = Path(__file__).parent
files = partial(files_of, HERE)


# What hears: the same for every system of this room. A change in any of these voids what was approved.
HEARING = files(
    "reading.py",
    "course.py",
    "kinds.py",
    "sight.py",
    "inference/*.py",
    "store/candidates.py",
    "content/rules/*.toml",
    "content/rules/*/*.toml",
    "content/answers/*.toml",
    "content/lexicon/*/*.toml",
)
MODELS = files(
    "content/model/*.json",
    "content/answers/*.json",
    "content/course/*.json",
    "content/meaning/*.json",
    "content/meaning/vocabulary.txt",
)
VALIDATED = ("validated_for.written",)


class StaleNumbers(RuntimeError):
    """The directory of help lines is too old for a computer to give its numbers: the systems that would are denied."""


def numbers_hold() -> None:
    """Let a system run that may lead to numbers being given. Raises: StaleNumbers."""
    listed = numbers.load(settings.SAMEN.language, timezone.localdate())
    if not numbers.fresh(numbers.of_country(listed, settings.SAMEN.country)):
        raise StaleNumbers("A number in content/help/numbers.toml was checked too long ago. Check it and its date.")


BadMeaning = meaning.BadFile
meaning.wanted = settings.SAMEN.crisis_meaning

# --- what hears here --------------------------------------------------------------------------------------------------

MOST_HELD = 12  # sets of models held in memory: those in use, and those that are tried; thresholds alone weigh nothing
Hears = Mapping[str, tuple[str, float, float]]  # by language: model, ask, alarm; plain, so that a ledger can bind it
_HELD: dict[str, Mapping[str, linear.Model]] = {}  # the one asked for last stands last
_EARLIER: set[str] = set()  # models that an earlier version fitted, by their digest: each is read once to find out
_HOLDING = Lock()


def hears(changed: Mapping[str, candidates.Chosen] | None = None) -> Hears:
    """Say what hears each language now: which model, and from which sureness on it asks and alarms.

    `changed` puts something else in the place of what is in use, such as a candidate that is tried.
    Raises: linear.BadModel for a model that is not what was adopted; BadMeaning for a sentence model that was not tested.
    """
    now = {**candidates.chosen(linear.came_along()), **(changed or {})}
    found, models = {}, {}
    for name, each in now.items():
        model = _model(name, each.sha256)
        if model is None:
            continue
        models[name] = _at(model, each)
        found[name] = (model.sha256, models[name].ask, models[name].alarm)
    _hold(version(found), models)
    return found


def _at(model: linear.Model, chosen: candidates.Chosen) -> linear.Model:
    """Give a model at the thresholds that humans chose for it; these hold for every message, whether or not its meaning was looked at."""
    if chosen.sha256 and chosen.sha256 != model.sha256:
        return model
    ask, alarm = chosen.ask or model.ask, chosen.alarm or model.alarm
    return replace(model, ask=ask, alarm=alarm, alone=model.alone if (ask, alarm) == model.cuts() else None)


def layers() -> dict[str, list[str]]:
    """Say which layers run here, by language."""
    found = {name: _model(name, sha) for name, sha in candidates.in_use().items()}
    return {
        name: ["rules", *(["model"] if each else []), *(["meaning"] if each and each.head else [])]
        for name, each in sorted(found.items())
    }


def adopted() -> str:
    """Give what runs here beside what every service has: what was adopted, and the layer of the extra where that is installed."""
    return " ".join(filter(None, (candidates.adopted(), meaning.digest())))


def _model(language: str, sha: str) -> linear.Model | None:
    if not sha or sha in _EARLIER:
        return linear.whole(language)
    for held in list(_HELD.values()):
        if language in held and held[language].sha256 == sha:
            return held[language]
    try:
        return linear.of_text(candidates.model_text(sha), sha)
    except linear.OldModel:
        # What came along hears until a service has fitted its own anew, as a version that nobody approved yet.
        _EARLIER.add(sha)
        return linear.whole(language)


def _hold(key: str, models: Mapping[str, linear.Model]) -> None:
    with _HOLDING:
        _HELD.pop(key, None)
        while len(_HELD) >= MOST_HELD:
            del _HELD[next(iter(_HELD))]
        _HELD[key] = models


def version(found: Mapping[str, Sequence[Any]]) -> str:
    """Give what hears as one digest."""
    return sha256(json.dumps({name: list(found[name]) for name in sorted(found)}).encode()).hexdigest()


def using(found: Mapping[str, Sequence[Any]] | None) -> detect.Using:
    """Give the models that were named, by language; those that came along when none were. Raises: KeyError for unknown ones."""
    return linear.whole if found is None else _HELD[version(found)].get


# --- crisis.detect ----------------------------------------------------------------------------------------------------


def gather_turns(permit: Permit) -> Gathered:
    """Read what the person wrote in their open talk, and nothing more."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    numbers_hold()
    said, language = contacts.texts(permit, permit.person)
    items = tuple(Item(Category.TALK, f"Message/{each.number}", f"{listen.WORDS}.item", each.at) for each in said)
    texts, asked = tuple(each.text for each in said), tuple(each.asked for each in said)
    return Gathered(
        items=items,
        data=listen.Turns(texts, language, using=using(hears()), asked=asked),
        language=language,
    )


DETECT = rights.register(
    System(
        id="crisis.detect",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.HIGH,  # a medical purpose, until a service has shown otherwise
        aim=Aim.SAFETY,
        uses=(Use(Category.TALK, Purpose.SAFETY, Recipient.PERSON),),
        gives=Gives.SIGNAL,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=("en", "nl"),
        validated_for=VALIDATED,
        not_validated_for=("not_validated_for.real", "not_validated_for.languages"),
        evidence=EVIDENCE,
        needed_until=date(2028, 12, 31),
        words=listen.WORDS,
        alternative="help",
        brings_a_human=True,
        sources=(*HEARING, *files("systems.py", "content/detect.toml")),
        models=MODELS,
        gather=gather_turns,
        infer=listen.infer,
        explain=listen.explain,
        material=lambda piece: listen.of_material(piece, using(piece.get("hears"))),
        adopted=adopted,
    )
)


def score(
    asked: Iterable[scoring.Asked], layers: Sequence[str], *, actor: UUID | None = None, size: int = scoring.CHUNK
) -> Iterator[list[dict[str, Any]] | Denied]:
    """Hear messages of a file through the gate, a chunk at a time: each chunk is a validation run on the ledger, in nobody's record."""
    talks, now = scoring.Talks(), hears()
    for chunk in scoring.chunks(asked, size):
        pieces, places = scoring.material(chunk, talks, layers)
        ran = gate.trial(DETECT, [{**each, "hears": now} for each in pieces], actor=actor)
        if isinstance(ran, Denied):
            yield ran
            return
        yield scoring.answers(chunk, places, [finding.value for finding, _ in ran.findings], talks)


def time_each(texts: Sequence[str], layers: Sequence[str] = detect.LAYERS) -> list[float]:
    """Give the seconds of one core that each message takes to read: what else the machine does is not counted."""
    taken, now = [], using(hears())
    for text in texts:
        start = thread_time()
        detect.read(text, layers=layers, using=now)
        taken.append(thread_time() - start)
    return taken


sight, sure = detect.sight, rules.sure  # what training reads messages with, and which rules alarm by themselves


def trained(make: Callable[..., Iterator[tuple[Path, str]]]) -> Iterator[tuple[Path, str]]:
    """Give each file of the model as training (`training.rebuild.files`) makes it now, to be written before the next is taken."""
    where = meaning.installed()
    vectors = (
        {} if where is None else {name: (meaning.encoder(where), meaning.SHA256) for name in sorted(meaning.SPOKEN)}
    )
    yield from make(
        normalise.words,
        sight,
        sure,
        inputs(),
        vectors,
        answers.sight,
        heard_in,
    )


def heard_in(turns: Iterable[str], language: str) -> list[Heard]:
    """Give what the models that came along hear in each turn of a talk, with what rules saw there."""
    state, found = talk.State(), []
    for text in turns:
        reading, after = listen.hear(state, text, language, ("rules", "model"))
        if reading.heard is None:
            raise linear.BadModel(f"There is no model that hears {language}. Make it: samen crisis train.")
        found.append(reading.heard)
        state = replace(after, course=NOTHING)  # what is heard in a message by itself asks no model of talks
    return found


def inputs() -> dict[str, str]:
    """Give the digest of each language's rules and words, and of what answers are told by: what a card names beside the messages."""
    of_messages = {
        name: _sha(files(f"content/rules/{name}/*.toml", f"content/lexicon/{name}/*.toml"))
        for name in lexicon.LANGUAGES
    }
    return of_messages | {f"answers {name}": _sha(files(f"content/answers/{name}.toml")) for name in lexicon.LANGUAGES}


def _sha(paths: Iterable[str]) -> str:
    sha = sha256()
    for path in paths:
        sha.update(path.encode() + b"\0" + (HERE.parents[1] / path).read_bytes() + b"\0")
    return sha.hexdigest()


@dataclass(frozen=True)
class Listened:
    """What one more message shows in a talk of another room, under that room's own permit: where it stands, as plain values too."""

    now: Level  # of this message alone
    level: Level  # of the talk
    topics: tuple[str, ...]
    state: Mapping[str, Any]
    answer: Answer | None  # to what was asked before it


def hear_next(before: Mapping[str, Any], text: str, language: str, asked: Question | None = None) -> Listened:
    """Hear danger in one message of a talk, after what was heard before it (a state that this gave, or nothing) and what was asked."""
    # By words alone: the layer of the extra is part of the digest of this room's systems, not of that room's.
    known = talk.of_plain(before) if before else talk.State()
    reading, state = listen.hear(known, text, language, ("rules", "model"), using(hears()), asked=asked)
    topics = tuple(str(topic) for topic in reading.topics)
    return Listened(reading.level, state.level, topics, talk.to_plain(state), reading.answer)


def hear_own(text: str, language: str) -> Level:
    """Hear danger in words that are a program's own: what the rules see, or an alarm. A question of the model alone is about a person."""
    heard = detect.read(text, language, layers=("rules", "model"), using=using(hears())).level
    return heard if heard >= Level.DANGER else detect.read(text, language, layers=("rules",)).level


def forget() -> None:
    """Read words, rules and models anew: training has just written some."""
    for kept in (
        lexicon.lexicon,
        lexicon.concepts_of,
        language.only_in,
        rules.rules,
        rules.sure,
        linear.model,
        linear.joined,
        course.model,
    ):
        kept.cache_clear()
    meaning.forget()
    answers.forget()


# --- crisis.triage ----------------------------------------------------------------------------------------------------


def gather_talk(permit: Permit) -> Gathered:
    """Read what the person wrote in their open talk with the line, and nothing more."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    numbers_hold()
    said, language = contacts.texts(permit, permit.person)
    items = tuple(Item(Category.TALK, f"Message/{each.number}", f"{order.WORDS}.item", each.at) for each in said)
    return Gathered(items=items, data={"said": said, "using": using(hears())}, language=language)


TRIAGE = rights.register(
    System(
        id="crisis.triage",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.CARE,
        risk_class=RiskClass.HIGH,  # AI Act Annex III 5(d), emergency triage: built as if it applied
        aim=Aim.SAFETY,
        uses=(Use(Category.TALK, Purpose.SAFETY, Recipient.CARE_TEAM),),
        gives=Gives.ORDER,
        oversight=Oversight.INFORM,  # it orders, humans take and decide: docs/decisions/0006
        reviewer=None,
        languages=("en", "nl"),
        validated_for=VALIDATED,
        not_validated_for=("not_validated_for.real", "not_validated_for.languages"),
        evidence=EVIDENCE,
        needed_until=date(2028, 12, 31),
        words=order.WORDS,
        alternative="crisis:start",
        brings_a_human=True,
        sources=(
            *HEARING,
            *files("triage.py", "systems.py", "store/contacts.py", "store/queue.py", "content/triage.toml"),
        ),
        models=MODELS,
        gather=gather_talk,
        infer=order.infer,
        explain=order.explain,
        material=lambda piece: order.of_material(piece, using(piece.get("hears"))),
        adopted=adopted,
        clear=contacts.forget_readings,
    )
)


# --- crisis.watch-own -------------------------------------------------------------------------------------------------


def gather_written(permit: Permit) -> Gathered:
    """Read what the person wrote lately in the one place that the permit names."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    since = permit.issued - watching.LOOK_BACK
    said, items = [], []
    if Category.NOTES in permit.categories:
        for each in reversed(record.own_entries(permit, permit.person, since)):
            if each.kind == "note":
                said.append((each.at, each.text))
                items.append(Item(Category.NOTES, each.ref, f"{watch.WORDS}.item.{Source.JOURNAL}", each.at))
    return Gathered(items=tuple(items), data={"said": said, "using": using(hears())}, language="en")


WATCH = rights.register(
    System(
        id="crisis.watch-own",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.HIGH,
        aim=Aim.SAFETY,
        uses=tuple(sorted(use for source in Source for whom in (Whom.CONTACT, Whom.LINE) for use in
                          watching.uses(source, [watching.Step(whom)]))),
        gives=Gives.SIGNAL,
        oversight=Oversight.INFORM,  # whom it tells is the person's own rule, not the system's: docs/decisions/0008
        reviewer=None,
        languages=("en", "nl"),
        validated_for=VALIDATED,
        not_validated_for=("not_validated_for.real", "not_validated_for.young", "not_validated_for.other_languages"),
        evidence=EVIDENCE,
        needed_until=date(2028, 12, 31),
        words=watch.WORDS,
        alternative="help",
        brings_a_human=True,
        sources=(*HEARING, *files("watching.py", "systems.py", "store/watching.py", "jobs/watching.py", "content/watch*.toml")),
        models=MODELS,
        gather=gather_written,
        infer=watch.infer,
        explain=watch.explain,
        material=lambda piece: watch.of_material(piece, using(piece.get("hears"))),
        adopted=adopted,
        heavy=True,
        in_parts=True,
        clear=watches.clear,
    )
)  # fmt: skip
