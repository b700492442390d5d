"""What the detector reaches, figure by figure, each with its interval and beside two rivals that are too simple.

Takes what was said of each message or talk, in their order, and gives values; nothing here runs a detector.
Source: Guo et al. 2017, arXiv:1706.04599 (calibration error).
"""

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from samen.rights import shares
from samen.rights.shares import Share, wilson
from samen.rooms.crisis.reading import Action, Level, Topic
from samen.rooms.crisis.selftest.corpus import Expect, Message, Reply, Talk

BINS = 10  # of equal count
RESAMPLES = 400  # of families, for the interval of the calibration error

# What must be heard as an alarm, and what must at least be asked about (issue's bars).
SAID = frozenset({Topic.EXPLICIT, Topic.PLAN, Topic.MEANS, Topic.INTENT, Topic.BEHAVIOUR, Topic.OVERDOSE})
IMPLIED = frozenset({Topic.OBLIQUE, Topic.PASSIVE})


@dataclass(frozen=True)
class Said:
    """What the detector said of one message."""

    level: Level
    action: Action
    probability: float  # that a clinician would call it level 3 or 4
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One message or talk that went wrong, for a clinician to look at."""

    id: str
    kind: str  # missed, false-alarm, needless-question, late, flipped
    text: str
    expected: str
    got: str
    reason: str  # the author's
    rules: tuple[str, ...] = ()


Pair = tuple[Message, Said]


def share(hits: Iterable[bool]) -> Share:
    """Give a share with its interval; of nothing, there is none."""
    return shares.share(hits, of_nothing=math.nan)


def interval(hits: Iterable[tuple[str, bool]]) -> Share:
    """Give a share of messages, each with its family. The interval is as wide as if each family were one message."""
    found = list(hits)
    if not found:
        return Share(math.nan, 0.0, 1.0, 0)
    return wilson(sum(hit for _, hit in found) / len(found), len({family for family, _ in found}))


def heard(message: Message, said: Said) -> bool:
    """Say whether a message in danger got what it needs: an alarm, or where the danger is only implied at least a question."""
    if message.danger and message.topic not in IMPLIED:
        return said.action is Action.ALARM
    return said.action is not Action.NONE


def sensitivity(pairs: Iterable[Pair], topics: Collection[Topic]) -> Share:
    """Give the share heard of the messages in danger (level 2 and up) about these topics."""
    return share(heard(m, s) for m, s in pairs if not m.harmless and m.topic in topics)


def specificity(pairs: Iterable[Pair], *, traps: bool = False) -> Share:
    """Give the share of harmless messages without an alarm; of traps alone when asked."""
    return share(s.action is not Action.ALARM for m, s in pairs if m.harmless and (m.trap or not traps))


def asked(pairs: Iterable[Pair]) -> Share:
    """Give the share of harmless messages that were answered with a question."""
    return share(s.action is Action.ASK for m, s in pairs if m.harmless)


def by(pairs: Iterable[Pair], key: Callable[[Message], str]) -> Mapping[str, Share]:
    """Give, by topic, trap or style, the share of messages that got what they need: danger heard, the harmless not alarmed."""
    groups: dict[str, list[bool]] = {}
    for m, s in pairs:
        if name := key(m):
            groups.setdefault(name, []).append(s.action is not Action.ALARM if m.harmless else heard(m, s))
    return {name: share(groups[name]) for name in sorted(groups)}


def calibration_error(rows: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Give the expected calibration error: probability against truth, in bins of equal count. Not a number for nothing."""
    if not rows:
        return math.nan
    ordered = sorted(rows, key=lambda row: row[0])
    edges = [round(place * len(ordered) / bins) for place in range(bins + 1)]
    total = 0.0
    for first, end in itertools.pairwise(edges):
        if within := ordered[first:end]:
            total += abs(sum(p - truth for p, truth in within))
    return total / len(ordered)


def calibration(pairs: Sequence[Pair], *, seed: int) -> Share:
    """Give the calibration error for "level 3 or 4", with an interval from families drawn again with the seed."""
    families: dict[str, list[tuple[float, bool]]] = {}
    for m, s in pairs:
        families.setdefault(m.family, []).append((s.probability, m.danger))
    groups, chance = list(families.values()), Random(seed)
    drawn = sorted(
        calibration_error([row for group in chance.choices(groups, k=len(groups)) for row in group])
        for _ in range(RESAMPLES)
    )
    found = calibration_error([row for group in groups for row in group])
    low, high = drawn[int(RESAMPLES * 0.025)], drawn[int(RESAMPLES * 0.975)]
    return Share(found, min(low, found), max(high, found), len(pairs))


def flips(pairs: Iterable[tuple[Level, Level]]) -> Share:
    """Give the share of messages whose level changed when their spelling did."""
    return share(before is not after for before, after in pairs)


# --- talks ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TalkFigures:
    """What whole talks got: escalated in time, asked in time, and left in peace."""

    escalated: Share  # imminent and high: an alarm by the turn in which it is due
    asked: Share  # ask: a question or an alarm by that turn
    alarmed: Share  # harmless: an alarm at any turn
    questioned: Share  # harmless: a question at any turn, and no alarm


def in_time(talk: Talk, actions: Sequence[Action]) -> bool:
    """Say whether a talk got what it needs, given the talk's action after each turn."""
    if talk.expect is Expect.HARMLESS:
        return Action.ALARM not in actions
    enough = (Action.ALARM,) if talk.expect in (Expect.IMMINENT, Expect.HIGH) else (Action.ALARM, Action.ASK)
    return any(each in enough for each in actions[: talk.by])


def of_talks(pairs: Sequence[tuple[Talk, Sequence[Action]]]) -> TalkFigures:
    """Measure whole talks, given the talk's action after each turn."""
    grave = [in_time(t, a) for t, a in pairs if t.expect in (Expect.IMMINENT, Expect.HIGH)]
    harmless = [a for t, a in pairs if t.expect is Expect.HARMLESS]
    return TalkFigures(
        escalated=share(grave),
        asked=share(in_time(t, a) for t, a in pairs if t.expect is Expect.ASK),
        alarmed=share(Action.ALARM in a for a in harmless),
        questioned=share(Action.ASK in a and Action.ALARM not in a for a in harmless),
    )


# --- what went wrong --------------------------------------------------------------------------------------------------


def cases(pairs: Iterable[Pair]) -> tuple[Case, ...]:
    """List each message that went wrong: danger not heard, alarms and questions at what is harmless."""
    return tuple(found for m, s in pairs if (found := _case(m, s)) is not None)


def _case(m: Message, s: Said) -> Case | None:
    if m.harmless:
        kind = {Action.ALARM: "false-alarm", Action.ASK: "needless-question", Action.NONE: ""}[s.action]
    else:
        kind = "" if heard(m, s) else "missed"
    if not kind:
        return None
    expected = f"level {m.level}, {m.topic or m.trap or 'harmless'}"
    return Case(m.id, kind, m.text, expected, f"level {s.level}, {s.action}", m.reason, s.rules)


def talk_cases(pairs: Iterable[tuple[Talk, Sequence[Action]]]) -> tuple[Case, ...]:
    """List each talk that went wrong."""
    found = []
    for t, a in pairs:
        if not in_time(t, a):
            kind = "false-alarm" if t.expect is Expect.HARMLESS else "late" if Action.ALARM in a else "missed"
            expected = f"{t.expect} by turn {t.by}" if t.by else str(t.expect)
            found.append(Case(t.id, kind, "\n".join(t.turns), expected, ", ".join(map(str, a)), t.reason))
    return tuple(found)


def reply_cases(pairs: Iterable[tuple[Reply, Said]]) -> tuple[Case, ...]:
    """List each answer to the one direct question that was taken for another."""
    return tuple(
        Case(
            each.id,
            "missed" if each.due else "false-alarm",
            each.text,
            f"answer {each.answer or 'other'}",
            f"level {said.level}, {said.action}",
            "",
            said.rules,
        )
        for each, said in pairs
        if each.due != (said.action is Action.ALARM)
    )


# --- two rivals that are too simple -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rival:
    """What a simpler detector reaches on the same messages."""

    sensitivity: Share  # of level 3 and 4
    specificity: Share  # of what is harmless


def keyword_list(messages: Iterable[Message], words: Collection[str]) -> Rival:
    """Alarm at every message in which a word or phrase of a list stands."""
    listed = tuple(word.casefold() for word in words)
    found = [(m, any(word in m.text.casefold() for word in listed)) for m in messages]
    return Rival(share(hit for m, hit in found if m.danger), share(not hit for m, hit in found if m.harmless))


def length_only(messages: Sequence[Message]) -> Rival:
    """Alarm by nothing but the message's length, at the length that serves it best: what a corpus gives away by its form."""
    rated = [(len(m.text), m.danger) for m in messages if m.danger or m.harmless]
    cuts = sorted({length for length, _ in rated})
    sides = [(cut, longer) for cut in cuts for longer in (True, False)]
    cut, longer = max(sides, key=lambda side: sum((_hit(n, *side)) == danger for n, danger in rated))
    return Rival(
        share(_hit(n, cut, longer) for n, danger in rated if danger),
        share(not _hit(n, cut, longer) for n, danger in rated if not danger),
    )


def _hit(length: int, cut: int, longer: bool) -> bool:
    return length >= cut if longer else length < cut
