"""Words as a search compares them: small letters, no accents, no endings that only count, no words that are everywhere."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
LEAST = 2  # letters
LONGEST = 24
MOST = 8  # words of a question that are looked at
EVERYWHERE = (
    "a an and are as at be by for from have help helps i in is it me my need of on or our that the their they this to want we what when "
    "where which who with you your "
    "aan al als bij dan dat de den der die dit doe door een en er het hulp ik in is je jou kan ken maar me met mij mijn na naar niet nog of "
    "om ons ook op over te tot u uit van voor waar wat we wie wij wil ze zijn zoek"
)
STOP = frozenset(EVERYWHERE.split())
ENDINGS = ("ingen", "en", "es", "s", "e")  # plural and inflection, in both languages; what is left must stay a word
STEM = 4  # letters that are left at least


def bare(text: str) -> str:
    """Give a text in small letters, without accents and apostrophes."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each) and each not in "'’‘`")


def words(text: str) -> list[str]:
    """Give the words of a text as they stand in the index, in their order."""
    return [stem(each)[:LONGEST] for each in WORD.findall(bare(text)) if len(each) >= LEAST and each not in STOP]


def stem(word: str) -> str:
    """Take off an ending, so that "schulden" finds "schuld" and "debts" finds "debt"."""
    if word.isdigit():
        return word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM:
            return word[: -len(ending)]
    return word


def asked(text: str) -> tuple[str, ...]:
    """Give the words of a question, each once, no more than are looked at."""
    return tuple(dict.fromkeys(words(text)))[:MOST]


def weights(texts: dict[str, float]) -> dict[str, float]:
    """Give the words of several texts with their weights: the weight of the weightiest text that holds a word."""
    found: dict[str, float] = {}
    for text, weight in texts.items():
        for word in words(text):
            found[word] = max(found.get(word, 0.0), weight)
    return found
