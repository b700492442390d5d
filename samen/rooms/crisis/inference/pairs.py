"""Which meanings stand near each other: what a linear model cannot see in words and meanings one by one.

"bought rope" and "got cord" share no pair of words, and both hold ACQUIRE before TOOL. Pairs stay within a sentence.
"""

from collections.abc import Container

from samen.rooms.crisis.inference.grammar import FILLER, SPLIT, Said

FAR = 8  # words from the beginning of one meaning to that of the next
NEAR = 3  # words from a meaning to a word beside it
MOST = 24  # meanings looked at after each: more in so few words add nothing
WITHOUT = frozenset({"START", "END", FILLER, SPLIT})  # say where words stand, not what they mean


def pairs(said: Said, known: Container[str] | None = None) -> dict[str, int]:
    """Give each pair in a message once: "A>B", a meaning before another; "word<A" and "word>A", a word before or after one.

    `known`: give only these.
    """
    found: list[str] = []
    words, sentence, count = said.words, said.sentence, len(said.words)
    spots = sorted(
        (first, last, concept)
        for concept, there in said.spots.items()
        if concept not in WITHOUT
        for first, last in there
        if first < count
    )
    for place, (first, last, concept) in enumerate(spots):
        own = sentence[first]
        for later, _, other in spots[place + 1 : place + 1 + MOST]:
            if later - first > FAR or sentence[later] != own:
                break
            if other != concept:
                found.append(f"{concept}>{other}")
        found += [f"{words[near]}<{concept}" for near in range(max(0, first - NEAR), first) if sentence[near] == own]
        after = range(last, min(last + NEAR, count))
        found += [f"{words[near]}>{concept}" for near in after if sentence[near] == own]
    return {pair: 1 for pair in found if known is None or pair in known}
