"""Trial pulls: requests as DigiLocker sends them, in every form that was seen in the field, for the self-test.

Forms and formulas: docs/digilocker.md. A trial is one request; it goes no further than our own endpoint.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import DocumentType, PullApi, PullKind
from chalicelib.domain.digilocker.formulas import HmacForm, body_hmac, keyhash
from chalicelib.domain.limits import IST

# Nobody's account: no request of a trial is asked of an officer, and nothing is pushed to it.
NOBODYS_ACCOUNT = "00000000-0000-0000-0000-000000000000"
_TEMPURI = ' xmlns="http://tempuri.org/"'
_ISSUER_V1 = ' xmlns="https://www.digitallocker.gov.in/schema/issuer/v1/pullurirequest"'
_NS2 = ' xmlns:ns2="http://tempuri.org/"'
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Variant:
    """In which of its forms a request comes. `told` names it, in DigiLocker's words, in both languages."""

    told: str
    namespace: str = _TEMPURI
    encoding: HmacForm = HmacForm.HEX
    # None leaves the attribute out.
    format: str | None = "both"
    is_padded: bool = False
    begins_with: bytes = b""
    line_end: str = "\n"
    ver: str = "3.0"
    keyhash_name: str = "keyhash"
    org_id_name: str = "orgId"


VARIANTS = (
    Variant("v1.13"),
    Variant("hmac base64(raw)", encoding=HmacForm.RAW),
    Variant("xmlns issuer/v1", namespace=_ISSUER_V1),
    Variant("xmlns issuer/v1, hmac base64(raw)", namespace=_ISSUER_V1, encoding=HmacForm.RAW),
    Variant(
        "xmlns:ns2, ver 1.0, orgid, KeyHash", namespace=_NS2, ver="1.0", keyhash_name="KeyHash", org_id_name="orgid"
    ),
    Variant("format xml", format="xml"),
    Variant("format pdf", format="pdf"),
    Variant("no format", format=None),
    Variant("padded values", is_padded=True),
    Variant("BOM", begins_with=_BOM),
    Variant("CRLF, padded values", is_padded=True, line_end="\r\n"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a trial asks for: a certificate that there is, or, without one, something that nobody has."""

    doctype: str
    name: str
    born_on: str
    uri: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Question({self.doctype!r})"


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """A request's bytes and its x-digilocker-hmac."""

    body: bytes
    hmac: str

    def __repr__(self) -> str:
        return f"TrialRequest({len(self.body)} bytes)"


def question_of(document_type: DocumentType, certificate: Certificate) -> Question:
    """What the first holder of a certificate would have DigiLocker ask."""
    holder = certificate.holders[0]
    born_on = f"{holder.born_on:%d-%m-%Y}"
    values = {
        **certificate.fields,
        "number": certificate.number,
        "holder.name": holder.name,
        "holder.born_on": born_on,
        "holder.phone": holder.phone,
    }
    asked = {parameter.name: values.get(parameter.field, "") for parameter in document_type.search}
    return Question(document_type.code, holder.name, born_on, certificate.uri, asked)


def question_of_nobody(document_type: DocumentType) -> Question:
    """What no certificate answers: random values."""
    asked = {parameter.name: f"trial {secrets.token_hex(8)}" for parameter in document_type.search}
    return Question(document_type.code, "Nobody Nowhere", "01-01-1900", f"none-{document_type.code}-none", asked)


def request(api: PullApi, question: Question, variant: Variant, key: bytes, now: datetime) -> TrialRequest:
    """A request under this key, made at `now` (UTC)."""
    ts = now.astimezone(IST).isoformat(timespec="seconds")
    attributes = {
        "ver": variant.ver,
        "ts": ts,
        "txn": f"self-test-{secrets.token_hex(12)}",
        variant.org_id_name: api.org_id or "self-test",
        variant.keyhash_name: keyhash(key, ts),
        **({"format": variant.format} if variant.format else {}),
    }
    told = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    root = "PullURIRequest" if api.kind is PullKind.PULL_URI else "PullDocRequest"
    blank = f"{variant.line_end}    " if variant.is_padded else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<{root}{variant.namespace}{told}>",
        "<DocDetails>",
        *(f"<{name}>{blank}{html.escape(value)}{blank}</{name}>" for name, value in _details(api, question)),
        "</DocDetails>",
        f"</{root}>",
    ]
    body = variant.begins_with + variant.line_end.join(lines).encode()
    return TrialRequest(body, body_hmac(key, body, variant.encoding))


def strangers(made: TrialRequest) -> tuple[TrialRequest, ...]:
    """The same request as nobody may have it answered: without an hmac, under another key, cut short, altered."""
    other_key = body_hmac(secrets.token_bytes(32), made.body, HmacForm.HEX)
    altered = made.body.replace(b"self-test-", b"self-tesT-", 1)
    return (
        replace(made, hmac=""),
        replace(made, hmac=other_key),
        replace(made, hmac=made.hmac[:40]),
        replace(made, body=altered),
    )


def _details(api: PullApi, question: Question) -> Iterator[tuple[str, str]]:
    if api.kind is PullKind.PULL_DOC:
        yield "URI", question.uri
        yield "DigiLockerId", NOBODYS_ACCOUNT
        return
    yield "DocType", question.doctype
    yield "DigiLockerId", NOBODYS_ACCOUNT
    yield "FullName", question.name
    yield "DOB", question.born_on
    yield from question.parameters.items()
