"""What the routes of fetches and consents take and give."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.domain.digilocker.authorising import Address
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.fetch_journey import status_at
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, Locker, Purpose
from chalicelib.domain.digilocker.fetching import FetchWish
from chalicelib.domain.digilocker.purposes import DOCTYPES_AT_MOST, parse_doctype, parse_purpose
from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import confirmed, optional, sent, sent_number, sent_texts
from chalicelib.handlers.problems import day_or_none, instant
from chalicelib.web import consent_text
from chalicelib.web.texts import text

_LONGEST_DAYS = 365
_FIRST_BIRTH_YEAR = 1900
_ID_PADDING = "=="


def parse_locker(value: str) -> Locker:
    """Whose locker. Refuses with `locker_unknown`."""
    if value not in {locker.value for locker in Locker}:
        raise FieldProblem("locker_unknown")
    return Locker(value)


def parse_born_on(value: str) -> date:
    """A birth date, `yyyy-mm-dd`. Refuses with `birth_date_invalid`."""
    try:
        born_on = date.fromisoformat(value)
    except ValueError:
        raise FieldProblem("birth_date_invalid") from None
    if len(value) != len("yyyy-mm-dd") or not _FIRST_BIRTH_YEAR <= born_on.year <= datetime.now(UTC).year:
        raise FieldProblem("birth_date_invalid")
    return born_on


def parse_text_version(value: str) -> str:
    """The version of the words that were read: it must be the one that holds. Refuses with `consent_text_changed`."""
    if value != consent_text.version():
        raise FieldProblem("consent_text_changed")
    return value


@dataclass(frozen=True, slots=True)
class FetchBody:
    """What a person agrees to: what for, which documents, until when, in which words."""

    purpose: Purpose = sent(parse_purpose, "`my_documents`, `full_registration` or `iec_application`.", "my_documents")
    document_types: tuple[str, ...] = sent_texts(
        parse_doctype, "DigiLocker's document types.", ["PANCR"], most=DOCTYPES_AT_MOST, at_most=16
    )
    locker: Locker = sent(parse_locker, "`person` for DigiLocker, `entity` for a firm's Entity Locker.", "person")
    valid_days: int = sent_number("For how many days the consent holds.", 30, at_most=_LONGEST_DAYS)
    consent: bool = confirmed("The person agrees to the words of `text_version`.")
    text_version: str = sent(parse_text_version, "`text_version` of the consent's terms.", "2026-11-22")
    date_of_birth: date | None = optional(
        parse_born_on, "The birth date that documents are compared with, `yyyy-mm-dd`.", "1985-07-21"
    )

    def wish(self) -> FetchWish:
        """What is asked of the desk."""
        return FetchWish(
            self.purpose, self.document_types, self.locker, self.date_of_birth, self.valid_days, self.text_version
        )


def written(address: Address) -> str:
    """An address as a browser goes to it."""
    return f"{address.url}?{urlencode(address.query)}"


@dataclass(frozen=True, slots=True)
class OpenedFetchView:
    """Where the browser goes now; it must come back with the cookie that this answer sets."""

    fetch_id: str
    authorize_url: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class FetchItemView:
    """What became of one document; `text` says it in words where it did not come."""

    document_type: str
    status: str
    reason: str | None
    text: str | None
    document_id: str | None


@dataclass(frozen=True, slots=True)
class FetchEndView:
    """Why a fetch ended without documents."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class FetchView:
    """How a fetch stands, and what was entered for it: it can be begun again with that."""

    fetch_id: str
    status: str
    purpose: str
    locker: str
    document_types: tuple[str, ...]
    valid_days: int
    date_of_birth: str | None
    expires_at: str
    items: list[FetchItemView]
    why: FetchEndView | None
    consent_id: str | None
    logout_url: str | None


def fetch_view(fetch: Fetch, language: str, now: datetime, logout: Address | None) -> FetchView:
    """A fetch as its owner sees it: no URI, no state, no code."""
    why = FetchEndView(fetch.reason, _reason(language, fetch.reason)) if fetch.reason is not None else None
    return FetchView(
        fetch.fetch_id,
        status_at(fetch, now).value,
        fetch.purpose.value,
        fetch.locker.value,
        fetch.doctypes,
        (fetch.consent_until - fetch.opened_at).days,
        day_or_none(fetch.born_on),
        instant(fetch.expires_at),
        [_item_view(item, language) for item in fetch.items],
        why,
        fetch.consent_id,
        written(logout) if logout is not None and fetch.state_used_at is not None else None,
    )


def _item_view(item: FetchItem, language: str) -> FetchItemView:
    said = _reason(language, item.reason) if item.reason is not None else None
    return FetchItemView(item.doctype, item.status.value, item.reason, said, item.document_id)


def _reason(language: str, reason: str) -> str:
    return text(language, f"digilocker.reason.{reason}")


@dataclass(frozen=True, slots=True)
class GivenConsentView:
    """A consent as it stands. `receipt` is its artefact, in the shape of API Setu's consent artefact."""

    consent_id: str
    status: str
    purpose: str
    purpose_text: str
    locker: str
    document_types: tuple[str, ...]
    text_version: str
    given_at: str
    valid_until: str
    revoked_at: str | None
    receipt: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GivenConsentsView:
    """One's consents, the newest first."""

    consents: list[GivenConsentView]


def consent_view(consent: Consent, language: str) -> GivenConsentView:
    """A consent as its owner sees it: no token, no DigiLocker id."""
    return GivenConsentView(
        consent.consent_id,
        consent.status.value,
        consent.purpose.value,
        text(language, f"consent_purpose.{consent.purpose.value}"),
        consent.locker.value,
        consent.granted,
        consent.text_version,
        instant(consent.given_at),
        instant(consent.valid_until),
        instant(consent.revoked_at) if consent.revoked_at is not None else None,
        receipt_of(consent),
    )


def receipt_of(consent: Consent) -> dict[str, Any]:
    """The receipt: API Setu's consent artefact, with what we add under `record`.

    In the language in which the consent was given. `signature` is left empty: the audit's chain is what proves it.
    """
    described = text(consent.language, f"consent_purpose.{consent.purpose.value}")
    return {
        "consent": {
            "consentId": str(uuid.UUID(bytes=base64.urlsafe_b64decode(consent.consent_id + _ID_PADDING))),
            "timestamp": _milliseconds(consent.given_at),
            "dataConsumer": {"id": consent.department_id},
            "dataProvider": {"id": f"digilocker-{consent.locker.value}"},
            "purpose": {"description": described},
            "user": {"idType": "pravesh", "idNumber": consent.owner, "mobile": "", "email": ""},
            "data": {"id": ",".join(consent.granted)},
            "permission": {
                "access": "view,store",
                "dateRange": {"from": _milliseconds(consent.given_at), "to": _milliseconds(consent.valid_until)},
                "frequency": {"unit": "once", "value": 1, "repeats": 0},
            },
        },
        "signature": {"signature": ""},
        "record": {
            "consentId": consent.consent_id,
            "status": consent.status.value,
            "asked": list(consent.asked),
            "granted": list(consent.granted),
            "textVersion": consent.text_version,
            "language": consent.language,
            "revokedAt": _milliseconds(consent.revoked_at) if consent.revoked_at is not None else None,
        },
    }


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
