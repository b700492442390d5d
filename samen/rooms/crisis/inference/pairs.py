"""Which meanings stand near each other: what a linear model cannot see in words and meanings one by one.

"bought rope" and "got cord" share no pair of words, and both hold ACQUIRE before TOOL. Pairs stay within a sentence.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from samen.rooms.crisis.inference.grammar import FILLER, SPLIT, Said

FAR = 8  # words from the beginning of one meaning to that of the next
NEAR = 3  # words from a meaning to a word beside it
MOST = 24  # meanings looked at after each: more in so few words add nothing
WITHOUT = frozenset({"START", "END", FILLER, SPLIT})  # say where words stand, not what they mean

Term = tuple[int, float]  # the row of a term among a model's weights, and its rarity (idf)


class Beside(NamedTuple):
    """What stands beside one meaning: the meanings after it, and the words before and after."""

    concept: str
    later: list[str]
    before: list[str]
    after: list[str]


class Partners(NamedTuple):
    """What a model knows beside one meaning, by the same three sides."""

    later: dict[str, Term]
    before: dict[str, Term]
    after: dict[str, Term]


def beside(said: Said, everywhere: Collection[str] = ()) -> list[Beside]:
    """Give, for each meaning of a message where it stands, what stands beside it; those that stand everywhere are left away."""
    words, count = said.words, len(said.words)
    begins, ends = _sentences(said.sentence)
    spots = sorted(
        (first, last, concept)
        for concept, there in said.spots.items()
        if concept not in WITHOUT and concept not in everywhere
        for first, last in there
        if first < count
    )
    names = [concept for _, _, concept in spots]
    found = []
    upto = 0
    for place, (first, last, concept) in enumerate(spots):
        past = min(first + FAR + 1, ends[first])
        while upto < len(spots) and spots[upto][0] < past:
            upto += 1
        later = names[place + 1 : min(upto, place + 1 + MOST)]
        before = words[max(first - NEAR, begins[first]) : first]
        found.append(Beside(concept, later, before, words[last : min(last + NEAR, ends[first])]))
    return found


def _sentences(numbers: list[int]) -> tuple[list[int], list[int]]:
    """Give for each word the place where its sentence begins, and the one after its end."""
    begins, ends = list(range(len(numbers))), list(range(1, len(numbers) + 1))
    for place in range(1, len(numbers)):
        if numbers[place] == numbers[place - 1]:
            begins[place] = begins[place - 1]
    for place in range(len(numbers) - 2, -1, -1):
        if numbers[place] == numbers[place + 1]:
            ends[place] = ends[place + 1]
    return begins, ends


def pairs(said: Said) -> dict[str, int]:
    """Give each pair in a message once: "A>B", a meaning before another; "word<A" and "word>A", a word before or after one."""
    found: dict[str, int] = {}
    for concept, later, before, after in beside(said):
        found |= dict.fromkeys([f"{concept}>{other}" for other in later if other != concept], 1)
        found |= dict.fromkeys([f"{word}<{concept}" for word in before], 1)
        found |= dict.fromkeys([f"{word}>{concept}" for word in after], 1)
    return found


def partners(known: Mapping[str, Term]) -> dict[str, Partners]:
    """Sort the pairs that a model knows by their meaning, so that none has to be spelt out to be looked up."""
    found: dict[str, Partners] = {}
    for pair, term in known.items():
        one, sign, other = pair.partition(">") if ">" in pair else pair.partition("<")
        if one.isupper():
            found.setdefault(one, Partners({}, {}, {})).later[other] = term
        else:
            side = found.setdefault(other, Partners({}, {}, {}))
            (side.after if sign == ">" else side.before)[one] = term
    return found


def known_pairs(there: Iterable[Beside], known: Mapping[str, Partners]) -> list[Term]:
    """Give the pairs in a message that a model knows, each once."""
    found: list[Term] = []
    for concept, *sides in there:
        partner = known.get(concept)
        if partner is not None:
            for side, names in zip(partner, sides, strict=True):
                found += filter(None, map(side.get, names))
    return list({term[0]: term for term in found}.values())
