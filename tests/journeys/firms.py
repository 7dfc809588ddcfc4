"""Firms with an IEC, the people on its record, and the logins that act for it, each with a test DSC of its own."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.changes import TakeMembership, WriteIecUser, WriteSigning
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Membership
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.signings import EvidenceKept, SigningStatus
from chalicelib.suite import suite
from infra.local.certificate_profiles import Wanted
from infra.local.dscs import Issued, Sort
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.clients import Reply
from tests.journeys.residents import Resident, new_resident
from tests.journeys.walking import eventually

_numbers = itertools.count(1)


@dataclass
class Login:
    """A login and whoever signs with it. `pan` and `name` are what their certificates say."""

    firm: Firm
    resident: Resident
    name: str
    pan: str
    dsc: Issued

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the login's session."""
        return self.resident.call(method, path, body, **more)

    @property
    def account(self) -> Account:
        """The login's account."""
        stored = self.resident.stored
        assert isinstance(stored, Account)
        return stored

    @property
    def user_id(self) -> str:
        """Which user of the firm the login is."""
        return self.user.user_id

    @property
    def user(self) -> IecUser:
        """The user that the login is, as it is stored."""
        account_id = self.account.account_id
        return next(user for user in suite().store.iec_users(self.firm.iec)[::-1] if user.account_id == account_id)

    # Signing.

    def signature(self, signing: dict[str, Any], dsc: Issued | None = None) -> bytes:
        """What their signing tool makes of the document."""
        dscs = playing().dscs
        assert dscs is not None
        return dscs.sign((dsc or self.dsc).certificate_id, signing["document"].encode())

    def sign(self, signing: dict[str, Any], dsc: Issued | None = None) -> dict[str, Any]:
        """Sign, hand in, and give the signing as it stands when its journey rests."""
        body = {"signature": base64.b64encode(self.signature(signing, dsc)).decode()}
        self.call("PUT", f"/signings/{signing['signing_id']}/signature", body).demand(200, 202)
        return self.at_rest(signing)

    def at_rest(self, signing: dict[str, Any]) -> dict[str, Any]:
        """The signing once nothing is worked on any more."""

        def rested() -> dict[str, Any] | None:
            read = self.call("GET", f"/signings/{signing['signing_id']}").demand(200).content
            return None if read["status"] in {"validating", "verified", "preparing_esign"} else read

        return eventually(rested, lambda: self.call("GET", f"/signings/{signing['signing_id']}").content)

    def link(self) -> Login:
        """Link the login to the firm's IEC under signature."""
        signing = self.call("POST", "/iec-links", {"iec": self.firm.iec}).demand(201).content
        linked = self.sign(signing)
        assert linked["status"] == "done", linked
        return self

    # Changes of users.

    def open(self, change: str, about: Login | str | None = None, **more: Any) -> Reply:
        """Draw a change up."""
        user_id = about.user_id if isinstance(about, Login) else about
        body = {"change": change, **({"user_id": user_id} if user_id else {}), **more}
        return self.call("POST", "/iec/user-changes", body)

    def change(self, change: str, about: Login | str | None = None, **more: Any) -> dict[str, Any]:
        """Draw a change up and sign it."""
        return self.sign(self.open(change, about, **more).demand(201).content)

    def invite(self, login: Login, role: str) -> str:
        """Invite another login under signature; gives the invitation's id."""
        before = {user.user_id for user in suite().store.iec_users(self.firm.iec)}
        email = login.account.contact.email
        assert self.change("invite", name=login.name, email=email, role=role)["status"] == "done"
        (made,) = [user for user in suite().store.iec_users(self.firm.iec) if user.user_id not in before]
        return made.user_id

    def listed(self) -> dict[str, dict[str, Any]]:
        """The firm's users as this one sees them, by their email."""
        found = self.call("GET", "/iec/users").demand(200).content["users"]
        return {user["email"]: user for user in found}


@dataclass
class Firm:
    """A partnership on record; its people link by their own DSC, everybody else by one of the organisation."""

    laptop: Laptop
    record: IecRecord
    _partners: int = field(default=0)

    @property
    def iec(self) -> str:
        return self.record.iec

    def partner(self) -> Login:
        """Somebody on the firm's record, with a login that is linked to nothing yet."""
        person = self.record.persons[self._partners]
        self._partners += 1
        return self._login(person.name, person.pan, Sort.INDIVIDUAL)

    def employee(self) -> Login:
        """Somebody who is not on the record; their DSC is one of the organisation."""
        number = next(_numbers)
        return self._login(f"Esha Employee{number}", f"ZZEPE{number:04}Z", Sort.ORGANISATION)

    def owner(self) -> Login:
        """A partner whose login is linked."""
        return self.partner().link()

    def _login(self, name: str, pan: str, sort: Sort) -> Login:
        dscs = playing().dscs
        assert dscs is not None
        organisation = self.record.entity_name if sort is Sort.ORGANISATION else ""
        dsc = dscs.issue(sort, Wanted(common_name=name, pan=pan, organisation=organisation, key="p256"))
        return Login(self, new_resident(self.laptop, name=name), name, pan, dsc)

    # Without the journey of a link, for tests of what comes after.

    def stored_user(self, login: Login, role: IecRole) -> Login:
        """The login as a user with a link that nobody made under signature."""
        from tests.domain.iec.world import link_of  # noqa: PLC0415

        user = IecUser(
            iec=self.iec,
            user_id=sessions.new_id(),
            name=login.name,
            email=login.account.contact.email,
            role=role,
            status=IecUserStatus.ACTIVE,
            since=suite().clock(),
            account_id=login.account.account_id,
            link=link_of(login.pan, suite().clock()),
        )
        membership = Membership(login.account.account_id, self.iec, user.user_id)
        suite().store.write(WriteIecUser(user), TakeMembership(membership))
        return login


def new_firm(laptop: Laptop) -> Firm:
    """A firm of four partners of which no test has heard."""
    number = next(_numbers)
    pan = Pan(f"ZZMFQ{number:04}Z")
    people = tuple(
        Person(f"{name} Mehta", Pan(f"ZZ{name[0]}PQ{number:04}Z"), date(1980, 2, 3), PersonRole.PARTNER)
        for name in ("Asha", "Bina", "Charu", "Deepa")
    )
    record = IecRecord(Iec(pan), pan, f"MEHTA AND DAUGHTERS {number}", NatureOfConcern.PARTNERSHIP, people)
    suite().store.put_iec_record(record)
    return Firm(laptop, record)


def found_good(signing: dict[str, Any]) -> str:
    """The signing as if its signature had come and been found good; gives its id."""
    signing_id: str = signing["signing_id"]
    evidence = EvidenceKept(f"evidence/{signing_id}/{'cd' * 32}.zip", "cd" * 32)

    def found() -> None:
        stored = suite().store.signing(signing_id)
        assert stored is not None
        suite().store.write(WriteSigning(replace(stored, status=SigningStatus.VERIFIED, evidence=evidence)))

    # Its journey may come to its wait at the same moment.
    in_rounds(found)
    return signing_id
