"""The catalogue of texts in English and Hindi: one flat JSON file for each language, read when first needed."""

import json
import re
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "hi")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,35})?\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?")
_RANGES_READ = 16  # a header with more is not a person's browser


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every text of ``language`` (one of `LANGUAGES`) by its key. Raises KeyError for another language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    path = Path(__file__).parent / "texts" / f"{language}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def text(language: str, key: str, **values: str | int) -> str:
    """Return the text ``key`` in ``language`` with its ``{placeholders}`` filled from ``values``.

    The answer is plain text: whoever puts it into HTML escapes it. Raises KeyError when the language or the key is
    unknown, or when a placeholder has no value; values that the text does not ask for are ignored.
    """
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), catalogue(language)[key])


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the values that ``template`` asks for."""
    return frozenset(_PLACEHOLDER.findall(template))


def negotiate(accept_language: str | None) -> str:
    """Return the language of `LANGUAGES` that an ``Accept-Language`` header (RFC 9110, 12.5.4) likes best.

    Region subtags are ignored (``hi-IN`` is Hindi), equal weights keep the header's order, and English is the answer
    when the header is absent, malformed or names neither language.
    """
    best, best_weight = LANGUAGES[0], 0.0
    for item in (accept_language or "").split(",", _RANGES_READ)[:_RANGES_READ]:
        match = _RANGE.fullmatch(item)
        if match is None:
            continue
        language = LANGUAGES[0] if match[1] == "*" else match[1].lower()
        weight = float(match[2] or 1)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best
