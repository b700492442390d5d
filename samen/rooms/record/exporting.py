"""A person's whole record as text that leaves: lines of FHIR, or one bundle."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from uuid import UUID


class Form(StrEnum):
    """How an export is written."""

    NDJSON = "ndjson"
    BUNDLE = "bundle"


def lines(resources: Iterable[tuple[str, str]], form: Form) -> Iterator[str]:
    """Give the text of an export piece by piece; `resources` are (Type/id, JSON text)."""
    if form is Form.NDJSON:
        for _, text in resources:
            yield one_line(text) + "\n"
        return
    yield '{"resourceType":"Bundle","type":"collection","entry":['
    for number, (ref, text) in enumerate(resources):
        yield ("," if number else "") + f'\n{{"fullUrl":"{full_url(ref)}","resource":{text}}}'
    yield "\n]}\n"


def full_url(ref: str) -> str:
    """Give the name of an entry: urn:uuid where the id is one, so that links as they were received lead somewhere."""
    name = ref.partition("/")[2]
    try:
        return f"urn:uuid:{name}" if str(UUID(name)) == name else f"urn:samen:{ref}"
    except ValueError:
        return f"urn:samen:{ref}"


def one_line(text: str) -> str:
    """Put JSON text on one line; inside a JSON string a line break is always escaped, so only blanks between parts go."""
    return " ".join(part.strip() for part in text.splitlines()) if "\n" in text or "\r" in text else text
