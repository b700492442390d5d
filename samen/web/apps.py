from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebConfig(AppConfig):
    name = "samen.web"
    label = "web"

    def ready(self) -> None:
        """Let each room register its AI systems and what it removes with a person, and name the help page as a probe."""
        from samen.web import probes  # noqa: PLC0415 -- reaches the ring's tables, which exist once every app is loaded

        autodiscover_modules("systems", "events")
        probes.add()
