from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebConfig(AppConfig):
    name = "samen.web"
    label = "web"

    def ready(self) -> None:
        """Let each room register its AI systems."""
        autodiscover_modules("systems")
