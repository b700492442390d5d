"""What a room's own page may write of its reader's choice: one press, one use, and only by the person."""

import pytest
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.people.roles import Scope
from samen.rights import door
from samen.rights.store.consent import NotShown
from tests import named
from tests.rights.example import CARE, INFORM, SUGGEST, USE, House

pytestmark = pytest.mark.django_db


def test_a_no_on_a_rooms_page_holds_for_that_use_alone(made: House):
    now = timezone.now()
    door.say(made.own(), SUGGEST, USE, yes=False, at=now, language="nl")
    assert not door.says_yes(made.own(), SUGGEST, USE, now)
    assert door.says_yes(made.own(), SUGGEST, CARE, now)


def test_a_yes_before_the_notice_is_refused(made: House):
    kim = named.own(named.kim())
    with pytest.raises(NotShown):
        door.say(kim, INFORM, USE, yes=True, at=timezone.now(), language="nl")
    door.tell(kim, INFORM, at=timezone.now())
    assert door.say(kim, INFORM, USE, yes=True, at=timezone.now(), language="nl").yes


def test_nobody_but_the_person_says_yes_or_is_told(made: House):
    with pytest.raises(NotAllowed):
        door.say(made.care(Scope.RIGHTS), SUGGEST, USE, yes=True, at=timezone.now(), language="nl")
    with pytest.raises(NotAllowed):
        door.tell(made.care(Scope.RIGHTS), SUGGEST, at=timezone.now())
