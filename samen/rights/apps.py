from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "samen.rights"
    label = "rights"
