"""What may run for one person, line by line, as the page and the print-out show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samen.rights import consent
from samen.rights.consent import Standing, Statement
from samen.rights.words import Category, Stage, System, Use

IN_USE = (Stage.PILOT, Stage.GENERAL)


@dataclass(frozen=True)
class UseLine:
    """One thing to say yes or no to, and what holds for it now."""

    use: Use
    standing: Standing

    @property
    def choice(self) -> bool | None:
        """Give the answer that holds: yes, no, or none (never chosen, or ended)."""
        return {Standing.YES: True, Standing.NO: False}.get(self.standing)


@dataclass(frozen=True)
class SystemLine:
    """One AI system with its uses. It may run when each use has a yes (one, where it runs in parts), it is in use, and not paused."""

    id: str
    words: str
    stage: Stage | None
    uses: tuple[UseLine, ...]
    paused: bool = False
    in_parts: bool = False

    @property
    def may_run(self) -> bool:
        """Say whether the person's word and the stage let it run, or a part of it. The gate checks more, each time."""
        part = self.in_parts and any(line.standing is Standing.YES for line in self.uses)
        return (self.agreed or part) and self.stage in IN_USE and not self.paused

    @property
    def agreed(self) -> bool:
        """Say whether a yes holds for every use: one is not enough."""
        return bool(self.uses) and all(line.standing is Standing.YES for line in self.uses)

    @property
    def unchosen(self) -> bool:
        """Say whether the person never said anything about it."""
        return all(line.standing is Standing.NONE for line in self.uses)

    @property
    def expired(self) -> bool:
        """Say whether a yes has ended by itself."""
        return any(line.standing is Standing.EXPIRED for line in self.uses)


def line(
    system: System, statements: Iterable[Statement], stage: Stage | None, now: datetime, *, paused: bool = False
) -> SystemLine:
    """Say what holds for one system. For a heavy class a yes without the teach-back answer counts as none, as in the gate."""
    counted = [each for each in statements if not (system.heavy and each.yes and not each.taught_back)]
    uses = tuple(UseLine(use, consent.standing(use, counted, now)) for use in system.uses)
    return SystemLine(system.id, system.words, stage, uses, paused, system.in_parts)


def categories(systems: Sequence[System]) -> list[Category]:
    """Give every category that some system reads, in the order of the vocabulary."""
    read = {use.category for system in systems for use in system.uses}
    return [each for each in Category if each in read]


def answers(words: str, sentences: Mapping[str, object]) -> list[str]:
    """Give the names of the answers to a system's teach-back question; the right ones begin with `right`.

    Empty unless there is a right and a wrong one: a question that cannot be missed teaches nothing.
    """
    prefix = f"{words}.teach_back.answers."
    found = sorted(key.removeprefix(prefix) for key in sentences if key.startswith(prefix))
    return found if {is_right(name) for name in found} == {True, False} else []


def is_right(answer: str) -> bool:
    """Say whether this answer to a teach-back question is a right one."""
    return answer.startswith("right")
