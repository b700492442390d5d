"""What this room does when something happens elsewhere: a person is erased."""

from samen.rights import door as rights
from samen.rooms.companion.store import talk

rights.add_eraser("companion.talk", talk.remove)
