"""The privacy notice: which personal data, what for, how long, which rights (DPDP Act, s. 5; DPDP Rules 2025, rule 3).

Its paragraphs are `privacy.p1`, `privacy.p2`… of the catalogue. Whoever changes one changes `privacy.version` in both
languages: consent is given to a version.
"""

from __future__ import annotations

import itertools

from chalicelib.web.texts import LANGUAGES, catalogue, text


def version() -> str:
    """The version that holds now; it is the same in every language."""
    return text(LANGUAGES[0], "privacy.version")


def title(language: str) -> str:
    """The notice's heading."""
    return text(language, "privacy.title")


def paragraphs() -> tuple[str, ...]:
    """The keys of the paragraphs, in their order."""
    known = catalogue(LANGUAGES[0])
    return tuple(itertools.takewhile(known.__contains__, (f"privacy.p{number}" for number in itertools.count(1))))


def text_of(language: str) -> tuple[str, ...]:
    """The paragraphs, in the reader's language."""
    return tuple(text(language, key) for key in paragraphs())
