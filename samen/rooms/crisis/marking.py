"""A text with the words marked that a computer reacted to."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from samen.rooms.crisis.reading import Span


@dataclass(frozen=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


def pieces(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Cut a text where marks begin and end; overlapping marks are one. Joined together it is the text again."""
    marked = [False] * len(text)
    for span in spans:
        for at in range(max(span.start, 0), min(span.end, len(text))):
            marked[at] = True
    cuts = [0, *(at for at in range(1, len(text)) if marked[at] != marked[at - 1]), len(text)]
    return tuple(Piece(text[a:b], marked[a]) for a, b in itertools.pairwise(cuts) if a < b)
