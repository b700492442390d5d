from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "samen.rooms.treatment"
    label = "treatment"
