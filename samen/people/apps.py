from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.apps import AppConfig

from samen.people.events import note_added, note_removed


class PeopleConfig(AppConfig):
    name = "samen.people"
    label = "people"

    def ready(self) -> None:
        authenticator_added.connect(note_added, dispatch_uid="people.second-factor-added")
        authenticator_removed.connect(note_removed, dispatch_uid="people.second-factor-removed")
