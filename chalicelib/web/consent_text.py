"""What a person agrees to before documents are fetched from DigiLocker (DPDP Act, s. 5-6; requester terms).

Its paragraphs are `consent_text.p1`, `consent_text.p2`… of the catalogue. Whoever changes one changes
`consent_text.version` in both languages: consent is given to a version.
"""

from __future__ import annotations

import itertools

from chalicelib.web.texts import LANGUAGES, catalogue, text


def version() -> str:
    """The version that holds now; it is the same in every language."""
    return text(LANGUAGES[0], "consent_text.version")


def paragraphs() -> tuple[str, ...]:
    """The keys of the paragraphs, in their order."""
    known = catalogue(LANGUAGES[0])
    return tuple(itertools.takewhile(known.__contains__, (f"consent_text.p{number}" for number in itertools.count(1))))


def text_of(language: str) -> tuple[str, ...]:
    """The paragraphs, in the reader's language."""
    return tuple(text(language, key) for key in paragraphs())
