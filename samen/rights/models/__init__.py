"""The ring's tables. Django looks for them here, so this is the one `__init__` of the house that is not empty."""

from samen.rights.models import consent, inference, service, system  # noqa: F401
