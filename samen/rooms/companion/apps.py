from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "samen.rooms.companion"
    label = "companion"
