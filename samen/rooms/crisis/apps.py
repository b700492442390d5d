from django.apps import AppConfig


class CrisisConfig(AppConfig):
    name = "samen.rooms.crisis"
    label = "crisis"
