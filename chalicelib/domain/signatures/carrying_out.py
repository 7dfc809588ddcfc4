"""What a deed under signature begins and ends with: the signing that allows it.

The deed writes `done` (or `refused`) in the same write as what it does, so that one signature does one thing once.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code
from chalicelib.domain.signatures import transitions
from chalicelib.domain.signatures.signings import ENDED, Purpose, Signing, SigningStatus


class SigningUnknown(Exception):  # noqa: N818
    """There is no such signing, or it is for something else; a retry does not help."""


class SigningOver(Exception):  # noqa: N818
    """The signing ended without a deed: refused, cancelled or out of time."""


class NotVerified(Exception):  # noqa: N818
    """The deed was asked for before the signature was found good; a retry does not help."""


def verified(store: Store, signing_id: str, *purposes: Purpose) -> Signing:
    """The signing whose deed may be done now, or whose deed was done before (`done`): the deed looks which.

    Raises `SigningUnknown`, `SigningOver`, `NotVerified`.
    """
    signing = known(store, signing_id)
    if signing.purpose not in purposes:
        raise SigningUnknown
    if signing.status in ENDED - {SigningStatus.DONE}:
        raise SigningOver
    if signing.status not in {SigningStatus.VERIFIED, SigningStatus.DONE}:
        raise NotVerified
    return signing


def known(store: Store, signing_id: str) -> Signing:
    """The signing of this id, for a step. Raises `SigningUnknown`."""
    signing = store.signing(signing_id)
    if signing is None:
        raise SigningUnknown
    return signing


def done(signing: Signing, now: datetime) -> Signing:
    """The signing after its deed; to be written with the deed."""
    return transitions.done(signing, now)


def refused(signing: Signing, code: Code, now: datetime) -> Signing:
    """The signing whose deed cannot be done, for the reason that `code` tells; to be written with nothing else done."""
    return transitions.refused(signing, code, now)
