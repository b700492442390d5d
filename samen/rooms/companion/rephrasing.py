"""What may be asked of a language model, and what leaves the service for it: the scripted text and a minimised last message. Pure.

The model may only put the scripted text in other words, or one reflecting sentence before it. Whatever it answers, guarding.py decides.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 300  # letters of the person's last message that leave at most
LEAST_WORDS = 8  # a shorter text gains nothing by other words
HEARS = 2  # level of the detector from which nothing is sent

# Taken out in this order; what is taken out leaves a mark, so that the sentence stays one.
MARK = "…"
REMOVED = (
    re.compile(r"\S+@\S+"),  # e-mail
    re.compile(
        r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|be|com|org|net|eu|io|de|fr|uk|info|me)\b\S*", re.I
    ),
    re.compile(r"[@#]\w+"),  # names on social media
    re.compile(
        r"\b\w*\d[\w.:/+-]*(?:[ -]\d[\w.:/-]*)*"
    ),  # whatever holds a digit: phones, numbers, dates, postcodes, identifiers
    re.compile(
        r"\b(?:januari|februari|maart|april|juni|juli|augustus|september|oktober|november|december|january|february|march|june|july|august"
        r"|october|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
        re.I,
    ),
    re.compile(
        r"\b[\w'’-]*(?:straat|straatje|laan|plein|kade|gracht|steeg|dreef|singel)\b"
        r"|\b(?:\w+ )(?:street|road|avenue|lane|square|close)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:my name is|i am called|they call me|mijn naam is|ik heet|heet ik|ik ben de|called|named|genaamd|heet|dhr\.?|mevr\.?|mr\.?|mrs\.?"
        r"|ms\.?|dr\.?|dokter|doctor|meneer|mevrouw|zuster|oom|tante|uncle|aunt)\s+\S+(?:\s+(?:van|de|der|den|ter)\b)*",
        re.I,
    ),
)
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


@dataclass(frozen=True)
class Wish:
    """One text to be put in other words: what stands in the script, what the person said last, and the language."""

    scripted: str
    said: str
    language: str


def minimised(text: str, known: frozenset[str]) -> str:
    """Give a message without names, addresses, numbers, dates and identifiers.

    `known` are the words (small letters) that may leave: a word that nobody wrote down as ordinary may be a name, and stays here.
    So names in small letters, places and rare words do not leave either.
    """
    for pattern in REMOVED:
        text = pattern.sub(MARK, text)
    text = WORD.sub(
        lambda found: found.group(0) if found.group(0).casefold().replace("’", "'") in known else MARK, text
    )
    text = re.sub(rf"[^\w\s.,?!'’{MARK}-]", " ", text)  # signs by which a message could pose as something else
    text = re.sub(rf"(?:{MARK}[\s.,'’-]*)+", f"{MARK} ", text)
    return " ".join(text.split())[:LONGEST]


def may_leave(reply: Mapping[str, Any], private: Collection[str]) -> bool:
    """Say whether a reply's text may be put in other words at all: one calm screen of an exercise, without a typed answer in it.

    `private` are the modules whose texts stay as they are: of safety, crisis, and what may never be said loosely.
    """
    says = reply.get("says", ())
    calm = not (
        reply["level"]
        or reply["numbers"]
        or reply["leads"]
        or reply["ended"]
        or reply["action"] not in ("", "none", "go_on")
    )
    if not calm or not says or "says" not in reply:
        return False
    key, values = says[-1]
    typed = any(isinstance(value, str) and value.startswith("@") for value in values.values())
    return key.startswith("s/") and key.split("/")[1] not in private and not typed


def messages(wish: Wish, frame: Mapping[str, str], known: frozenset[str]) -> list[dict[str, str]]:
    """Give what is sent: the instruction, the scripted text, and the minimised message where there is one."""
    asked = [{"role": "system", "content": frame["system"]}]
    said = minimised(wish.said, known)
    parts = [f"{frame['scripted']}\n{wish.scripted}"]
    if WORD.search(said):
        parts.append(f"{frame['said']}\n{said}")
    return [*asked, {"role": "user", "content": "\n\n".join(parts)}]
