from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "samen.people"
    label = "people"
