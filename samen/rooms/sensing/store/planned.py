"""What a person planned: made, paused, stopped and read by them alone."""

from datetime import datetime
from functools import partial

from samen.people.access import Allowed
from samen.people.jobs import wishes
from samen.people.jobs.wishes import Kind
from samen.people.roles import Scope
from samen.rooms.sensing.activities import repeats
from samen.rooms.sensing.activities.repeats import Plan
from samen.rooms.sensing.models.activities import Planned

KIND: Kind[Plan] = Kind(
    Planned,
    Scope.RIGHTS,
    "sensing.planned",
    most=8,
    plain=repeats.plain,
    read=repeats.planned,
    next_after=repeats.next_after,
    one_mail_a_day=True,
)
Kept = wishes.Kept[Plan]

begin, mine = partial(wishes.begin, KIND), partial(wishes.mine, KIND)
pause, go_on, stop = partial(wishes.pause, KIND), partial(wishes.go_on, KIND), partial(wishes.stop, KIND)
put_aside, remove = partial(wishes.put_aside, KIND), partial(wishes.remove, KIND)


def lines(access: Allowed, now: datetime) -> list[Kept]:
    """Give what a person planned for about now."""
    return [each for each in mine(access) if not each.paused and repeats.due(each.wish, each.aside_at, now)]
