"""What we demand of a signer's certificate, apart from the mathematics: usage, class, kind; and whom it names.

All of it is configuration (`chalicelib/configuration/signature_policy.json`); docs/signatures.md says why it is so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.domain.identifiers import parse_iec
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.signatures.certificates import (
    COMMON_NAME,
    DN_QUALIFIER,
    ORGANISATION,
    SERIAL_NUMBER,
    Leaf,
    Texts,
)
from chalicelib.domain.signatures.der import oid
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, SignerShown, fails, holds
from chalicelib.domain.signatures.signers import Signer

_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")
# Year of birth, gender, and a hash that nobody has explained: as e-KYC certificates have been seen to carry it.
_YEAR_AND_GENDER: Final = re.compile(r"([0-9]{4})[FMT][0-9A-Fa-f]{64}")
# X.520 has 64 for a name.
_SHOWN_AT_MOST: Final = 128
_JOINERS: Final = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class IecPlace:
    """Where an IEC may stand in a subject: the attribute's OID (encoded), and the value's form, group 1 the IEC."""

    attribute: bytes
    form: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Our demands. OIDs are dotted.

    `signing_purposes`: a certificate that limits its purposes must name one of them. `personal` are the organisations
    (casefolded) that stand for none. `iec_places` is empty as long as nobody has told where a CA writes an IEC
    that it has verified: an attribute that its holder may choose would let anybody claim any IEC.
    """

    class_2: frozenset[str]
    class_3: frozenset[str]
    accepts_class_2: bool
    ekyc: frozenset[str]
    not_persons: frozenset[str]
    signing_purposes: frozenset[str]
    personal: frozenset[str]
    iec_places: tuple[IecPlace, ...] = ()

    def signer(self, leaf: Leaf) -> Signer:
        """Whom the certificate names, and of what kind it is."""
        subject = leaf.subject
        organisation = _only(subject, ORGANISATION)
        is_personal = organisation is not None and organisation.strip().casefold() in self.personal | {""}
        iec = self._iec(subject)
        kind = self._kind(leaf, organisation, iec, is_personal=is_personal)
        common_name = _only(subject, COMMON_NAME) or ""
        named = "" if is_personal or organisation is None else organisation.strip()
        shown = SignerShown(
            _shown(common_name),
            _shown(named),
            kind,
            _shown(_only(leaf.issuer, COMMON_NAME) or _only(leaf.issuer, ORGANISATION) or ""),
            f"{leaf.certificate.serial_number:x}",
            leaf.fingerprint,
            leaf.certificate.not_valid_before_utc,
            leaf.certificate.not_valid_after_utc,
        )
        return Signer(
            shown,
            kind,
            _pan_hash(subject),
            named,
            common_name,
            _year_of_birth(subject) if kind is Kind.EKYC else None,
            iec,
            leaf.policies,
        )

    def _kind(self, leaf: Leaf, organisation: str | None, iec: str | None, *, is_personal: bool) -> Kind | None:
        if leaf.policies & self.not_persons:
            return None
        # Some providers' certificates have no O at all (docs/signatures.md).
        if leaf.policies & self.ekyc:
            return Kind.EKYC
        if organisation is None:
            return None
        if iec is not None:
            return Kind.IEC
        return Kind.INDIVIDUAL if is_personal else Kind.ORGANISATION

    def _iec(self, subject: Texts) -> str | None:
        """The IEC that the subject names; None where it names none, or several."""
        found = set(self._iecs(subject))
        return found.pop() if len(found) == 1 else None

    def _iecs(self, subject: Texts) -> Iterator[str]:
        for place in self.iec_places:
            for text in subject.get(place.attribute, ()):
                if matched := place.form.fullmatch(text.strip()):
                    try:
                        yield parse_iec(matched[1])
                    except FieldProblem:
                        continue

    def judged(self, leaf: Leaf, signer: Signer, policies: frozenset[str], kinds: frozenset[Kind]) -> Finding:
        """Whether the certificate is for signing at all, and of the class and kind that may sign.

        `policies` are those of its own that the CAs above it vouch for.
        """
        if not self._is_for_signing(leaf):
            return fails(Aspect.POLICY, Reason.KEY_USAGE_NOT_SIGNING)
        if leaf.policies & self.not_persons:
            return fails(Aspect.POLICY, Reason.KIND_NOT_ACCEPTED)
        if not leaf.policies & policies & self._accepted(signer.kind):
            return fails(Aspect.POLICY, Reason.CLASS_NOT_ACCEPTED)
        if signer.kind is None or signer.kind not in kinds:
            return fails(Aspect.POLICY, Reason.KIND_NOT_ACCEPTED)
        return holds(Aspect.POLICY)

    def _accepted(self, kind: Kind | None) -> frozenset[str]:
        if kind is Kind.EKYC:
            return self.ekyc
        return self.class_3 | (self.class_2 if self.accepts_class_2 else frozenset())

    def _is_for_signing(self, leaf: Leaf) -> bool:
        usage = leaf.usage
        if usage is None or not leaf.is_usage_critical or leaf.is_authority:
            return False
        if not (usage.digital_signature and usage.content_commitment):
            return False
        return leaf.purposes is None or bool(leaf.purposes & self.signing_purposes)


def _only(subject: Texts, attribute: bytes) -> str | None:
    """The attribute's value; "" where there is none, None where there are several."""
    values = subject.get(attribute, ("",))
    return values[0] if len(values) == 1 else None


def _shown(text: str) -> str:
    """A name as a page can show it and a record can keep it, whatever an unknown issuer wrote: no controls, no novel.

    The two joiners belong to names in Indian scripts.
    """
    text = text[:_SHOWN_AT_MOST]
    return text if text.isprintable() else "".join(sign for sign in text if sign.isprintable() or sign in _JOINERS)


def _pan_hash(subject: Texts) -> str | None:
    """The PAN's hash; a subject without PAN may carry another number there, which is none."""
    text = (_only(subject, SERIAL_NUMBER) or "").casefold()
    return text if _SHA256_HEX.fullmatch(text) else None


def _year_of_birth(subject: Texts) -> int | None:
    matched = _YEAR_AND_GENDER.fullmatch(_only(subject, DN_QUALIFIER) or "")
    return int(matched[1]) if matched else None


def signature_policy(document: Mapping[str, Any]) -> SignaturePolicy:
    """The policy that a configuration document states. Raises ValueError with the name of what is wrong."""
    flags = {"accepts_class_2"}
    lists = {"class_2", "class_3", "ekyc", "not_persons", "signing_purposes", "personal"}
    if set(document) != flags | lists | {"iec_places"}:
        raise ValueError(f"signature policy: {sorted(set(document) ^ (flags | lists | {'iec_places'}))}")
    is_flag = isinstance(document["accepts_class_2"], bool)
    for name in lists:
        is_list = isinstance(document[name], list) and all(isinstance(each, str) for each in document[name])
        if not (is_flag and is_list):
            raise ValueError(f"signature policy: {name} or accepts_class_2 is not what it should be")
    return SignaturePolicy(
        accepts_class_2=document["accepts_class_2"],
        iec_places=tuple(_place(each) for each in document["iec_places"]),
        **{name: frozenset(each.casefold() for each in document[name]) for name in lists},
    )


def _place(document: Mapping[str, Any]) -> IecPlace:
    try:
        place = IecPlace(oid(document["attribute"]), re.compile(document["form"]))
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ValueError("signature policy: iec_places has attribute (an OID) and form (a pattern)") from error
    if place.form.groups != 1:
        raise ValueError("signature policy: the form of an IEC's place has one group")
    return place
