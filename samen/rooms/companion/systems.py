"""The AI systems of this room: `companion.talk` plays dialogues and listens for danger, `companion.guide` finds services, `companion.rephrase`."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from samen.people.roles import Role
from samen.rights import door as rights
from samen.rights.register import files_of
from samen.rights.words import (
    Aim,
    Category,
    Context,
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
from samen.rooms.companion import entry as entries
from samen.rooms.companion import guarding, guide, rephrasing
from samen.rooms.companion.guarding import Rules
from samen.rooms.companion.inference import guiding, needing, reply, wording
from samen.rooms.companion.inference.guiding import Question, Read
from samen.rooms.companion.inference.needing import Likes
from samen.rooms.companion.inference.player import Heard
from samen.rooms.companion.inference.reply import Asked
from samen.rooms.companion.inference.wording import Wording
from samen.rooms.companion.library import module_of
from samen.rooms.companion.rephrasing import Wish
from samen.rooms.companion.store import asking, finding, modules, places
from samen.rooms.companion.store import talk as store
from samen.rooms.crisis import door as crisis

HERE = Path(__file__).parent
files = partial(files_of, HERE)
LANGUAGES = ("en", "nl")


def gather(permit: Permit) -> Gathered:
    """Read the turn that waits for its reply, and where the talk stands; nothing more."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    found = store.waiting(permit, permit.person)
    if found is None:
        return Gathered(items=(), data=None)
    item = Item(Category.TALK, f"Turn/{found.turn}", f"{reply.WORDS}.item", found.at, {"turn": found.turn})
    asked = Asked(
        pressed=found.pressed,
        typed=found.typed,
        language=found.language,
        library=modules.in_use(),
        human_there=crisis.is_human_there(timezone.now()),
        state=found.state,
    )
    return Gathered(items=(item,), data=asked, language=found.language)


def infer(gathered: Gathered) -> Finding:
    """Play the turn; what is typed goes to the crisis room's ear first."""
    return reply.infer(gathered, listens)


def listens(before: Mapping[str, Any], text: str, language: str, human_there: bool) -> tuple[int, Heard]:
    """Hear danger in one message: its own level, and what the talk calls for."""
    heard = crisis.listen(before, text, language, human_there=human_there)
    return heard.now, Heard(heard.level, heard.action, heard.keys, heard.numbers, heard.state)


def numbers(language: str, subject: str) -> tuple[crisis.numbers.Number, ...]:
    """Give the numbers that stand under an urgent answer, of the service's country, from the dated directory."""
    listed = crisis.numbers.load(language, timezone.localdate())
    return crisis.numbers.block(listed, settings.SAMEN.country, subject)


def number_lines(language: str, subject: str) -> list[str]:
    """Give the same as lines of text."""
    return [f"{each.name}: {each.shown}" for each in numbers(language, subject)]


def of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read one turn of a validation."""
    if text := piece.get("draft"):  # the preview of one module, also of a version that nobody approved yet
        around = modules.of(piece["around"])  # asked before: the gate's thread has no hold of the database
        return reply.of_material(piece, modules.with_module(around, module_of(text.encode())))
    return reply.of_material(piece, modules.in_use())


TALK = rights.register(
    System(
        id="companion.talk",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.HIGH,  # a medical purpose, until a service has shown otherwise
        aim=Aim.WELLBEING,
        uses=(Use(Category.TALK, Purpose.SELF_UNDERSTANDING, Recipient.PERSON),),
        gives=Gives.TEXT,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=LANGUAGES,
        validated_for=("validated_for.written",),
        not_validated_for=("not_validated_for.real", "not_validated_for.young", "not_validated_for.languages"),
        evidence=(
            Evidence("hard_rules", 0.99, at_least=True),
            Evidence("resumes", 0.99, at_least=True),
            Evidence("walks_end", 0.99, at_least=True),
            *(Evidence(f"understood_{language}", 0.88, at_least=True) for language in LANGUAGES),
            *(Evidence(f"wrong_{language}", 0.03, at_least=False) for language in LANGUAGES),
        ),
        needed_until=date(2028, 12, 31),
        words=reply.WORDS,
        alternative="companion:pages",
        brings_a_human=True,
        sources=(
            *files(
                "dialogue.py",
                "library.py",
                "saying.py",
                "answers.py",
                "systems.py",
                "inference/*.py",
                "store/talk.py",
                "content/frame.toml",
                "content/modules/*.toml",
                "content/rules/*",
                "content/rules/intents/*.toml",
            ),
            *crisis.HEARING,
        ),
        adopted=modules.adopted,
        gather=gather,
        infer=infer,
        explain=reply.explain,
        material=of_material,
    )
)


# --- the guide to services, asked in somebody's own words ---


@cache
def likes() -> Likes:
    """Give how people say what they need, ready to be compared with."""
    phrases = tuple((language, tuple(said.items())) for language, said in places.likes().items())
    return Likes(phrases, needing.patterns_of(places.asking()))


@lru_cache(maxsize=8)
def _listed(language: str, day: date, stamp: int) -> tuple[crisis.numbers.Number, ...]:
    """Read the crisis room's directory, once for each language, day and version of the file."""
    return crisis.numbers.load(language, day)


def listed_numbers(language: str, day: date) -> tuple[crisis.numbers.Number, ...]:
    """Give the crisis room's directory as it stands now."""
    return _listed(language, day, crisis.numbers.DIRECTORY.stat().st_mtime_ns)


def moment_of(at: datetime) -> guide.Moment:
    """Give a moment with its holidays and what is known of the numbers of the crisis room's directory."""
    known = {each.id: (each.certain, each.checked) for each in listed_numbers("en", timezone.localdate(at))}
    return guide.Moment(at, places.holidays(), known)


def heard(text: str, language: str) -> tuple[int, str]:
    """Hear danger in one text: its level, and the subject of the numbers that it calls for."""
    found = crisis.listen({}, text, language, human_there=False)
    return found.now, found.numbers


def gather_question(permit: Permit) -> Gathered:
    """Read the question that waits, and the services that may fit what it asks for; of the person nothing else."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    asked = asking.waiting(permit, permit.person)
    if asked is None:
        return Gathered(items=(), data=None)
    item = Item(Category.TALK, f"Question/{asked.id}", f"{guiding.WORDS}.item", asked.at)
    towns = partial(places.town, country=settings.SAMEN.country)
    meant = guiding.understood(asked.text, asked.language, likes(), towns)
    looks = [Read(wanted, let_go, finding.candidates(wanted)) for wanted, let_go in _looser(meant)]
    question = Question(
        id=str(asked.id),
        text=asked.text,
        language=asked.language,
        looks=looks,
        moment=moment_of(timezone.now()),
        likes=likes(),
        towns=towns,
        heard=heard(asked.text, asked.language),
    )
    return Gathered(items=(item,), data=question, language=asked.language)


def _looser(meant: needing.Meant) -> list[tuple[guide.Wanted, tuple[str, ...]]]:
    wanted = meant.wanted(settings.SAMEN.country)
    return list(guide.looser(wanted)) if wanted.needs else []


def question_of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read a piece of a validation: `text`, `language`, `country`, `at` and a made-up directory as HSDS documents (`services`)."""
    towns = partial(places.town, country=piece["country"])
    meant = guiding.understood(piece["text"], piece["language"], likes(), towns)
    wanted = meant.wanted(piece["country"])
    candidates = [guide.Candidate(entries.entry_of(each)) for each in piece["services"]]
    asked = Question(
        id="trial",
        text=piece["text"],
        language=piece["language"],
        looks=[Read(each, let_go, candidates) for each, let_go in guide.looser(wanted)],
        moment=moment_of(datetime.fromisoformat(piece["at"])),
        likes=likes(),
        towns=towns,
        heard=heard(piece["text"], piece["language"]),
    )
    return Gathered(items=(), data=asked, language=piece["language"])


GUIDE = rights.register(
    System(
        id="companion.guide",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.LIMITED,  # it finds services and judges nobody; that it listens for danger only adds numbers
        aim=Aim.ACCESS,
        uses=(Use(Category.TALK, Purpose.NAVIGATION, Recipient.PERSON),),
        gives=Gives.ORDER,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=LANGUAGES,
        validated_for=("validated_for.written",),
        not_validated_for=("not_validated_for.real", "not_validated_for.young", "not_validated_for.languages"),
        evidence=(
            *(Evidence(f"understood_{language}", 0.85, at_least=True) for language in LANGUAGES),
            *(Evidence(f"wrong_{language}", 0.08, at_least=False) for language in LANGUAGES),
            Evidence("alike", 0.85, at_least=True),
            Evidence("fits", 0.9, at_least=True),
            Evidence("unpaid", 0.97, at_least=True),
            Evidence("said", 0.97, at_least=True),
            Evidence("reasoned", 0.97, at_least=True),
        ),
        needed_until=date(2028, 12, 31),
        words=guiding.WORDS,
        alternative="companion:guide",
        brings_a_human=True,
        sources=(
            *files(
                "guide.py",
                "entry.py",
                "hours.py",
                "hsds.py",
                "systems.py",
                "inference/guiding.py",
                "inference/needing.py",
                "inference/understand.py",
                "store/asking.py",
                "store/finding.py",
                "store/places.py",
                "content/guide/asking.toml",
                "content/guide/holidays.toml",
                "content/guide/like.toml",
                "content/guide/needs.toml",
                "content/guide/places.csv",
                "content/rules/intents/*.toml",
            ),
            *crisis.HEARING,
        ),
        gather=gather_question,
        infer=guiding.infer,
        explain=guiding.explain,
        material=question_of_material,
    )
)


# --- other words by a language model, where a service has set one and the person said yes ---


def has_model() -> bool:
    """Say whether this service has set a language model, and can ask it."""
    return bool(settings.SAMEN.llm_url and settings.SAMEN.llm_model)


@cache
def guard() -> Rules:
    """Give what an answer of a language model is checked by."""
    return guarding.rules(tomllib.loads((HERE / "content/rules/guard.toml").read_text()), modules.never())


@cache
def ordinary(language: str) -> frozenset[str]:
    """Give the words that may leave: those of the written phrases and texts. A name or a rare word is not among them."""
    library = modules.shipped()
    phrases = [each for intent in library.intents.values() for each in intent.like[language]]
    texts = [say[language] for module in library.exercises.values() for s in module.screens.values() for say in s.say]
    return frozenset(each for text in (*phrases, *texts) for each in guarding.words(text))


def _hears(text: str, language: str) -> int:
    return crisis.listen({}, text, language, human_there=False).now if text else 0


def _hears_own(text: str, language: str) -> int:
    return crisis.hear_own(text, language) if text else 0


def may_be_worded(reply: Mapping[str, Any]) -> bool:
    """Say whether the last text of a reply may be put in other words."""
    return rephrasing.may_leave(reply, guard().private)


def ready_for_words() -> None:
    """Load what is needed to ask a language model, so that no run pays for it out of its own time."""
    for language in LANGUAGES:
        _hears("hello", language)
        _wording(Wish("", "", language), "http://127.0.0.1/", "none")


def _wording(wish: Wish, url: str, model: str, *, stream: bool = True) -> Wording:
    # The library takes a second to load and is an extra: nobody pays for it who has no model.
    from samen.rooms.companion.inference import endpoint  # noqa: PLC0415

    there = endpoint.Endpoint(url, model, settings.SECRETS.get("llm_key", ""), stream)
    return Wording(
        wish, partial(endpoint.ask, there), endpoint.Unusable, guard(), _hears, _hears_own, ordinary(wish.language)
    )


def gather_words(permit: Permit) -> Gathered:
    """Read the last turn of the open talk: its written text, and what the person typed. Nothing when it may not leave."""
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    found = store.spoken(permit, permit.person)
    if found is None or not has_model() or not may_be_worded(found.reply):
        return Gathered(items=(), data=())
    item = Item(Category.TALK, f"Turn/{found.turn}", f"{wording.WORDS}.item", found.at, {"turn": found.turn})
    wish = Wish(found.reply["texts"][-1], found.typed, found.language)
    made = _wording(wish, settings.SAMEN.llm_url, settings.SAMEN.llm_model)
    return Gathered(items=(item,), data=(made,), language=found.language)


def words_of_material(piece: Mapping[str, Any]) -> Gathered:
    """Read pieces of a validation: `wishes` with scripted, said, language, url and stream each, and the model's name."""
    made = tuple(
        _wording(
            Wish(each["scripted"], each["said"], each["language"]),
            each["url"],
            piece.get("model", "stand-in"),
            stream=each.get("stream", True),
        )
        for each in piece["wishes"]
    )
    return Gathered(items=(), data=made, language=piece.get("language", "en"))


REPHRASE = rights.register(
    System(
        id="companion.rephrase",
        version="1.0",
        owner="Samen",
        accountable=Role.CLINICAL_LEAD,
        context=Context.SELF_HELP,
        risk_class=RiskClass.HIGH,
        aim=Aim.WELLBEING,
        # What comes out is the person's; and what was typed leaves, shortened, for whoever runs the model.
        uses=(
            Use(Category.TALK, Purpose.SELF_UNDERSTANDING, Recipient.PERSON),
            Use(Category.TALK, Purpose.SELF_UNDERSTANDING, Recipient.VENDOR),
        ),
        gives=Gives.TEXT,
        oversight=Oversight.INFORM,
        reviewer=None,
        languages=LANGUAGES,
        validated_for=("validated_for.written",),
        not_validated_for=(
            "not_validated_for.real",
            "not_validated_for.models",
            "not_validated_for.young",
        ),
        evidence=(Evidence("safe", 0.98, at_least=True), Evidence("kept", 0.4, at_least=True)),
        needed_until=date(2028, 12, 31),
        words=wording.WORDS,
        alternative="companion:talk",
        extra="llm",
        seconds=2.5,
        sources=(
            *files(
                "rephrasing.py",
                "guarding.py",
                "tokens.py",
                "compiler.py",
                "systems.py",
                "inference/wording.py",
                "inference/endpoint.py",
                "store/talk.py",
                "content/rules/guard.toml",
                "content/rules/banned.toml",
            ),
            *crisis.HEARING,
        ),
        gather=gather_words,
        infer=wording.infer,
        explain=wording.explain,
        material=words_of_material,
        adopted=lambda: (
            f"{settings.SAMEN.llm_url} {settings.SAMEN.llm_model}".strip()
        ),  # another model asks for another vote
    )
)
