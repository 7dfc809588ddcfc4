"""ICEGATE accounts, and what each kind of registrant may do at ICEGATE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.accounts.security import Security
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.identifiers import Gstin, IcegateId, Iec
from chalicelib.domain.refusals import Code, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import AccountName


class RegistrationKind(StrEnum):
    """How an account was registered; it decides what the account may do."""

    SIMPLIFIED = "simplified"
    # With a DSC and an officer's approval.
    FULL = "full"


class Service(StrEnum):
    """What ICEGATE offers to a signed-in registrant."""

    INFORMATION_SERVICES = "information_services"
    REPORTS = "reports"
    AD_CODE_REGISTRATION = "ad_code_registration"
    SHIPPING_BILL_FILING = "shipping_bill_filing"
    BILL_OF_ENTRY_FILING = "bill_of_entry_filing"


@dataclass(frozen=True, slots=True)
class IcegateAccount:
    """A registered ICEGATE ID. `contact` is the alternate contact where the registrant chose one."""

    icegate_id: IcegateId
    iec: Iec
    gstin: Gstin
    legal_name: str
    contact: Contact
    kind: RegistrationKind
    password_hash: str
    language: str
    registration_id: str
    registered_at: datetime
    security: Security = field(default_factory=Security)
    # When the mobile was last confirmed after the registration, and the replacement that waits for its day.
    mobile_confirmed_at: datetime | None = None
    email_confirmed_at: datetime | None = None
    replacement_id: str | None = None
    # The DSC of a full registration, and the full registration that was opened last.
    dsc: RegisteredDsc | None = None
    full_registration_id: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"IcegateAccount(registration_id={self.registration_id!r})"


@dataclass(frozen=True, slots=True)
class Hold:
    """An ICEGATE ID held for a registration that is still under way: nobody else can take it until `until`."""

    icegate_id: IcegateId
    iec: Iec
    registration_id: str
    until: datetime


# The advisory on Simplified Auto Registration: information services and reports, no Customs documents. The AD-code
# advisory lists "simplified registered users" among those who may register an AD-code bank account.
_REFUSED: Mapping[RegistrationKind, Mapping[Service, Code]] = {
    RegistrationKind.SIMPLIFIED: {
        Service.SHIPPING_BILL_FILING: Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED,
        Service.BILL_OF_ENTRY_FILING: Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED,
    },
    RegistrationKind.FULL: {},
}
# What is filed under the registered DSC.
_SIGNED = frozenset({Service.SHIPPING_BILL_FILING, Service.BILL_OF_ENTRY_FILING})


def refused(account: IcegateAccount, service: Service, now: datetime) -> Code | None:
    """Why an account may not use `service` at this moment, or None where it may.

    Who is fully registered files under the registered DSC, and not once that has expired.
    """
    why = _REFUSED[account.kind].get(service)
    if why is None and service in _SIGNED and (account.dsc is None or now >= account.dsc.expires_at):
        return Code.DIGITAL_SIGNATURE_EXPIRED
    return why


def demand(account: IcegateAccount, service: Service, now: datetime) -> None:
    """Raises `Refusal` where an account may not use `service` at this moment."""
    why = refused(account, service, now)
    if why is not None:
        raise Refusal(why)


def is_free(stored: IcegateAccount | Hold | AccountName | None, iec: Iec, now: datetime) -> bool:
    """Whether the holder of `iec` may choose an ICEGATE ID now, given what is stored under it.

    A holder may choose again what an earlier registration of their own still holds.
    """
    if stored is None:
        return True
    if isinstance(stored, Hold):
        return now >= stored.until or stored.iec == iec
    return not isinstance(stored, IcegateAccount) and stored.until is not None and now >= stored.until
