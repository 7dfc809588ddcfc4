"""Documents to sign: a statement in plain words, whose bytes (UTF-8, NFC, LF) are what is signed.

Each holds who signs, for which IEC and what, a nonce of 128 bits, and until when it counts; so a signature over one
serves one purpose of one account once (docs/signatures.md). The words stand here and not in the catalogue of texts:
what was signed must be made again, byte by byte, by whoever reads the code of its time. A change of any word is a new
`FORM`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.limits import IST
from chalicelib.domain.signatures.signings import Purpose

FORM = "1"
FILE_NAME = "pravesh-statement-{nonce}.txt"
_LINE_AT_MOST = 1000

TITLES: Mapping[str, Mapping[Purpose, str]] = {
    "en": {
        Purpose.LINK_IEC: "Link this login to an IEC",
        Purpose.RENEW_LINK: "Renew the link of this login to its IEC",
        Purpose.CHANGE_IEC_USERS: "Change the users of an IEC",
        Purpose.FULL_REGISTRATION: "Full registration at ICEGATE with a digital signature",
        Purpose.RENEW_DSC: "Register a new digital signature with an ICEGATE ID",
    },
    "hi": {
        Purpose.LINK_IEC: "इस लॉगिन को IEC से जोड़ना",
        Purpose.RENEW_LINK: "IEC से इस लॉगिन का जुड़ाव नया करना",
        Purpose.CHANGE_IEC_USERS: "IEC के उपयोगकर्ता बदलना",
        Purpose.FULL_REGISTRATION: "डिजिटल हस्ताक्षर से ICEGATE पर पूरा रजिस्ट्रेशन",
        Purpose.RENEW_DSC: "ICEGATE ID में नया डिजिटल हस्ताक्षर दर्ज करना",
    },
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "heading": "PRAVESH: STATEMENT TO SIGN",
        "title": "Purpose",
        "name": "Signed by",
        "login": "Login",
        "account": "Account",
        "iec": "IEC",
        "statement": "I state:",
        "nonce": "Number of this statement",
        "made": "Made",
        "until": "Good until",
        "form": "Form",
        "only_if": (
            "Sign only if you asked for this yourself just now and every line above is right. "
            "A signature on this statement serves once, for this purpose alone."
        ),
    },
    "hi": {
        "heading": "प्रवेश: हस्ताक्षर के लिए घोषणा",
        "title": "काम",
        "name": "हस्ताक्षर करने वाला",
        "login": "लॉगिन",
        "account": "खाता",
        "iec": "IEC",
        "statement": "मैं कहता/कहती हूँ:",
        "nonce": "इस घोषणा की संख्या",
        "made": "बनाया गया",
        "until": "कब तक मान्य",
        "form": "प्रारूप",
        "only_if": (
            "हस्ताक्षर तभी करें जब आपने अभी ख़ुद यह माँगा हो और ऊपर की हर पंक्ति सही हो। "
            "इस घोषणा पर हस्ताक्षर एक ही बार, और केवल इसी काम के लिए, गिना जाता है।"
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says. `account` is the signer's owner key; times are aware UTC; `lines` are sentences."""

    purpose: Purpose
    name: str
    login: str
    account: str
    iec: str
    lines: tuple[str, ...]
    nonce: str
    made_at: datetime
    expires_at: datetime
    language: str

    def __repr__(self) -> str:
        return f"Statement({self.purpose.value})"


def document_of(statement: Statement) -> str:
    """The document's text; the same statement always gives the same text. `KeyError` for an unknown language."""
    words = _WORDS[statement.language]
    facts = (
        ("title", TITLES[statement.language][statement.purpose]),
        ("name", statement.name),
        ("login", statement.login),
        ("account", statement.account),
        ("iec", statement.iec),
    )
    ends = (
        ("nonce", statement.nonce),
        ("made", _instant(statement.made_at)),
        ("until", _instant(statement.expires_at)),
        ("form", FORM),
    )
    text = "\n".join(
        (
            words["heading"],
            "",
            *(f"{words[word]}: {_one_line(value)}" for word, value in facts),
            "",
            words["statement"],
            *(f"- {_one_line(line)}" for line in statement.lines),
            "",
            *(f"{words[word]}: {_one_line(value)}" for word, value in ends),
            "",
            words["only_if"],
            "",
        )
    )
    return unicodedata.normalize("NFC", text)


def bytes_of(document: str) -> bytes:
    """The bytes that are signed."""
    return document.encode("utf-8")


def sha256_of(document: str) -> str:
    """The SHA-256 of the signed bytes, hex."""
    return hashlib.sha256(bytes_of(document)).hexdigest()


def file_name_of(nonce: str) -> str:
    """What the document is called when it is downloaded to be signed."""
    return FILE_NAME.format(nonce=nonce[:8])


def _one_line(value: str) -> str:
    """A value as it may stand in a line of its own: nothing in it begins another line or hides.

    Controls and separators become a space; signs that are not seen, or turn the direction of text, are left out.
    """
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Zs"} else sign
        for sign in value
        if unicodedata.category(sign) != "Cf" or sign in "\u200c\u200d"
    )
    return " ".join(kept.split())[:_LINE_AT_MOST]


def _instant(moment: datetime) -> str:
    """An instant on India's clock and in UTC: `21-11-2026 23:59:12 IST (2026-11-21T18:29:12Z)`."""
    in_india = moment.astimezone(IST)
    return f"{in_india:%d-%m-%Y %H:%M:%S} IST ({moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ})"
