"""Passwords: what a chosen one must be, and Argon2id at rest.

The rules are the ICEGATE advisory's (digits, special characters, upper and lower case), at least 8 and at most 128
characters long; the hash is Argon2id with OWASP's parameters (19 MiB, t=2, p=1).
"""

from __future__ import annotations

import secrets
import unicodedata

from chalicelib.domain.refusals import FieldProblem

AT_LEAST = 8
AT_MOST = 128
_MEMORY_KIB = 19 * 1024
_ITERATIONS = 2
_LANES = 1


def parse_password(value: str) -> str:
    """A newly chosen password, exactly as typed.

    Refuses with `password_too_short`, `password_too_long`, `password_needs_mix`.
    """
    if not value:
        raise FieldProblem("required")
    if len(value) < AT_LEAST:
        raise FieldProblem("password_too_short", limit=AT_LEAST)
    if len(value) > AT_MOST:
        raise FieldProblem("password_too_long", limit=AT_MOST)
    kinds = (
        any(character.isdigit() for character in value),
        any(character.isupper() for character in value),
        any(character.islower() for character in value),
        any(not character.isalnum() and not character.isspace() for character in value),
    )
    if not all(kinds):
        raise FieldProblem("password_needs_mix")
    return value


def holds_name(password: str, name: str) -> bool:
    """Whether the password is, or holds, the name by which its owner signs in (a username, an ICEGATE ID), in any case.

    A very short name counts only as the whole password.
    """
    lowered, name = password.lower(), name.lower()
    return lowered == name or (len(name) >= 4 and name in lowered)  # noqa: PLR2004 - shorter names occur by chance


def _bytes(password: str) -> bytes:
    # One letter may be typed in two ways (composed or not): NIST 800-63B asks to compare one form.
    return unicodedata.normalize("NFC", password).encode()


def hashed(password: str) -> str:
    """The password's Argon2id hash in PHC form, under a fresh salt."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - only where a password is handled

    kdf = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
    return kdf.derive_phc_encoded(_bytes(password))


# A hash of nothing anyone knows, so that an unknown name takes the time of a known one.
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def matches(password: str, phc: str | None) -> bool:
    """Whether `password` is the one behind the hash. With no hash the same work is done and the answer is no."""
    from cryptography.exceptions import InvalidKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415

    try:
        Argon2id.verify_phc_encoded(_bytes(password), phc or _NOBODYS)
    except InvalidKey:
        return False
    return phc is not None
