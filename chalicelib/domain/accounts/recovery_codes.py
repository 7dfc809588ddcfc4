"""Recovery codes: ten, for who has lost the authenticator for now. Each burns once.

A code is 80 random bits in Crockford's base 32 (no I, L, O, U), so its SHA-256 needs no salt and no stretching.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import replace

from chalicelib.domain.accounts.security import RECOVERY_CODES, Security
from chalicelib.domain.refusals import FieldProblem

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS = 16
_GROUP = 4
_LOOKALIKES = str.maketrans("OIL", "011")


def made() -> tuple[str, ...]:
    """Ten new codes as people see them: `7Q4M-0ZKD-9XWT-3HBN`."""
    return tuple(_grouped("".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))) for _ in range(RECOVERY_CODES))


def with_codes(security: Security, codes: tuple[str, ...]) -> Security:
    """The security with these codes in the place of all older ones."""
    return replace(security, recovery_codes=tuple(_hash(code) for code in codes))


def parse_recovery_code(value: str) -> str:
    """A typed code in the form in which it was shown.

    Case, blanks and hyphens are no matter; O counts as 0, I and L as 1. Refuses with `required` or
    `recovery_code_invalid`.
    """
    typed = re.sub(r"[\s-]", "", value)
    if not typed:
        raise FieldProblem("required")
    # Before the case is folded: other alphabets have letters whose capitals are ours.
    if not typed.isascii():
        raise FieldProblem("recovery_code_invalid")
    signs = typed.upper().translate(_LOOKALIKES)
    if len(signs) != _SIGNS or not set(signs) <= set(_ALPHABET):
        raise FieldProblem("recovery_code_invalid")
    return _grouped(signs)


def burnt(security: Security, code: str) -> Security | None:
    """The security without this code (as `parse_recovery_code` gives it); None where it is none of them.

    All are compared, each in constant time.
    """
    typed = _hash(code)
    kept = tuple(stored for stored in security.recovery_codes if not hmac.compare_digest(stored, typed))
    return None if len(kept) == len(security.recovery_codes) else replace(security, recovery_codes=kept)


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
