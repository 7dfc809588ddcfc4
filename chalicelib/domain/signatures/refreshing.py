"""Refreshing: each watched CRL is fetched, checked, and becomes the index that stands for it; or stays what it was."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.signatures import crl_reading, crl_scope
from chalicelib.domain.signatures.crl_reading import Crl, CrlRefused
from chalicelib.domain.signatures.issuer_signatures import is_signed_by
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name, name_key
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.revocation import SKEW, CrlSource
from chalicelib.domain.signatures.strict_der import DerUnreadable


def checked(content: bytes, source: CrlSource, paths: Paths, now: datetime) -> tuple[Crl, tuple[PathCertificate, ...]]:
    """A CRL (DER) that is one to go by, and the certificates under whose key its signature is good.

    Raises `CrlRefused`: `unreadable`, `unknown_extension`, `another_issuer`, `no_next_update`, `from_the_future`,
    `stale`, `issuer_unknown` (no certificate of its issuer that may sign CRLs is in the trust), `wrong_signature`,
    `issuer_untrusted` (none of them has a path to an anchor).
    """
    crl = crl_reading.read(content)
    try:
        issuer = name_key(crl.issuer)
        if common_name(crl.issuer).casefold().split() != source.issuer.casefold().split():
            raise CrlRefused("another_issuer")
        if crl.issuing_point is not None:
            crl_scope.read(crl.issuing_point)
    except DerUnreadable as failed:
        raise CrlRefused("unreadable") from failed
    if crl.next_update is None:
        raise CrlRefused("no_next_update")
    if crl.this_update > now + SKEW or crl.next_update < crl.this_update:
        raise CrlRefused("from_the_future")
    if crl.next_update < now:
        raise CrlRefused("stale")
    signers = [each for each in paths.certificates_named(issuer) if each.may_sign_crls()]
    if not signers:
        raise CrlRefused("issuer_unknown")
    signed = memoryview(content)[crl.signed[0] : crl.signed[1]]
    good = {
        spki for spki in {each.spki for each in signers} if is_signed_by(spki, crl.algorithm, crl.signature, signed)
    }
    if not good:
        raise CrlRefused("wrong_signature")
    trusted = tuple(each for each in signers if each.spki in good and paths.leads_to_anchor(each, now))
    if not trusted:
        raise CrlRefused("issuer_untrusted")
    return crl, trusted
