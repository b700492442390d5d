"""What the detector costs: p50 and p99 of 10,000 mixed messages on one core, memory, and how soon it starts.

Run: make bench-crisis. Bars (the product's plan for this room): p99 at most 2 ms, with sentence vectors 15 ms and at least 250 messages a
second; start at most 2 s; memory at most 250 MB.
"""

import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))
begun = perf_counter()

from samen.rooms.crisis.inference import detect, meaning

detect.read("hello, ik ben er", layers=("rules", "model"))
started = perf_counter() - begun

from samen.rooms.crisis.training import material

MESSAGES = 10_000
LONGEST = 1000
SEED = 20261125
SHORT = 300


def messages() -> list[str]:
    """Give mixed messages: those of both languages, a tenth typed worse, a tenth joined to letters of up to 1,000 characters."""
    chance = Random(SEED)
    rows = [row for language in material.LANGUAGES for row in material.rows(language)]
    texts = [row.text for row in rows] + [row.text for row in material.noisy(rows, SEED)]
    found: list[str] = []
    while len(found) < MESSAGES:
        text = chance.choice(texts)
        while chance.random() < 0.1 and len(text) < LONGEST:
            text += " " + " ".join(chance.choices(texts, k=4))
        found.append(text[:LONGEST])
    return found


def main() -> None:
    """Measure and print: without the layer of the extra `embeddings`, and with it where it is installed."""
    texts = messages()
    mean = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} messages of {mean:.0f} characters on average, longest {max(map(len, texts))}")
    print("milliseconds of processor time, so that other work on the machine does not count:")
    measured("rules and words", texts, ("rules", "model"), bar=2)
    print(f"start {started:.2f} s (bar 2.00)")
    if meaning.installed() is not None:
        begun = perf_counter()
        meaning.head("en")
        print(f"sentence model ready in {perf_counter() - begun:.2f} s")
        measured("with meaning", texts, detect.LAYERS, bar=15)
        measured("with meaning, English alone", [each for each in texts if spoken(each) == "en"], detect.LAYERS, bar=15)


def spoken(text: str) -> str:
    """Give the language that the detector finds."""
    return detect.read(text, layers=("rules",)).language


def measured(name: str, texts: list[str], layers: Sequence[str], *, bar: float) -> None:
    """Measure some layers and print."""
    taken = []
    for text in texts:
        start = process_time()
        detect.read(text, layers=layers)
        taken.append((process_time() - start) * 1000)
    short = sorted(each for each, text in zip(taken, texts, strict=True) if len(text) <= SHORT)
    taken.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}, {len(texts)} messages:")
    print(
        f"  up to {SHORT} characters ({len(short)}): p50 {short[len(short) // 2]:.2f}, p99 {short[int(len(short) * 0.99)]:.2f}"
    )
    print(
        f"  p50 {taken[len(taken) // 2]:.2f} ms   p99 {taken[int(len(taken) * 0.99)]:.2f} ms (bar {bar:g})   worst {taken[-1]:.1f} ms"
    )
    print(f"  {1000 * len(texts) / sum(taken):.0f} messages/s on one core; memory {peak:.0f} MB (bar 250)")


main()
