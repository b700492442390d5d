"""The clocks that somebody can go by."""

from zoneinfo import available_timezones


def zones() -> list[str]:
    """Give the names of places whose clock somebody can go by, Europe first."""
    named = [each for each in available_timezones() if "/" in each and not each.startswith(("Etc/", "SystemV/", "US/"))]
    return sorted(named, key=lambda each: (not each.startswith("Europe/"), each))
