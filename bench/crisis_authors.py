"""What hears a writer it never learnt from: the authors of the training messages held out
whole, a tenth of them at a time, with and without sentence vectors.

Run: make bench-crisis-authors (needs the extras training and embeddings; half an hour of one core). Only authors who had seen no rule
are counted. Thresholds: the lowest at which the model alone leaves .95 of traps, .985 of plain talk and .997 of ordinary talk without an
alarm, and .90 of harmless messages without a question. Sealed messages stay shut. Intervals are Wilson's over families.
"""

import os
import sys
import tomllib
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from sklearn.metrics import roc_auc_score

from samen.rights.shares import wilson
from samen.rooms.crisis.inference import detect, meaning
from samen.rooms.crisis.selftest.measure import IMPLIED, SAID
from samen.rooms.crisis.training import fit, head, material, ordinary, shut

LANGUAGE = "en"
ORDINARY = 3000
SEED = 7
PARTS = 10  # of the authors, one of which is held out at a time


def examples() -> tuple[list[fit.Example], list[str], list[fit.Example]]:
    """Give the messages with their authors, and ordinary talk."""
    authors = {
        row.family: file.stem.split("_")[0]
        if material.BLIND.match(file.stem)
        else f"saw rules {file.stem[:4] == 'wide'}"
        for file in material.files(LANGUAGE)
        for row in material._of_file(file, LANGUAGE)
    }
    found = fit.examples(material.rows(LANGUAGE), detect.sight)
    grammar_of = ordinary.read_grammar(tomllib.loads((material.CORPUS / "ordinary" / f"{LANGUAGE}.toml").read_text()))
    plain = [
        material.Row(text, f"ordinary {place}", LANGUAGE, 0, "", "", blind=True)
        for place, text in enumerate(ordinary.messages(grammar_of, ORDINARY, seed=SEED))
    ]
    return found, [authors[each.row.family] for each in found], fit.examples(plain, detect.sight)[:ORDINARY]


def held_out(found, authors, plain, vector) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give log odds of words alone and of words with meaning, for each message by a fit that saw nothing of its author."""
    place = {name: number % PARTS for number, name in enumerate(sorted(set(authors)))}
    came, part = np.array([each.came for each in found]), np.array([place[author] for author in authors])
    vocabulary = fit._vocabulary(found)
    vectors = np.array([vector(each.words) if each.came else np.zeros(meaning.SIZE) for each in found])
    more = np.array([vector(each.words) for each in plain])
    words, both = np.zeros((len(found), 2)), np.zeros((len(found), 2))
    plain_words, plain_both = np.zeros((len(plain), 2)), np.zeros((len(plain), 2))
    for number in range(PARTS):
        (train,), (test,), own = (
            np.where(part != number),
            np.where(part == number),
            np.arange(number, len(plain), PARTS),
        )
        fitted = fit._heads([found[each] for each in train], vocabulary)
        words[test] = fit.log_odds(fitted, [found[each] for each in test])
        plain_words[own] = fit.log_odds(fitted, [plain[each] for each in own])
        clean = train[came[train]]
        network = head._network(vectors[clean], [found[each] for each in clean])
        both[test] = words[test] + head._scores(network, vectors[test])
        plain_both[own] = plain_words[own] + head._scores(network, more[own])
    return words, both, plain_words, plain_both


def above(scores: np.ndarray, share: float) -> float:
    """Give the lowest threshold that this share stays at or under."""
    return float(np.sort(scores)[min(len(scores) - 1, int(np.ceil(share * len(scores))) - 1)])


def report(name: str, found, counted: np.ndarray, scores: np.ndarray, plain: np.ndarray) -> None:
    """Print what one way of hearing reaches."""
    kept = [each for each, yes in zip(found, counted, strict=True) if yes]
    risk, danger = scores[counted].T
    level, rules = np.array([each.row.level for each in kept]), np.array([each.rules for each in kept])
    trap = np.array([bool(each.row.trap) for each in kept])
    topic, family = np.array([each.row.topic for each in kept]), np.array([each.row.family for each in kept])
    harmless = level < 2
    alarm_at = max(
        above(danger[harmless & trap], 0.95), above(danger[harmless & ~trap], 0.985), above(plain[:, 1], 0.997)
    )
    quiet = harmless & (danger <= alarm_at)
    ask_at = above(risk[quiet], 1 - 0.1 * harmless.sum() / quiet.sum())
    alarm = (rules >= 3) | (danger > alarm_at)
    heard = alarm | (rules >= 2) | (risk > ask_at)
    print(f"{name}: AUC danger {roc_auc_score((level >= 3)[(level >= 3) | harmless], danger[(level >= 3) | harmless]):.3f}, "
          f"risk {roc_auc_score(~harmless, risk):.3f}; traps left alone {1 - alarm[harmless & trap].mean():.3f}, "
          f"plain {1 - alarm[harmless & ~trap].mean():.3f}; ordinary talk alarms {(plain[:, 1] > alarm_at).mean():.4f}")  # fmt: skip
    for what, where, hit in (
        ("said", (level >= 3) & np.isin(topic, list(SAID)), alarm),
        ("implied", (level >= 2) & np.isin(topic, list(IMPLIED)), heard),
    ):
        share = wilson(hit[where].mean(), len(set(family[where])))
        print(f"  {what}: {share.value:.3f} [{share.low:.3f}, {share.high:.3f}] of {where.sum()} in {share.n} families")


def main() -> None:
    """Measure and print."""
    where = meaning.installed()
    if where is None:
        raise SystemExit("This needs the extra embeddings: requirements/embeddings.txt")
    with shut.shut():
        found, authors, plain = examples()
        words, both, plain_words, plain_both = held_out(found, authors, plain, meaning.encoder(where))
    counted = np.array([each.as_came for each in found])
    report("rules and words", found, counted, words, plain_words)
    report("with meaning", found, counted, both, plain_both)


if __name__ == "__main__":
    main()
