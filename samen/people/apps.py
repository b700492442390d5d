from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "samen.people"
    label = "people"

    def ready(self) -> None:
        # Only here: these modules reach models, which exist once every app is loaded.
        from allauth.mfa.signals import authenticator_added, authenticator_removed  # noqa: PLC0415

        from samen.people.events import note_added, note_removed  # noqa: PLC0415

        authenticator_added.connect(note_added, dispatch_uid="people.second-factor-added")
        authenticator_removed.connect(note_removed, dispatch_uid="people.second-factor-removed")
