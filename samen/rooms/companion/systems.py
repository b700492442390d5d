"""The AI systems of this room: `companion.talk` plays dialogues, understands what is typed, and listens for danger."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from samen.people.roles import Role
from samen.rights import door as rights
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
from samen.rooms.companion.inference import reply
from samen.rooms.companion.inference.player import Heard
from samen.rooms.companion.inference.reply import Asked
from samen.rooms.companion.store import modules
from samen.rooms.companion.store import talk as store
from samen.rooms.crisis import door as crisis

HERE = Path(__file__).parent
ROOM = "rooms/companion"
LANGUAGES = ("en", "nl")


def files(*patterns: str) -> tuple[str, ...]:
    """Give files of this room, seen from `samen/`, in a fixed order: what a system's digest is over."""
    found = {path for pattern in patterns for path in HERE.glob(pattern) if path.name != "__init__.py"}
    return tuple(sorted(f"{ROOM}/{path.relative_to(HERE)}" for path in found if path.is_file()))


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
        library=modules.shipped(),
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
    return reply.of_material(piece, modules.shipped())


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
        gather=gather,
        infer=infer,
        explain=reply.explain,
        material=of_material,
    )
)
