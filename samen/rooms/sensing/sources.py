"""What a feature is read from: its group, the streams whose yes it needs, and the categories of data that they are."""

from collections.abc import Sequence
from functools import cache

from samen.rights.words import Category
from samen.rooms.sensing import catalogue, kinds, turning
from samen.rooms.sensing.catalogue import GROUPS, Group
from samen.rooms.sensing.features import coverage


@cache
def group_of(feature: str) -> Group | None:
    """Give the group of a feature; None for one that no group computes."""
    found = [group for group in GROUPS if group.prefix and feature.startswith(group.prefix)]
    if found:
        return max(found, key=lambda group: len(group.prefix))
    plain = [group for group in GROUPS if not group.prefix]
    own = {name: catalogue.feature_of(group.profile, feature) for group in plain for name in [group.name]}
    return next((group for group in plain if (each := own[group.name]) is not None and each.group == group.name), None)


@cache
def consents_of(feature: str) -> frozenset[str]:
    """Give the streams whose yes a feature needs; one of coverage tells of its own stream alone."""
    group = group_of(feature)
    if group is None:
        return frozenset()
    return frozenset(turning.consent_for(stream) for stream in streams_of(group, feature))


def streams_of(group: Group, feature: str) -> Sequence[str]:
    """Give the streams that a feature tells of; how much was measured at all (`any`) tells of none."""
    if group.function is coverage.samen:
        plain = feature.removeprefix(group.prefix)
        return [stream for stream in group.streams if plain.startswith(f"{stream}_")]
    return group.streams


def categories_of(feature: str) -> frozenset[Category]:
    """Give the categories of data that a feature is read from."""
    return frozenset(kinds.CATEGORIES[stream] for stream in consents_of(feature) if stream in kinds.CATEGORIES)
