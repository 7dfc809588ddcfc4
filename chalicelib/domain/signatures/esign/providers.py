"""eSign providers: what differs from one to the next, as configuration that is checked when it is loaded.

The providers' own papers are not public, and two test systems that were measured differ in nearly everything (form
fields, base64, case of types, algorithms, forms of time): docs/signatures.md lists what was seen. So nothing of it is
in the code, and nothing of it is guessed: a profile that says too little is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from chalicelib.domain.refusals import Code, Refusal


class EsignUnavailable(Exception):  # noqa: N818
    """Our signing key, or the provider, did not answer; repeating helps."""


class ProfileUnfit(Exception):  # noqa: N818
    """A provider's profile cannot be used; the text says which and why."""


class Environment(StrEnum):
    """Which of a provider's systems a profile is of."""

    PRODUCTION = "production"
    TEST = "test"
    # On this machine: the only one that may be reached without TLS.
    LAPTOP = "laptop"


class RequestEncoding(StrEnum):
    """How the signed request stands in its form field."""

    XML = "xml"
    BASE64 = "base64"


class FormEncoding(StrEnum):
    """How the browser posts the form."""

    URLENCODED = "application/x-www-form-urlencoded"
    MULTIPART = "multipart/form-data"


class TimestampForm(StrEnum):
    """How a provider wants `ts`: India's time without a zone, or milliseconds with the offset."""

    LOCAL_SECONDS = "local_seconds"
    OFFSET_MILLISECONDS = "offset_milliseconds"


class SignatureKind(StrEnum):
    """What a `DocSignature` holds: a CMS structure, or a bare RSA signature over the hash."""

    CMS = "cms"
    RAW_RSA = "rawrsa"


# `responseSigType` as providers spell it (their case differs and counts) and what it gives.
_KINDS = {"rawrsa": SignatureKind.RAW_RSA, "pkcs7": SignatureKind.CMS, "pkcs7complete": SignatureKind.CMS}
REQUEST_METHODS = frozenset({"RSA_SHA256"})
ANSWER_METHODS = frozenset(
    {"RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "ECDSA_SHA256", "ECDSA_SHA384", "ECDSA_SHA512", "RSA_SHA1"}
)
DIGESTS = frozenset({"SHA256", "SHA384", "SHA512", "SHA1"})
C14N = frozenset(
    {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    }
)
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# Where public code was seen to find the answer, beside the name that the profile gives.
KNOWN_RESPONSE_FIELDS = ("eSignResponse", "esignResponse", "msg", "esignResp")


@dataclass(frozen=True, slots=True)
class EsignProfile:
    """One provider. Certificates are DER; lives and waits are as a public ASP has them where the profile is silent."""

    name: str
    title: str
    environment: Environment
    address: str
    asp_id: str
    asp_certificate: bytes
    certificates: tuple[bytes, ...]
    request_field: str
    response_sig_type: str
    status_address: str = ""
    status_field: str = ""
    txn_field: str = ""
    extra_fields: tuple[tuple[str, str], ...] = ()
    request_encoding: RequestEncoding = RequestEncoding.XML
    form_encoding: FormEncoding = FormEncoding.URLENCODED
    consent: str = "Y"
    timestamp: TimestampForm = TimestampForm.LOCAL_SECONDS
    request_method: str = "RSA_SHA256"
    request_digest: str = "SHA256"
    request_c14n: str = _INCLUSIVE
    answer_methods: frozenset[str] = frozenset({"RSA_SHA256"})
    answer_digests: frozenset[str] = frozenset({"SHA256"})
    answer_c14n: frozenset[str] = frozenset({_INCLUSIVE})
    response_fields: tuple[str, ...] = ()
    cancel_codes: frozenset[str] = frozenset()
    life: timedelta = timedelta(seconds=900)
    skew: timedelta = timedelta(seconds=900)
    grace: timedelta = timedelta(seconds=300)

    @property
    def kind(self) -> SignatureKind:
        """What this provider's signatures are."""
        return _KINDS[self.response_sig_type.lower()]

    def __repr__(self) -> str:
        return f"EsignProfile({self.name!r})"


@dataclass(frozen=True, slots=True)
class EsignProviders:
    """The providers that are switched on, the preferred one first."""

    profiles: tuple[EsignProfile, ...] = ()

    def chosen(self, name: str | None = None) -> EsignProfile:
        """The provider of this name, or the preferred one. Raises `Refusal` `esign_not_offered`."""
        for profile in self.profiles:
            if name in (None, profile.name):
                return profile
        raise Refusal(Code.ESIGN_NOT_OFFERED)

    def response_fields(self) -> tuple[str, ...]:
        """Every name under which an answer may stand in a form, configured ones first."""
        configured = (name for profile in self.profiles for name in profile.response_fields)
        return tuple(dict.fromkeys((*configured, *KNOWN_RESPONSE_FIELDS)))


Beside = Callable[[str], bytes]


def providers_of(rows: Iterable[Mapping[str, Any]], beside: Beside) -> EsignProviders:
    """The providers among `rows` whose `on` is true; `beside` reads a file that lies beside the configuration.

    Raises `ProfileUnfit` for the first that cannot be used: it is better to start no e-Sign than one that is unsafe.
    """
    profiles = tuple(profile_of(row, beside) for row in rows if row.get("on") is True)
    names = [profile.name for profile in profiles]
    if len(set(names)) < len(names):
        raise ProfileUnfit("two profiles have one name")
    return EsignProviders(profiles)


def profile_of(row: Mapping[str, Any], beside: Beside) -> EsignProfile:
    """The profile that a row of the configuration says. Raises `ProfileUnfit`."""
    name = str(row.get("name", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,40}", name):
        raise ProfileUnfit("a profile's name is 1 to 40 of a-z, 0-9 and _")
    unknown = set(row) - _KNOWN
    if unknown:
        raise ProfileUnfit(f"{name}: unknown {', '.join(sorted(unknown))}")
    try:
        made = _made(name, row, beside)
    except (KeyError, TypeError, ValueError) as unfit:
        raise ProfileUnfit(f"{name}: {type(unfit).__name__} {unfit}") from unfit
    _demand(made)
    return made


_SECONDS = {"life_seconds": "life", "skew_seconds": "skew", "grace_seconds": "grace"}
_TEXTS = (
    "title",
    "address",
    "asp_id",
    "request_field",
    "response_sig_type",
    "status_address",
    "status_field",
    "txn_field",
    "consent",
    "request_method",
    "request_digest",
    "request_c14n",
)
_SETS = ("answer_methods", "answer_digests", "answer_c14n", "cancel_codes")
_ENUMS = {"request_encoding": RequestEncoding, "form_encoding": FormEncoding, "timestamp": TimestampForm}
_OTHERS = {"name", "on", "note", "environment", "asp_certificate", "certificates", "extra_fields", "response_fields"}
_KNOWN = _OTHERS | set(_SECONDS) | set(_TEXTS) | set(_SETS) | set(_ENUMS)


def _made(name: str, row: Mapping[str, Any], beside: Beside) -> EsignProfile:
    made: dict[str, Any] = {each: str(row[each]) for each in _TEXTS if each in row}
    made |= {each: frozenset(str(one) for one in row[each]) for each in _SETS if each in row}
    made |= {each: kind(row[each]) for each, kind in _ENUMS.items() if each in row}
    made |= {to: timedelta(seconds=int(row[given])) for given, to in _SECONDS.items() if given in row}
    return EsignProfile(
        name=name,
        environment=Environment(row["environment"]),
        asp_certificate=_certificate(row["asp_certificate"], beside),
        certificates=tuple(_certificate(one, beside) for one in row["certificates"]),
        extra_fields=tuple((str(key), str(value)) for key, value in dict(row.get("extra_fields", {})).items()),
        response_fields=tuple(str(each) for each in row.get("response_fields", ())),
        **made,
    )


def _certificate(given: Mapping[str, str], beside: Beside) -> bytes:
    """The DER of a certificate that a profile holds, or names a file of, and always pins by its SHA-256."""
    text = given["pem"].encode() if "pem" in given else beside(given["file"])
    body = re.sub(rb"-----[A-Z ]+-----|\s", b"", text)
    try:
        der = base64.b64decode(body, validate=True)
    except binascii.Error as unreadable:
        raise ValueError("a certificate is not PEM") from unreadable
    if hashlib.sha256(der).hexdigest() != given["sha256"].replace(":", "").lower():
        raise ValueError("a certificate is not the one whose SHA-256 is pinned")
    return der


def _demand(made: EsignProfile) -> None:
    """Raises `ProfileUnfit` for the first thing about a profile that is not safe or not known."""
    unfit = next((why for holds, why in _demands(made) if not holds), None)
    if unfit:
        raise ProfileUnfit(f"{made.name}: {unfit}")


def _demands(made: EsignProfile) -> Iterable[tuple[bool, str]]:
    is_laptop = made.environment is Environment.LAPTOP
    weak = {each for each in made.answer_methods | made.answer_digests if "SHA1" in each}
    addresses = [each for each in (made.address, made.status_address) if each]
    yield bool(made.address and made.asp_id and made.request_field), "address, asp_id and request_field are needed"
    yield bool(made.certificates), "without a pinned certificate nothing that comes can be trusted"
    yield all(_is_address(each, is_laptop=is_laptop) for each in addresses), "an address is https://host/…"
    # An opt-in of test systems: a provider that still signs by SHA-1 in production is not safe to use (ADR 33).
    yield not (weak and made.environment is Environment.PRODUCTION), "SHA-1 in production"
    yield made.request_method in REQUEST_METHODS and made.request_digest == "SHA256", "requests are RSA_SHA256"
    yield bool(made.answer_methods) and made.answer_methods <= ANSWER_METHODS, "answer_methods"
    yield bool(made.answer_digests) and made.answer_digests <= DIGESTS, "answer_digests"
    yield bool(made.answer_c14n) and made.answer_c14n <= C14N and made.request_c14n in C14N, "canonicalisation"
    yield made.response_sig_type.lower() in _KINDS, "response_sig_type is rawrsa, pkcs7 or pkcs7complete"
    yield made.consent in {"Y", "y"}, "consent is Y or y"
    yield timedelta(0) < made.life <= timedelta(hours=1), "life_seconds is at most 3600"
    yield timedelta(0) <= made.grace <= timedelta(minutes=5), "grace_seconds is at most 300"
    yield timedelta(0) < made.skew <= timedelta(minutes=15), "skew_seconds is at most 900"


def _is_address(address: str, *, is_laptop: bool) -> bool:
    if re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?/[^\s#@]*", address):
        return True
    return is_laptop and re.fullmatch(r"http://(localhost|127\.0\.0\.1)(:\d+)?/[^\s#@]*", address) is not None


def host_of(address: str) -> str:
    """The host, with its port, of an address of a profile."""
    return address.split("://", 1)[1].split("/", 1)[0]
