"""What is heard of the messages and talks that were sealed once and have been read since: beside the sealed ones, with no bar.

Run: make bench-crisis-opened. Nothing is learnt from them, so their figures can be compared from version to version.
"""

import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from samen.rights.shares import Share
from samen.rooms.crisis.inference import detect, talk
from samen.rooms.crisis.selftest import corpus, measure

OPENED = Path(corpus.__file__).parents[1] / "content" / "corpus" / "opened"


def said(reading) -> measure.Said:
    """Give what measuring needs of a reading."""
    return measure.Said(reading.level, reading.action, reading.probability)


def shown(share: Share) -> str:
    """Give a share with its interval."""
    return f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}] of {share.n}"


def main() -> None:
    """Measure and print."""
    for language in ("en", "nl"):
        messages = corpus.messages(tomllib.loads((OPENED / f"{language}.toml").read_text()), language)
        talks = corpus.talks(tomllib.loads((OPENED / f"talks_{language}.toml").read_text()), language)
        pairs = [(each, said(detect.read(each.text))) for each in messages]
        whole = []
        for each in talks:
            state, actions = talk.State(), []
            for turn in each.turns:
                state = talk.fold(state, detect.read(turn))
                actions.append(state.action)
            whole.append((each, tuple(actions)))
        figures = measure.of_talks(whole)
        print(f"{language}: said {shown(measure.sensitivity(pairs, measure.SAID))}")
        print(f"    implied {shown(measure.sensitivity(pairs, measure.IMPLIED))}")
        print(
            f"    traps left alone {shown(measure.specificity(pairs, traps=True))}, asked {shown(measure.asked(pairs))}"
        )
        print(f"    talks escalated {shown(figures.escalated)}, harmless ones alarmed {shown(figures.alarmed)}")


if __name__ == "__main__":
    main()
