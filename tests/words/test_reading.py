"""What people read is easy to read, in both languages: short thoughts, short words.

Reading ease runs from 0 to 100. Flesch 1948 (doi:10.1037/h0057532) calls 60 to 70 standard and 70 to 80 fairly easy;
Douma 1960 made the same scale for Dutch (De leesbaarheid van landbouwbladen, Wageningen). B1 texts lie around 65 to 80 in
both. The measure sees length alone: it cannot tell whether a sentence is kind, clear or true. So it is a floor, never a proof.
"""

from collections.abc import Iterator, Mapping

import pytest

from samen.words import sentences
from tests.words import reading

EASE_OF_A_FAMILY = 65  # of all sentences that begin with the same two words of their key, taken together
EASE_OF_A_SENTENCE = 35  # one sentence is a small sample: one long word that has no shorter one must not fail it
WORDS_OF_A_SENTENCE = 26  # more than that, and whoever is tired has lost the beginning
SHORT = 8  # words; below that one word decides the measure
LEAST = 60  # words; a family with fewer is a list of names, not a text

# Read at work, by staff, panel, operators or developers, and words that are parts of sentences or names of things.
AT_WORK = (
    "companion.problem.",
    "companion.asking.measure.",
    "companion.talk.measure.",
    "companion.guide_desk.",
    "companion.guide_need.",
    "crisis.adapters.",
    "crisis.console.",
    "crisis.hazards.",
    "crisis.labels.",
    "crisis.line.asq.unchecked",
    "crisis.measure.",
    "crisis.policy.",
    "crisis.selftest.",
    "crisis.triage.",
    "people.account.",
    "people.break_glass.",
    "people.care.",
    "people.mine.",
    "people.role.",
    "record.importing.",
    "record.timeline.",
    "rights.answer.",
    "rights.category.",
    "rights.duty.",
    "rights.looked.",
    "rights.oversight.",
    "rights.panel.",
    "rights.queue.",
    "rights.recipient.",
    "rights.register.check.",
    "rights.register.export.",
    "rights.register.log.",
    "rights.register.machines_text",
    "rights.role.",
    "rights.stages.",
    "rights.systems.",
    "rights.verdict.",
    "sensing.building.",
    "sensing.features.",
    "sensing.importing.",
    "sensing.quality.",
    "sensing.quarantine.",
    "sensing.running.",
    "sensing.study.",
    "treatment.progress_watch.staff.",
    "web.style.",
    "web.times.",
)
# Evidence and method on a system's public sheet: exact words for whoever checks it, below the plain ones.
EXACT = ("method", "validated_for", "not_validated_for", "evidence", "fairness")


def for_people() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the sentences that people meet."""
    for key, texts in sentences().items():
        staff = key.startswith(AT_WORK) or "_staff" in key
        if not staff and not set(key.split(".")) & set(EXACT):
            yield key, texts


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_family_of_sentences_is_easy_to_read(language):
    families: dict[str, list[str]] = {}
    for key, texts in for_people():
        families.setdefault(".".join(key.split(".")[:2]), []).append(texts[language])
    counted = {family: reading.count(texts, language) for family, texts in families.items()}
    ease = {family: round(found.ease(language)) for family, found in counted.items() if found.words >= LEAST}
    assert len(ease) > 20
    assert {family: value for family, value in ease.items() if value < EASE_OF_A_FAMILY} == {}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_sentence_is_too_long_or_too_hard(language):
    hard = []
    for key, texts in for_people():
        for sentence in reading.sentences(reading.plain(texts[language], language)):
            words = len(reading.words(sentence))
            ease = reading.count([sentence], language).ease(language)
            if words > WORDS_OF_A_SENTENCE or (words >= SHORT and ease < EASE_OF_A_SENTENCE):
                hard.append(f"{key}: {words} words, ease {ease:.0f}: {sentence}")
    assert hard == []


@pytest.mark.parametrize(
    ("language", "easy", "hard"),
    [
        (
            "en",
            "You may stop. We ask you first.",
            "Participation necessitates authorisation of institutional processing.",
        ),
        (
            "nl",
            "Je mag stoppen. We vragen het eerst.",
            "Deelname vereist autorisatie van institutionele gegevensverwerking.",
        ),
    ],
)
def test_the_measure_tells_plain_words_from_official_ones(language, easy, hard):
    assert reading.count([easy], language).ease(language) > EASE_OF_A_FAMILY
    assert reading.count([hard], language).ease(language) < EASE_OF_A_SENTENCE
