"""Discovery: which issuers there are, what they issue, and what they ask for to find a document.

Each call proves itself by a hash over the client secret (`formulas.discovery_hmac`) and is good for 30 minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.digilocker.errors import list_of, text_in
from chalicelib.domain.digilocker.formulas import discovery_hmac
from chalicelib.domain.digilocker.line import Call, Line, Reply
from chalicelib.domain.digilocker.profiles import Profile


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues documents. `org_id` names it in further calls."""

    org_id: str
    issuer_id: str
    name: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuedType:
    """A document type of an issuer."""

    doctype: str
    description: str


@dataclass(frozen=True, slots=True)
class AskedParameter:
    """What an issuer asks a citizen for. `choices` where it is one of a list."""

    name: str
    label: str
    choices: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """The calls. All raise `DigiLockerUnavailable`, `DigiLockerRefused`, `AnswerUnfit`."""

    line: Line
    profile: Profile
    client_id: str
    secret: bytes

    def __repr__(self) -> str:
        return "Discovery(…)"

    def issuers(self, now: datetime) -> tuple[Issuer, ...]:
        """Every issuer."""
        found = list_of(self._asked("issuers", self.profile.issuers, now), "issuers")
        return tuple(
            Issuer(
                text_in(one, "orgid"),
                text_in(one, "issuerid"),
                text_in(one, "name"),
                _texts(one.get("categories", one.get("category"))),
            )
            for one in found
        )

    def doctypes(self, org_id: str, now: datetime) -> tuple[IssuedType, ...]:
        """What an issuer issues."""
        found = list_of(self._asked("doctype", self.profile.doctypes, now, orgid=org_id), "documents")
        return tuple(IssuedType(text_in(one, "doctype"), text_in(one, "description")) for one in found)

    def parameters(self, org_id: str, doctype: str, now: datetime) -> tuple[AskedParameter, ...]:
        """What an issuer asks for to find a document of a type."""
        reply = self._asked("parameters", self.profile.parameters, now, orgid=org_id, doctype=doctype)
        return tuple(
            AskedParameter(
                text_in(one, "paramname"), text_in(one, "label"), _texts(one.get("valuelist")), text_in(one, "example")
            )
            for one in list_of(reply, "parameters")
        )

    def _asked(self, call: str, path: str, now: datetime, **fields: str) -> Reply:
        asked = {"clientid": self.client_id, **fields, "ts": str(int(now.timestamp()))}
        hashed = discovery_hmac(self.profile.discovery_orders[call], self.secret, asked)
        return self.line.send(Call("POST", path, form=(*asked.items(), ("hmac", hashed))))


def _texts(found: object) -> tuple[str, ...]:
    given = found if isinstance(found, list) else str(found or "").split(",")
    return tuple(str(one).strip() for one in given if str(one).strip())
