"""The queue with the detector's measured operating point: what its errors cost those who wait."""

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean

from samen.rights.shares import Share
from samen.rooms.crisis import simulation, triage
from samen.rooms.crisis.selftest.bars import exactly

# The scenario of the facts sheet: 20 counsellors, talks of 45 minutes, a tenth in high danger, day and night ± 50 %.
HOURS = tuple(1 + 0.5 * math.sin((hour - 9) / 24 * 2 * math.pi) for hour in range(24))
SCENARIO = simulation.Scenario(counsellors=20, load=0.95, hours=HOURS)
SEEDS = (1, 2, 3)


def waits(
    sensitivity: float, specificity: float, policy: triage.Policy, *, contacts: int = SCENARIO.contacts
) -> Mapping[str, Share]:
    """Give the queue's figures (means over seeds) under a policy, with a detector that hears so well.

    Gives:  high_p95 (minutes), high_within_5 (share), others_p95 (times first come, first served), overtaken (times the bound).
    """
    tried = [simulation.FIRST_COME, simulation.Tried("mine", policy)]
    ran = []
    for seed in SEEDS:
        scenario = replace(SCENARIO, sensitivity=sensitivity, specificity=specificity, seed=seed, contacts=contacts)
        ran.append(simulation.simulate(scenario, tried))
    n = len(SEEDS) * contacts
    most = max(max(each.high.overtaken, each.other.overtaken) for _, each in ran)
    allowed = policy.overtaken + SCENARIO.counsellors  # as many may be taken in the moment in which the turn comes
    return {
        "high_p95": _spread([each.high.p95 for _, each in ran], n),
        "high_within_5": _spread([each.high.within_5 for _, each in ran], n),
        "others_p95": _spread([each.other.p95 / first.other.p95 for first, each in ran], n),
        "overtaken": exactly(most / allowed, n),
    }


def _spread(values: list[float], n: int) -> Share:
    """Give the mean over seeds; its ends are the seeds' own extremes."""
    return Share(fmean(values), min(values), max(values), n)
