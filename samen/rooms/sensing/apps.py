from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "samen.rooms.sensing"
    label = "sensing"
