"""What this room does when something happens elsewhere: a person is erased, a validation is asked for."""

from samen.rights import door as rights
from samen.rooms.companion import systems
from samen.rooms.companion.jobs import proof, proof_guide, proof_words, reminding
from samen.rooms.companion.store import asking, recalls, rhythm, talk

rights.add_eraser("companion.talk", talk.remove)
rights.add_eraser("companion.guide", asking.remove)
rights.add_eraser("companion.rhythm", rhythm.remove)
rights.add_eraser("companion.recalls", recalls.remove)
rights.every_minute("companion.rhythm", reminding.remind)
rights.add_validation(systems.TALK.id, proof.validate)
rights.add_validation(systems.REPHRASE.id, proof_words.validate)
rights.add_validation(systems.GUIDE.id, proof_guide.validate)
