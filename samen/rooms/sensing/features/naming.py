"""Names that come from the data, such as a game's or a question's, as a part of a column's name."""

import re
from hashlib import blake2b

LONGEST = 40  # characters: a table of features has room for 96 in all


def part_of_name(text: str) -> str:
    """Give letters, digits and underscores for any text; a long one is cut, and what was cut off still tells it apart."""
    plain = re.sub(r"\W+", "_", text.lower().removeprefix("lamp.")).strip("_") or "unnamed"
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[: LONGEST - 9]}_{blake2b(plain.encode(), digest_size=4).hexdigest()}"
