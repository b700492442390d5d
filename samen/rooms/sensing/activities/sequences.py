"""What a game shows, from its seed: the browser shows it, and the scoring makes the same again from the same number."""

from random import Random

NUMBERS = 25  # of trails A; B has as many, 13 numbers and 12 letters
LETTERS = "ABCDEFGHIJKL"
MOST_TRIALS = 24  # no span goes on for longer: eight lengths, each with two failures that are not in a row


def shown(seed: int, trial: int, length: int, of: int) -> tuple[int, ...]:
    """Give the sequence of one trial: places 1 to `of`, none twice; with ten, digits 0 to 9.

    A trial's sequence has the same beginning whatever its length, so that a browser can hold one row for each trial.
    """
    first = 0 if of == 10 else 1
    row = list(range(first, first + of))
    Random(f"span {seed} {trial}").shuffle(row)
    return tuple(row[:length])


def trail(part: str) -> tuple[str, ...]:
    """Give the labels of trails A (numbers) or B (numbers and letters in turn), in the order in which they are pressed."""
    if part == "a":
        return tuple(str(at) for at in range(1, NUMBERS + 1))
    labels = [label for number, letter in enumerate(LETTERS, 1) for label in (str(number), letter)]
    return (*labels, str(len(LETTERS) + 1))


def places(seed: int, part: str) -> tuple[str, ...]:
    """Give the labels of a trail as they lie on the page."""
    row = list(trail(part))
    Random(f"trail {seed} {part}").shuffle(row)
    return tuple(row)


def go_or_not(seed: int, trials: int, go: int) -> tuple[bool, ...]:
    """Give for each trial whether to press. It begins with three to press, so that pressing is what one is used to."""
    row = [True] * (go - 3) + [False] * (trials - go)
    Random(f"go {seed}").shuffle(row)
    return (True, True, True, *row)


def waits(seed: int, trials: int) -> tuple[int, ...]:
    """Give the ms of waiting before each trial, 800 to 1400: nobody can press by a beat."""
    chance = Random(f"wait {seed}")
    return tuple(chance.randrange(800, 1401, 50) for _ in range(trials))
