"""Keys of departments: secrets that are read again lie sealed, an issuing token is known by its hash alone.

A key is replaced by a newer one and works on until its date, so that nobody has to change both ends at one moment.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.departments.departments import DepartmentStatus, KeyPurpose
from chalicelib.domain.refusals import Code, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import Department, DepartmentKey
    from chalicelib.domain.ports import Clock, Store, Vault

# `dpt_`, the department's id (22 signs), and 256 random bits. The id may hold `_`: the places are what counts.
_TOKEN = re.compile(r"dpt_([A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{43})")
# What a token is compared with where there is no such department: the same work, and nothing fits.
_NOBODYS = "0" * 64


def context_of(department_id: str, purpose: KeyPurpose, key_id: str) -> str:
    """What a department's secret is sealed for; one that was moved to another key or department does not open."""
    return f"department:{department_id}:{purpose.value}:{key_id}"


@dataclass(frozen=True, slots=True)
class DepartmentKeys:
    """Opens departments' secrets."""

    store: Store
    vault: Vault
    clock: Clock

    def secrets(self, department: Department, purpose: KeyPurpose, api_id: str | None = None) -> tuple[bytes, ...]:
        """The secrets that work now, the newest first; () where there is none.

        `api_id` names the endpoint of a `pull_api` key. Raises `sealing.SealBroken` and `VaultUnavailable`.
        """
        working = department.working_keys(purpose, self.clock(), api_id)
        return tuple(
            self.vault.opened(context_of(department.department_id, purpose, key.key_id), key.sealed)
            for key in working
            if key.sealed is not None
        )


@dataclass(frozen=True, slots=True)
class DepartmentSystem:
    """A department's own system, known by its issuing token."""

    department_id: str
    key_id: str

    @property
    def key(self) -> str:
        """How the audit and a certificate's `issued_by` name it."""
        return f"department:{self.department_id}:{self.key_id}"


@dataclass(frozen=True, slots=True)
class IssuingTokens:
    """Knows departments' systems by their tokens."""

    store: Store
    clock: Clock

    def system(self, token: str) -> DepartmentSystem:
        """Whose token it is; one read.

        Raises `Refusal` `department_token_invalid`: unknown, ended, of another department or of a suspended one, all
        told alike.
        """
        found = _TOKEN.fullmatch(token)
        department = self.store.department(found[1]) if found else None
        keys = department.working_keys(KeyPurpose.ISSUING_TOKEN, self.clock()) if department else ()
        fitting = _fitting(keys, hash_of(token))
        if department is None or department.status is not DepartmentStatus.ACTIVE or fitting is None:
            raise Refusal(Code.DEPARTMENT_TOKEN_INVALID)
        return DepartmentSystem(department.department_id, fitting.key_id)


def new_token(department_id: str) -> str:
    """A new issuing token; whoever holds it issues in the department's name."""
    return f"dpt_{department_id}_{secrets.token_urlsafe(32)}"


def new_api_key() -> str:
    """A new key for one Pull URI endpoint, for DigiLocker's portal: 256 random bits as 64 hex digits."""
    return secrets.token_hex(32)


def hash_of(token: str) -> str:
    """What is kept of a token: SHA-256, hex. It is 256 random bits, so no slow hash is wanted."""
    return hashlib.sha256(token.encode()).hexdigest()


def _fitting(keys: tuple[DepartmentKey, ...], sha256: str) -> DepartmentKey | None:
    """The key of this hash; every one is compared, in constant time, and one compare is made where there is none."""
    is_same = [(hmac.compare_digest(key.sha256 or _NOBODYS, sha256), key) for key in keys]
    hmac.compare_digest(_NOBODYS, sha256)
    return next((key for fits, key in is_same if fits), None)
