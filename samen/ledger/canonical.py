"""One way to write a value as JSON, so that equal values have equal bytes and equal hashes (RFC 8785)."""

import rfc8785


class NotCanonical(ValueError):
    """This value has no canonical form: the message says which part and what to give instead."""


def dumps(value: object) -> bytes:
    """Write a value as canonical JSON in UTF-8.

    Takes:  None, bool, str, int within 2**53 - 1 either way, finite float, list, tuple, dict with str keys.
    Raises: NotCanonical for anything else, and for strings that are not Unicode text.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.IntegerDomainError as wrong:
        raise NotCanonical("A whole number lies beyond 2**53 - 1. Give it as a string.") from wrong
    except rfc8785.FloatDomainError as wrong:
        raise NotCanonical(
            "A number is infinite or not a number. JSON has no form for it; give null or leave it out."
        ) from wrong
    except UnicodeEncodeError as wrong:
        raise NotCanonical("A key holds half a character (a lone surrogate). Give whole Unicode text.") from wrong
    except rfc8785.CanonicalizationError as wrong:
        raise NotCanonical(
            f"{str(wrong).capitalize()}. Use str keys, and str, int, float, bool, None, list or dict as values."
        ) from wrong
    except RecursionError as wrong:
        raise NotCanonical("The value is nested too deeply, or holds itself. Flatten it.") from wrong
