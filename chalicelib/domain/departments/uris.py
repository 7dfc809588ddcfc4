"""URIs of certificates: `issuer-doctype-docid`, given once and never to another certificate (ADR 44).

Source: Issuer API Specification 1.13, "URI": unique for ever, also after the document is gone; the DocId random, up to
10 signs, of a space at least ten times the number of documents, of letters alone or digits alone.
"""

from __future__ import annotations

import re
import secrets

# Letters alone, and no vowel: nothing is read as a digit, and no word comes about. 20 signs in 10 places: 10^13.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
DOC_ID_SIGNS = 10
URI_AT_MOST = 128
_URI = re.compile(r"[A-Za-z0-9._-]+-[A-Za-z]{1,5}-[A-Za-z0-9._-]+")


def new_doc_id() -> str:
    """A new random DocId; whether it is free, the write that takes its URI tells."""
    return "".join(secrets.choice(ALPHABET) for _ in range(DOC_ID_SIGNS))


def uri_of(issuer_id: str, doctype: str, doc_id: str) -> str:
    """The URI of a certificate."""
    return f"{issuer_id}-{doctype}-{doc_id}"


def is_uri(value: str) -> bool:
    """Whether `value` has the form of a URI, an older issuer's longer DocId included."""
    return len(value) <= URI_AT_MOST and _URI.fullmatch(value) is not None
