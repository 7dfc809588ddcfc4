"""Identifiers of the trade: PAN, IEC, GSTIN, ICEGATE ID, mobile, email.

Each parser takes what a person typed and returns the identifier in the one form that is stored, or raises
`FieldProblem`. The order is always: trim, cap the length, refuse what is not ASCII, then fold the case; a pattern
must match the whole.
"""

from __future__ import annotations

import re
from typing import NewType

from chalicelib.domain.refusals import FieldProblem

Pan = NewType("Pan", str)
Iec = NewType("Iec", str)
Gstin = NewType("Gstin", str)
IcegateId = NewType("IcegateId", str)
Mobile = NewType("Mobile", str)
EmailAddress = NewType("EmailAddress", str)

_TYPED_AT_MOST = 32
ICEGATE_ID_AT_MOST = 25
EMAIL_AT_MOST = 50
_SHOWN_OF_NUMBER = 4

# The 4th letter is the kind of holder (python-stdnum's list); the serial 0000 is never given.
_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPTK][A-Z](?!0000)[0-9]{4}[A-Z]")
_IEC_NUMERIC = re.compile(r"[0-9]{10}")
_GSTIN_SHAPE = re.compile(r"[0-9]{2}[A-Z0-9]{10}[1-9A-Z]Z[0-9A-Z]")
_ICEGATE_ID = re.compile(r"[A-Za-z0-9_-]+")
_MOBILE = re.compile(r"[6-9][0-9]{9}")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
# 01-38 are states and union territories (38 Ladakh), 97 other territory, 99 centre jurisdiction.
_GST_STATES = frozenset({f"{code:02}" for code in range(1, 39)} | {"97", "99"})
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _typed(value: str, reason: str, at_most: int = _TYPED_AT_MOST) -> str:
    trimmed = value.strip()
    if not trimmed:
        raise FieldProblem("required")
    if len(trimmed) > at_most or not trimmed.isascii():
        raise FieldProblem(reason)
    return trimmed


def is_pan(value: str) -> bool:
    """Whether `value` (already upper case) has the form of a PAN.

    Its check letter is not published and cannot be verified.
    """
    return _PAN.fullmatch(value) is not None


def parse_iec(value: str) -> Iec:
    """An Importer-Exporter Code: a PAN (holders since GST) or 10 digits (before). Refuses with `iec_invalid`."""
    typed = _typed(value, "iec_invalid").upper()
    if not (_IEC_NUMERIC.fullmatch(typed) or is_pan(typed)):
        raise FieldProblem("iec_invalid")
    return Iec(typed)


def gstin_check_character(first_fourteen: str) -> str:
    """The 15th character of a GSTIN from its first 14 (upper case).

    Luhn modulo 36, weights 1, 2, 1, 2… from the left.
    """
    total = 0
    for place, character in enumerate(first_fourteen):
        product = _BASE_36.index(character) * (1 + place % 2)
        total += product // 36 + product % 36
    return _BASE_36[-total % 36]


def parse_gstin(value: str) -> Gstin:
    """A GSTIN of a regular taxpayer.

    Refuses with `gstin_invalid` or, where only the last character is wrong, `gstin_check_character`.
    """
    typed = _typed(value, "gstin_invalid").upper()
    if not _GSTIN_SHAPE.fullmatch(typed) or typed[:2] not in _GST_STATES or not is_pan(typed[2:12]):
        raise FieldProblem("gstin_invalid")
    if gstin_check_character(typed[:14]) != typed[14]:
        raise FieldProblem("gstin_check_character")
    return Gstin(typed)


def pan_of(gstin: Gstin) -> Pan:
    """The PAN inside a GSTIN: characters 3 to 12."""
    return Pan(gstin[2:12])


def parse_icegate_id(value: str) -> IcegateId:
    """An ICEGATE ID as its owner writes it: at most 25 letters, digits, `-` and `_` (the ICEGATE advisory).

    An Aadhaar number must never be held by this suite, so an ID that is one is refused (`aadhaar_refused`).
    """
    if not value.strip():
        raise FieldProblem("required")
    if len(value) > ICEGATE_ID_AT_MOST:
        raise FieldProblem("icegate_id_too_long", limit=ICEGATE_ID_AT_MOST)
    if not _ICEGATE_ID.fullmatch(value):
        raise FieldProblem("icegate_id_characters")
    if is_aadhaar_shaped(re.sub("[-_]", "", value)):
        raise FieldProblem("aadhaar_refused")
    return IcegateId(value)


def folded(icegate_id: str) -> str:
    """The form under which an ICEGATE ID is unique: case does not tell two IDs apart."""
    return icegate_id.lower()


def parse_mobile(value: str) -> Mobile:
    """An Indian mobile number in E.164 (`+919876543210`) from its usual spellings. Refuses with `mobile_invalid`."""
    typed = re.sub(r"[ ()-]", "", _typed(value, "mobile_invalid"))
    national = re.sub(r"^(?:\+91|91(?=[0-9]{10}$)|0(?=[0-9]{10}$))", "", typed)
    if not _MOBILE.fullmatch(national):
        raise FieldProblem("mobile_invalid")
    return Mobile("+91" + national)


def parse_email(value: str) -> EmailAddress:
    """An email address of at most 50 characters (the ICEGATE advisory), as typed; its domain part in lower case."""
    trimmed = value.strip()
    if not trimmed:
        raise FieldProblem("required")
    if len(trimmed) > EMAIL_AT_MOST:
        raise FieldProblem("email_too_long", limit=EMAIL_AT_MOST)
    if not _EMAIL.fullmatch(trimmed):
        raise FieldProblem("email_invalid")
    local, _, domain = trimmed.rpartition("@")
    return EmailAddress(f"{local}@{domain.lower()}")


_VERHOEFF_D = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_P = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def is_aadhaar_shaped(digits: str) -> bool:
    """Whether `digits` could be an Aadhaar number.

    12 digits, first 2-9, Verhoeff right, not a palindrome (docs/sources.md).
    """
    if not re.fullmatch(r"[2-9][0-9]{11}", digits) or digits == digits[::-1]:
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_D[check][int(_VERHOEFF_P[place % 8][int(digit)])])
    return check == 0


def masked_number(number: str) -> str:
    """A document's number as it is shown: its last four signs (`••••••1234`), never more than half of it."""
    hidden = len(number) - min(_SHOWN_OF_NUMBER, len(number) // 2)
    return "•" * hidden + number[hidden:]
