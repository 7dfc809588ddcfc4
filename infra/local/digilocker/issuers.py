"""Issuers as citizens find them: who they are, what they issue, what they ask for; pulling a document into a locker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from infra.local.digilocker import pull_caller
from infra.local.digilocker.citizens import Citizen, Issued
from infra.local.digilocker.clients import Client, Clients, PullEndpoint
from infra.local.digilocker.grants import Grant
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import Pull
from infra.local.digilocker.pushing import check_fresh
from infra.local.digilocker.wire import Refused, invalid_parameter, is_same, sha256_hex

# The issuers that the simulator plays: id of the organisation, issuer id, name, document type, its title, parameters.
PLAYED: Final = (
    (
        "000027", "in.gov.pan", "Income Tax Department (simulated)", "PANCR", "PAN Verification Record",
        (("panno", "PAN", "ABCDE1234F"), ("PANFullName", "Name as on the PAN", "Amar Nath")),
    ),
    (
        "000030", "in.gov.transport", "Ministry of Road Transport and Highways (simulated)", "DRVLC", "Driving License",
        (("dlno", "Licence number", "TN-0120190000001"),),
    ),
)  # fmt: skip
_KNOWN: Final = {"orgid", "doctype", "consent"}


@dataclass
class Pullable:
    """A document that a played issuer has, of somebody who has it not yet."""

    digilocker_id: str
    document: Issued
    is_pending: bool = False
    """Whether a person at the issuer looks first; set it to False to have them decide."""


# Discovery.


def checked(form: Mapping[str, str], clients: Clients, now: datetime, *names: str) -> Client:
    """Check a discovery call: SHA-256 over secret, clientid, what is named, ts. Raises Refused."""
    client = clients.get(form.get("clientid", ""))
    if client is None:
        raise Refused(401, "invalid_client_id", "The client id is missing or invalid")
    check_fresh(form, now)
    hashed = (form.get(name, "") for name in ("clientid", *names, "ts"))
    if not is_same(form.get("hmac", ""), sha256_hex(client.secret, *hashed)):
        raise invalid_parameter("HMAC")
    return client


def issuers(clients: Clients) -> dict[str, Any]:
    """Answer `pull/issuers`."""
    rows = [
        {"orgid": org, "issuerid": issuer_id, "name": name, "categories": ["Central Government"], "description": name}
        for org, issuer_id, name, *_ in PLAYED
    ]
    rows += [
        {
            "orgid": one.org_id,
            "issuerid": one.issuer_id,
            "name": one.name,
            "category": one.category,
            "description": one.name,
        }
        for one in clients.all()
        if one.org_id and one.endpoints
    ]
    return {"issuers": rows}


def doctypes(clients: Clients, org_id: str) -> dict[str, Any]:
    """Answer `pull/doctype`. Raises Refused."""
    rows = [{"doctype": doctype, "description": title} for org, _, _, doctype, title, _ in PLAYED if org == org_id]
    issuer = clients.issuer(org_id)
    if issuer is not None:
        codes = dict.fromkeys(code for endpoint in issuer.endpoints for code in endpoint.doctypes)
        rows += [{"doctype": code, "description": issuer.titles.get(code, code)} for code in codes]
    if not rows:
        raise invalid_parameter("Orgid")
    return {"documents": rows}


def parameters(clients: Clients, org_id: str, doctype: str) -> dict[str, Any]:
    """Answer `pull/parameters`. Raises Refused."""
    played = next((row[5] for row in PLAYED if row[0] == org_id and row[3] == doctype), None)
    issuer = clients.issuer(org_id)
    endpoint = issuer.endpoint_of(doctype) if issuer else None
    wanted = played if played is not None else endpoint.parameters if endpoint else None
    if wanted is None:
        raise invalid_parameter("Doctype")
    rows = [{"label": label, "paramname": name, "valuelist": "", "example": example} for name, label, example in wanted]
    return {"parameters": rows}


# Pulling into a locker.


class Pulls:
    """`pulldocument`: played issuers answer from their records, registered ones are asked by their own Pull URI."""

    def __init__(self, clients: Clients, pullables: list[Pullable], clock: Callable[[], datetime]) -> None:
        self._clients = clients
        self._clock = clock
        self.pullables = pullables

    def pull(self, grant: Grant, form: Mapping[str, str]) -> dict[str, str]:
        """Answer with the URI, which then lies in the locker. Raises Refused: pending and "there already" too."""
        if form.get("consent") != "Y":
            raise Refused(400, "invalid_consent", "The user's consent is missing")
        asked = {name: value for name, value in form.items() if name not in _KNOWN}
        org_id, doctype = form.get("orgid", ""), form.get("doctype", "")
        issuer = self._clients.issuer(org_id)
        if any(row[0] == org_id for row in PLAYED):
            if not any(row[0] == org_id and row[3] == doctype for row in PLAYED):
                raise Refused(400, "invalid_doctype", "This issuer has no such documents")
            document = self._played(grant.citizen, doctype, asked)
        elif issuer is None:
            raise Refused(400, "invalid_orgid", "There is no such organisation")
        else:
            document = self._asked_of(issuer, grant.citizen, doctype, asked)
        if grant.citizen.document(document.uri) is not None:
            grant.uris.add(document.uri)
            raise Refused(400, "uri_exists", "The document is in the locker already")
        grant.citizen.issued.append(document)
        grant.uris.add(document.uri)
        return {"uri": document.uri}

    def _played(self, citizen: Citizen, doctype: str, asked: Mapping[str, str]) -> Issued:
        number = asked.get("panno") or asked.get("dlno") or ""
        there = next((one for one in citizen.issued if one.doctype == doctype and one.number == number), None)
        if there is not None:
            return there
        known = next(
            (
                one
                for one in self.pullables
                if one.digilocker_id == citizen.digilocker_id
                and one.document.doctype == doctype
                and one.document.number == number
            ),
            None,
        )
        if known is None:
            raise Refused(404, "record_not_found", "The issuer has no such record of this user")
        if known.is_pending:
            raise Refused(400, "pull_response_pending", "The issuer looks for the document; come again later")
        return known.document

    def _asked_of(self, issuer: Client, citizen: Citizen, doctype: str, asked: Mapping[str, str]) -> Issued:
        endpoint = issuer.endpoint_of(doctype)
        if endpoint is None:
            raise Refused(400, "invalid_doctype", "This issuer has no such documents")
        answer = self._answer(endpoint, citizen, doctype, asked)
        if answer.is_pending:
            raise Refused(400, "pull_response_pending", "The issuer looks for the document; come again later")
        if answer.result == "0":
            raise Refused(404, "record_not_found", "The issuer has no such record of this user")
        if not answer.is_found:
            raise Refused(500, "repository_service_configerror", "Invalid response from issuer [#ISR400]")
        born_on = f"{citizen.born_on:%d-%m-%Y}"
        if not any(_letters(one.name) == _letters(citizen.name) and one.dob == born_on for one in answer.persons):
            raise Refused(404, "record_not_found", "The document is not this user's")
        return Issued(
            answer.uri, doctype, issuer.titles.get(doctype, doctype), issuer.issuer_id, issuer.name,
            answer.uri.rpartition("-")[2], citizen.name, citizen.born_on, citizen.gender, self._today(),
            pdf=answer.pdf, xml=answer.data, pushed_by=issuer.client_id,
        )  # fmt: skip

    def _answer(self, endpoint: PullEndpoint, citizen: Citizen, doctype: str, asked: Mapping[str, str]) -> PullAnswer:
        pull = Pull(doctype, endpoint.org_id, asked, citizen.name, citizen.born_on, citizen.digilocker_id)
        try:
            return pull_caller.pull(endpoint.url, endpoint.api_key, pull, endpoint.variant, now=self._clock())
        except OSError:
            raise Refused(500, "repository_service_configerror", "The issuer does not answer") from None

    def _today(self) -> date:
        return self._clock().date()


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
