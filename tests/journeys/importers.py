"""Importers: holders on record whom no test has heard of, with a temporary password or an account."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from functools import cache

from chalicelib.domain import passwords, temporary_passwords
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, WriteTemporaryPassword
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import LIFETIME
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan, gstin_check_character
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client

PASSWORD = "Sagar#2026"
TEMPORARY_PASSWORD = "K7PM-9XQ2-HTRW"

_numbers = itertools.count(1)


def new_contact() -> Contact:
    """An email and a mobile that nobody has."""
    number = next(_numbers)
    return Contact(EmailAddress(f"other{number}@elsewhere.example"), Mobile(f"+9187654{number + 10000:05}"))


def new_icegate_id() -> str:
    """An ICEGATE ID that nobody has; without digits, which a reader of messages might take for a code."""
    return "asha_" + "".join(secrets.choice("bcdfghjkmnpqrstvwxyz") for _ in range(10))


@dataclass(frozen=True)
class Importer:
    """An IEC holder on record, who was sent a temporary password."""

    holder: Holder
    temporary_password: str = TEMPORARY_PASSWORD

    @property
    def iec(self) -> str:
        return self.holder.iec

    @property
    def gstin(self) -> str:
        return self.holder.gstins[0]

    @property
    def contact(self) -> Contact:
        return self.holder.contact

    def details(self, captcha: str) -> dict[str, str]:
        """What the sign-up page asks for."""
        return {
            "iec": self.iec,
            "gstin": self.gstin,
            "temporary_password": self.temporary_password,
            "captcha": captcha,
        }


def gstin_of(pan: str, state: str = "33", registration: str = "1") -> Gstin:
    """A GSTIN under `pan` with its check character right."""
    first = f"{state}{pan}{registration}Z"
    return Gstin(first + gstin_check_character(first))


def new_holder(*, ten_digit_iec: bool = False) -> Holder:
    """A holder on record of whom no test has heard; without a temporary password."""
    number = next(_numbers)
    pan = Pan(f"ZZ{chr(ord('A') + number // 9000)}CQ{number % 9000 + 1:04}Z")
    iec = Iec(f"{300000000 + number:010}" if ten_digit_iec else pan)
    contact = Contact(EmailAddress(f"trade{number}@holder-{number}.example"), Mobile(f"+9198765{number + 10000:05}"))
    holder = Holder(iec, pan, f"Holder {number} Exports", (gstin_of(pan), gstin_of(pan, "27")), contact)
    suite().store.put_holder(holder)
    return holder


def new_importer(*, ten_digit_iec: bool = False) -> Importer:
    """A holder with a temporary password, as after `issue_temporary_passwords`."""
    importer = Importer(new_holder(ten_digit_iec=ten_digit_iec))
    give_temporary_password(importer)
    return importer


def give_temporary_password(importer: Importer) -> TemporaryPassword:
    """Write a temporary password, sent just now, for a holder who has none."""
    now = suite().clock()
    made = TemporaryPassword(
        importer.holder.iec,
        secrets.token_hex(8),
        _temporary_password_hash(),
        issued_at=now,
        expires_at=now + temporary_passwords.LIFETIME,
        sent_at=now,
    )
    suite().store.write(WriteTemporaryPassword(made))
    return made


@dataclass(frozen=True)
class Registrant:
    """Someone who registered at some earlier time."""

    client: Client
    icegate_id: str
    legal_name: str

    def sign_in(self, password: str = PASSWORD) -> str:
        """A session token."""
        body = {"username": self.icegate_id, "password": password}
        token: str = self.client.elsewhere().call("POST", "/sessions", body).demand(200).content["session_token"]
        return token


def new_registrant(laptop: Laptop) -> Registrant:
    """An ICEGATE account as the journey leaves it, without the journey."""
    holder, now = new_holder(), suite().clock()
    icegate_id, registration_id = IcegateId(new_icegate_id()), secrets.token_urlsafe(16)
    account = IcegateAccount(
        icegate_id,
        holder.iec,
        holder.gstins[0],
        holder.legal_name,
        holder.contact,
        RegistrationKind.SIMPLIFIED,
        _password_hash(),
        "en",
        registration_id,
        now,
    )
    suite().store.write(HoldIcegateId(Hold(icegate_id, holder.iec, registration_id, now + LIFETIME), now))
    suite().store.write(OpenAccount(account))
    return Registrant(Client(laptop.site_url), icegate_id, holder.legal_name)


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


@cache
def _temporary_password_hash() -> str:
    return passwords.hashed(temporary_passwords.canonical(TEMPORARY_PASSWORD))
