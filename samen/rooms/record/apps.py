from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "samen.rooms.record"
    label = "record"
