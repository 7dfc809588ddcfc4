"""Requests to an eSign provider: the XML of API 2.1, signed with our document-signer key.

Heavy (lxml, signxml): the step that makes a request loads it, nothing else does. Nothing is parsed here.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from chalicelib.domain.limits import IST
from chalicelib.domain.signatures.esign.envelopes import Algorithms, RequestKey, signed
from chalicelib.domain.signatures.esign.providers import EsignProfile, RequestEncoding, TimestampForm
from chalicelib.domain.signatures.signings import Purpose

# `docInfo` is shown to the signer at the provider: what this is about, in at most 50 signs and without a name.
_ABOUT: Mapping[Purpose, str] = {
    Purpose.LINK_IEC: "Link my login to an IEC",
    Purpose.RENEW_LINK: "Renew the link of my login to an IEC",
    Purpose.CHANGE_IEC_USERS: "Change the users of an IEC",
    Purpose.FULL_REGISTRATION: "Full registration at ICEGATE",
    Purpose.RENEW_DSC: "Renew a digital signature at ICEGATE",
}


@dataclass(frozen=True, slots=True)
class Wished:
    """What one request is for. `document_sha256` is hex; `response_url` is where the provider sends the browser."""

    purpose: Purpose
    document_sha256: str
    txn: str
    response_url: str
    asked_at: datetime


def timestamp(at: datetime, form: TimestampForm) -> str:
    """An instant as this provider writes it: India's time, with or without its offset."""
    local = at.astimezone(IST)
    if form is TimestampForm.OFFSET_MILLISECONDS:
        return local.isoformat(timespec="milliseconds")
    return f"{local:%Y-%m-%dT%H:%M:%S}"


def signed_request(profile: EsignProfile, wished: Wished, key: RequestKey) -> bytes:
    """The signed `Esign` of API 2.1: one document hash, one-time code as the way to authenticate.

    We never see an Aadhaar number: `ekycId` stays empty, and the person types it at the provider. Raises
    `EsignUnavailable` where the key cannot be reached.
    """
    root = etree.Element(
        "Esign",
        {
            "ver": "2.1",
            "sc": profile.consent,
            "ts": timestamp(wished.asked_at, profile.timestamp),
            "txn": wished.txn,
            "ekycId": "",
            "ekycIdType": "A",
            "aspId": profile.asp_id,
            "AuthMode": "1",
            "responseSigType": profile.response_sig_type,
            "responseUrl": wished.response_url,
        },
    )
    about = {"id": "1", "hashAlgorithm": "SHA256", "docInfo": _ABOUT[wished.purpose]}
    etree.SubElement(etree.SubElement(root, "Docs"), "InputHash", about).text = wished.document_sha256
    return _signed(root, profile, key)


def signed_status_request(profile: EsignProfile, txn: str, asked_at: datetime, key: RequestKey) -> bytes:
    """The signed `EsignStatus` that asks how an earlier transaction stands. Raises `EsignUnavailable`."""
    asked = {"ver": "2.1", "ts": timestamp(asked_at, profile.timestamp), "txn": txn, "aspId": profile.asp_id}
    return _signed(etree.Element("EsignStatus", asked), profile, key)


def form_fields(profile: EsignProfile, request: bytes, txn: str) -> tuple[tuple[str, str], ...]:
    """What the browser posts to the provider, in order."""
    fields = [(profile.request_field, _encoded(profile, request))]
    if profile.txn_field:
        fields.append((profile.txn_field, txn))
    return (*fields, *profile.extra_fields)


def status_fields(profile: EsignProfile, request: bytes) -> dict[str, str]:
    """What we post to the provider to ask how a transaction stands."""
    return {profile.status_field or profile.request_field: _encoded(profile, request)}


def _encoded(profile: EsignProfile, request: bytes) -> str:
    is_base64 = profile.request_encoding is RequestEncoding.BASE64
    return base64.b64encode(request).decode() if is_base64 else request.decode()


def _signed(root: etree._Element, profile: EsignProfile, key: RequestKey) -> bytes:
    by = Algorithms(profile.request_method, profile.request_digest, profile.request_c14n)
    return signed(root, key, profile.asp_certificate, by)
