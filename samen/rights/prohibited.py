"""What may never be. These are refused at registration and again at each run (G13); no setting, flag or role changes that.

Sources: rights.md P10, R2.2b, R6.2b, R8.1a, K2.3, K6.1 to K6.6; AI Act art. 5 and Annex III; docs/decisions/0002.
"""

from samen.rights.words import Aim, Context, Recipient, System, Trait

CONTEXTS = frozenset(
    {Context.CRIMINAL_JUSTICE, Context.EMPLOYMENT, Context.EDUCATION, Context.INSURANCE, Context.CONSUMER_MARKETING}
)
RECIPIENTS = frozenset(
    {
        Recipient.INSURER,
        Recipient.EMPLOYER,
        Recipient.ADVERTISER,
        Recipient.DATA_BROKER,
        Recipient.POLICE,
        Recipient.IMMIGRATION,
        Recipient.OTHER_AUTHORITY,
    }
)
AIMS = frozenset({Aim.COST, Aim.THROUGHPUT, Aim.ENGAGEMENT, Aim.REVENUE})
TRAITS = frozenset(Trait)


def reasons(system: System) -> list[str]:
    """Give every reason for which this system may never run; an empty list when there is none."""
    found = [f"context:{system.context}"] if system.context in CONTEXTS else []
    found += [f"recipient:{use.recipient}" for use in system.uses if use.recipient in RECIPIENTS]
    found += [
        f"commercial-interest:{use.recipient}" for use in system.uses if use.recipient in system.commercial_interest
    ]
    found += [f"aim:{system.aim}"] if system.aim in AIMS else []
    found += [f"trait:{trait}" for trait in sorted(system.traits & TRAITS)]
    return sorted(set(found))
