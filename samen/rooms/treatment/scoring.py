"""From answers to a total: every set of answers gets a score or a reason why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass

from samen.rooms.treatment.questionnaires import Questionnaire

Answers = Mapping[str, int | None]  # item id to the value chosen; None or absent = skipped


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one answer."""

    item: str
    code: str  # UNKNOWN_ITEM, OUT_OF_RANGE


@dataclass(frozen=True)
class Score:
    """The total of one questionnaire, or nothing with the reason."""

    total: float | None  # in the questionnaire's own points, one decimal when items were replaced
    missing: tuple[str, ...] = ()  # scored items that were skipped
    replaced: int = 0  # how many of them the mean of the others stands in for
    problems: tuple[Problem, ...] = ()

    @property
    def reason(self) -> str:
        """Say in a code why there is no total; empty when there is one."""
        if self.total is not None:
            return ""
        return "WRONG_ANSWERS" if self.problems else "MISSING_ITEMS"


def score(questionnaire: Questionnaire, answers: Answers) -> Score:
    """Add up the scored items.

    PHQ-9 and GAD-7: one or two missing items are replaced by the mean of the answered ones, more give no score (a rule
    of the house, in each file). WHO-5: nothing may be missing; the sum times four (Topp 2015, doi:10.1159/000376585).
    An answer outside the options gives no score: we do not guess what somebody meant.
    """
    problems = problems_of(questionnaire, answers)
    given = {question.id: answers.get(question.id) for question in questionnaire.scored}
    values = [value for value in given.values() if value is not None]
    missing = tuple(item for item, value in given.items() if value is None)
    if problems or not values or len(missing) > questionnaire.missing_allowed:
        return Score(total=None, missing=missing, problems=problems)
    total = sum(values) * len(given) / len(values) * questionnaire.times
    return Score(total=round(total, 1), missing=missing, replaced=len(missing))


def problems_of(questionnaire: Questionnaire, answers: Answers) -> tuple[Problem, ...]:
    """List every answer to an item that does not exist, or with a value that nobody could choose."""
    found = []
    for item, value in answers.items():
        question = questionnaire.question(item)
        if question is None:
            found.append(Problem(item, "UNKNOWN_ITEM"))
        elif value is not None and value not in question.values:
            found.append(Problem(item, "OUT_OF_RANGE"))
    return tuple(found)


def hard_answer(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Say whether an answer opens the help page: any value above 0 on a hard item, whatever the rest is.

    This is a rule about one answer, before and outside any model (PHQ-9 item 9).
    """
    return any((answers.get(question.id) or 0) > 0 for question in questionnaire.questions if question.hard)
