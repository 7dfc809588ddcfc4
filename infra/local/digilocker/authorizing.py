"""The authorize call: what a requester asks for, checked; and what the citizen chose, as a redirect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from infra.local.digilocker.citizens import Citizen
from infra.local.digilocker.clients import Client, Clients
from infra.local.digilocker.grants import Grant, Grants
from infra.local.digilocker.wire import Refused

# Meri Pehchaan 2.4: letters, digits, blanks and underscores; shown to the citizen.
_WORDS: Final = re.compile(r"[A-Za-z0-9_ ]{1,200}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_ALLOWED: Final[Mapping[str, re.Pattern[str]]] = {
    "acr": re.compile("pan|aadhaar|driving_licence"),
    "amr": re.compile(
        "(driving_licence|aadhaar|pan|ndlemail|mobile|apaar|apaar_only|apaar_others|username)( [a-z_]+)*"
    ),
    "dl_flow": re.compile("signup"),
    "verified_mobile": re.compile("[6-9][0-9]{9}"),
    "scope": re.compile("openid"),
    "pla": re.compile("[YN]"),
    "plsignup": re.compile("[YN]"),
    "ulsignup": re.compile("[YN]"),
    "prompt": re.compile("login|login_mobile"),
    "login_hint": re.compile("[6-9][0-9]{9}"),
    "consent_valid_till": re.compile("[0-9]{9,11}"),
    "req_doctype": re.compile("[A-Z]{1,5}(,[A-Z]{1,5})*"),
}
_REQUIRED: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
    "purpose",
    "service_name",
)
# Unknown at DigiLocker; one of its clients assumes it.
_DEFAULT_CONSENT: Final = timedelta(days=31)


@dataclass(frozen=True)
class Question:
    """What a citizen is asked."""

    request_id: str
    client: Client
    redirect_uri: str
    state: str
    challenge: str
    purpose: str
    service_name: str
    doctypes: tuple[str, ...]
    with_openid: bool
    until: datetime
    for_entities: bool

    @property
    def redirect_origin(self) -> str:
        """Where the citizen goes back to."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    def offered(self, citizen: Citizen) -> list[str]:
        """List the URIs of a citizen's documents that this client may have."""
        wanted = self.doctypes or self.client.doctypes
        return [one.uri for one in citizen.issued if one.doctype in wanted]


class Sent(Exception):  # noqa: N818
    """The browser goes back to the requester with an error."""

    def __init__(self, location: str) -> None:
        super().__init__("sent back")
        self.location = location


def question(
    request_id: str, query: Mapping[str, str], clients: Clients, now: datetime, *, for_entities: bool
) -> Question:
    """Check the parameters. Raises Refused where nobody can be sent back, else Sent with the error."""
    client = clients.get(query.get("client_id", ""))
    if client is None:
        raise Refused(400, "invalid_client", "This client is not registered")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise Refused(400, "invalid_request", "The redirect_uri is not exactly one that the client registered")

    def bad(why: str, error: str = "invalid_request") -> Sent:
        return Sent(sent_back(redirect_uri, error=error, error_description=why, state=query.get("state", "")))

    missing = [name for name in _REQUIRED if not query.get(name)]
    if missing:
        raise bad(f"{missing[0]} is missing")
    unfit = _unfit(query)
    if unfit:
        raise bad(f"{unfit} is invalid")
    doctypes = tuple(filter(None, query.get("req_doctype", "").split(",")))
    if not set(doctypes) <= set(client.doctypes):
        raise bad("req_doctype names a type that is not approved for this client", "invalid_scope")
    until = now + _DEFAULT_CONSENT
    if query.get("consent_valid_till"):
        until = datetime.fromtimestamp(int(query["consent_valid_till"]), UTC)
    if until <= now:
        raise bad("consent_valid_till is over")
    return Question(
        request_id, client, redirect_uri, query["state"], query["code_challenge"], query["purpose"],
        query["service_name"], doctypes, query.get("scope") == "openid", until, for_entities,
    )  # fmt: skip


def _unfit(query: Mapping[str, str]) -> str:
    """Give the first parameter that breaks its rule; "" where none does. Unknown ones are left alone."""
    if query["response_type"] != "code":
        return "response_type"
    if query["code_challenge_method"] != "S256":
        return "code_challenge_method"
    if not _CHALLENGE.fullmatch(query["code_challenge"]):
        return "code_challenge"
    unworded = (name for name in ("purpose", "service_name") if not _WORDS.fullmatch(query[name]))
    others = (name for name, rule in _ALLOWED.items() if query.get(name) and not rule.fullmatch(query[name]))
    alone = (
        name
        for name, needed, value in (("verified_mobile", "dl_flow", "signup"), ("login_hint", "prompt", "login_mobile"))
        if query.get(name) and query.get(needed) != value
    )
    return next(iter((*unworded, *others, *alone)), "")


def denied(asked: Question) -> str:
    """Give where the browser goes once the citizen has said no."""
    why = "The user denied the request"
    return sent_back(asked.redirect_uri, error="access_denied", error_description=why, state=asked.state)


def allowed(asked: Question, citizen: Citizen, uris: list[str], grants: Grants, now: datetime) -> str:
    """Give where the browser goes once the citizen has said yes to these documents. Raises Refused for others'."""
    if not set(uris) <= set(asked.offered(citizen)):
        raise Refused(400, "invalid_request", "A document was chosen that was not offered")
    doctypes = asked.doctypes or asked.client.doctypes
    grant = Grant(
        asked.client, citizen, asked.redirect_uri, asked.challenge, asked.purpose, set(uris), doctypes,
        asked.with_openid, asked.until, now,
    )  # fmt: skip
    return sent_back(asked.redirect_uri, code=grants.code_for(grant), state=asked.state)


def sent_back(redirect_uri: str, **parameters: str) -> str:
    """Give the redirect address with parameters."""
    sign = "&" if "?" in redirect_uri else "?"
    return redirect_uri + sign + urlencode(parameters)
