"""What is heard of the messages and talks that were sealed once and have been read since, and of the talks by which the rules for whole
talks were tried: beside the sealed ones, with no bar.

Run: make bench-crisis-opened. No model learns from them, so their figures can be compared from version to version.
"""

import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from samen.rights.shares import Share
from samen.rooms.crisis.inference import listen
from samen.rooms.crisis.selftest import corpus, measure, plan

CORPUS = Path(corpus.__file__).parents[1] / "content" / "corpus"
OPENED = CORPUS / "opened"
TRIED = "-o4-"  # in the names of open talks that no model learnt from


def answered(turns) -> plan.Answer:
    """Give what is said of one talk, as the self-test takes it."""
    return plan.answer(listen.infer(listen.of_material({"turns": turns})).value)


def shown(share: Share) -> str:
    """Give a share with its interval."""
    return f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}] of {share.n}"


def main() -> None:
    """Measure and print."""
    for language in ("en", "nl"):
        messages = corpus.messages(tomllib.loads((OPENED / f"{language}.toml").read_text()), language)
        pairs = [(each, answered([each.text]).messages[0]) for each in messages]
        print(f"{language}: said {shown(measure.sensitivity(pairs, measure.SAID))}")
        print(f"    implied {shown(measure.sensitivity(pairs, measure.IMPLIED))}")
        print(
            f"    traps left alone {shown(measure.specificity(pairs, traps=True))}, asked {shown(measure.asked(pairs))}"
        )
        for name, file, part in (
            ("opened", OPENED / f"talks_{language}.toml", ""),
            ("tried", CORPUS / "talks" / f"{language}.toml", TRIED),
        ):
            talks = corpus.talks(tomllib.loads(file.read_text()), language)
            figures = measure.of_talks([(each, answered(each.turns).talk) for each in talks if part in each.id])
            print(
                f"    talks, {name}: escalated {shown(figures.escalated)}, harmless ones alarmed {shown(figures.alarmed)}"
            )


if __name__ == "__main__":
    main()
