"""What waits for one human among everybody they are tied to, however many that are."""

from datetime import datetime

from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Role
from samen.rights.models.inference import InferenceRecord
from samen.rights.oversight import State
from samen.rights.store import chosen, inference
from samen.rights.store.inference import PAGE, Waiting


def for_human(account: Account, role: Role, now: datetime, page: int = 1) -> tuple[list[Waiting], list[people.Known]]:
    """Give a page of held findings for this human, most urgent first, and the people whose names they thereby read.

    One finding more than a page says that there is a next one. As many queries for five people as for five thousand.
    """
    held = InferenceRecord.objects.filter(
        state=State.HELD, due__isnull=False, person__in=people.ids_of_my_people(account, now)
    )
    rows = chosen.open_to(held, account.pk)
    if role is not Role.CLINICAL_LEAD:
        rows = rows.filter(reviewer=role)
    # The most urgent findings of all lie among the people of the first so many: asking about those is enough.
    urgent = rows.order_by("due").values_list("person", flat=True)[: page * PAGE + 1]
    known = people.among_my_people(account, set(urgent), now)
    found = inference.queue(account.id, [(each.access, each.name) for each in known], role, page)
    named = {each.person for each in found}
    return found, [each for each in known if each.person in named]
