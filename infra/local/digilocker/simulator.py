"""The simulator as a whole: its calls by path, and the face that tests use."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.console_routes import Asked, in_json
from infra.local.digilocker import authorizing, faults, files, issuers, pull_caller, pushing, sample_citizens, tokens
from infra.local.digilocker.authorizing import Question
from infra.local.digilocker.citizens import Citizen, Citizens
from infra.local.digilocker.clients import Clients
from infra.local.digilocker.faults import Fault, Faults
from infra.local.digilocker.grants import Grants
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import Pull, Variant
from infra.local.digilocker.wire import Refused, basic_of, bearer_of, form_of
from infra.local.http_server import HttpAnswer

PATH = "/digilocker"
_ASKED_AT_MOST = 2000


@dataclass(frozen=True)
class Call:
    """One call that came: which, whose, and what it was answered. Nothing secret and nothing personal."""

    at: datetime
    call: str
    client_id: str
    status: int
    error: str
    fault: str

    def as_json(self) -> dict[str, object]:
        """As the console lists it."""
        return {
            "at": self.at.isoformat(), "call": self.call, "client": self.client_id, "status": self.status,
            "error": self.error, "fault": self.fault,
        }  # fmt: skip


class DigiLocker:
    """A DigiLocker (and an Entity Locker) that runs in this process.

    `citizens`, `clients`, `faults`, `accounts` (what was pushed) and `asked` (what was asked) are for tests to read and
    to change; `pull` calls an issuer, `allow` and `deny` choose for a citizen.
    """

    def __init__(self, clock: Callable[[], datetime], origin: str) -> None:
        self.clock = clock
        self.url = f"{origin}{PATH}"
        """Where it is: what stands before `/public/oauth2/…`."""
        self.entity_url = f"{self.url}/entity"
        """Likewise Entity Locker."""
        self.clients = Clients()
        self.faults = Faults()
        self._lock = threading.RLock()
        self.afresh()

    def afresh(self) -> None:
        """Forget everything but the clients, which are as they were remembered."""
        self.faults.clear()
        self.clients.restore()
        self.citizens = Citizens(sample_citizens.citizens())
        self.accounts = pushing.Accounts(self.citizens)
        self.grants = Grants()
        self.pulls = issuers.Pulls(self.clients, sample_citizens.pullables(self.citizens.named), self.clock)
        self.asked: deque[Call] = deque(maxlen=_ASKED_AT_MOST)
        self.questions: dict[str, Question] = {}
        self.with_openid = False
        """Whether the laptop's client exchanges codes at /2, as a profile with `openid` says."""

    # For tests, and for the pages.

    def pull(
        self,
        url: str,
        api_key: str,
        asked: Pull,
        variant: Variant | str = "v1.13",
        *,
        txn: str = "",
        ts: str = "",
        wrong: str = "",
    ) -> PullAnswer:
        """Call a Pull URI as DigiLocker does, now. Raises KeyError for a variant that there is not, OSError."""
        return pull_caller.pull(url, api_key, asked, variant, now=self.clock(), txn=txn, ts=ts, wrong=wrong)

    def question(self, authorize_url: str) -> Question:
        """Give what a citizen is asked at this address. Raises Refused, Sent."""
        parts = urlsplit(authorize_url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        for_entities = parts.path.startswith(f"{PATH}/entity/")
        question = authorizing.question(
            secrets.token_hex(16), query, self.clients, self.clock(), for_entities=for_entities
        )
        self.questions[question.request_id] = question
        return question

    def allow(self, authorize_url: str, citizen: Citizen | str, doctypes: Iterable[str] | None = None) -> str:
        """Choose for a citizen: yes, to documents of these types (None: all that are offered). Gives the redirect."""
        question = self.question(authorize_url)
        who = self.citizens.named(citizen) if isinstance(citizen, str) else citizen
        wanted = set(doctypes) if doctypes is not None else None
        offered = question.offered(who)
        uris = [one.uri for one in who.issued if one.uri in offered and (wanted is None or one.doctype in wanted)]
        return authorizing.allowed(question, who, uris, self.grants, self.clock())

    def deny(self, authorize_url: str) -> str:
        """Choose for a citizen: no. Gives the redirect."""
        return authorizing.denied(self.question(authorize_url))

    def revoke_consents(self, citizen: Citizen | str) -> None:
        """Let a citizen take back, in DigiLocker itself, whatever was agreed to."""
        who = self.citizens.named(citizen) if isinstance(citizen, str) else citizen
        for grant in self.grants.of(who):
            grant.is_revoked = True

    def counted(self) -> dict[str, int]:
        """Count what was asked, by call and status."""
        counts: dict[str, int] = {}
        for one in self.asked:
            key = f"{one.call} {one.status}" + (f" {one.error}" if one.error else "")
            counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items()))

    # The wire.

    def answer(self, asked: Asked) -> HttpAnswer | None:
        """Answer a call; None for a path that DigiLocker has not."""
        found = _found(asked.path)
        if found is None:
            return None
        name, methods, rest = found
        if asked.method not in methods:
            return in_json({"error": "method_not_allowed", "error_description": "Method not allowed"}, 405)
        client_id, fault, error = self._client_id(asked), None, ""
        try:
            fault = self.faults.struck(name, client_id)
            faults.before(fault)
            with self._lock:
                self._meanwhile(fault, asked)
            answer = faults.after(fault, self._carried_out(name, asked, rest))
        except Refused as refused:
            answer, error = refused.answered(), refused.error
        struck = fault.kind if fault else ""
        self.asked.append(Call(self.clock(), name, client_id, answer.status, error, struck))
        return answer

    def _carried_out(self, name: str, asked: Asked, rest: str) -> HttpAnswer:
        # Calls that go out again to an issuer must not hold up the others.
        if name == "pulldocument":
            return self._pulldocument(asked)
        with self._lock:
            done = getattr(self, f"_{name}")(asked, rest)
        return done if isinstance(done, HttpAnswer) else in_json(done)

    def _client_id(self, asked: Asked) -> str:
        basic = basic_of(asked)
        if basic:
            return basic[0]
        try:
            token = bearer_of(asked)
        except Refused:
            pass
        else:
            return self.grants.client_id_of(token)
        try:
            form = form_of(asked)
        except Refused:
            return ""
        return form.get("clientid") or form.get("client_id", "")

    def _meanwhile(self, fault: Fault | None, asked: Asked) -> None:
        """Let happen what happened a moment before."""
        if fault is None:
            return
        if fault.kind == "rotated_before":
            self.grants.end(form_of(asked).get("refresh_token", ""))
        if fault.kind == "token_revoked":
            self.grants.revoke_all_of(bearer_of(asked))

    def _token(self, asked: Asked, rest: str) -> dict[str, Any]:
        form = form_of(asked)
        client = tokens.client_of(self.clients, basic_of(asked), form)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return tokens.exchanged(self.grants, client, form, self.clock(), with_openid=rest == "2")
        if kind == "refresh_token" and rest == "1":
            return tokens.refreshed(self.grants, client, form, self.clock())
        raise Refused(400, "invalid_grant_type", "The grant type is missing or invalid")

    def _revoke(self, asked: Asked, _: str) -> HttpAnswer:
        form = form_of(asked)
        client = tokens.client_of(self.clients, basic_of(asked), form)
        if not form.get("token"):
            raise Refused(400, "invalid_request", "token is missing")
        self.grants.revoke(form["token"], client)
        return HttpAnswer(200, [("Content-Type", "application/json")])

    def _user(self, asked: Asked, _: str) -> dict[str, Any]:
        return dict(tokens.person(self.grants.used(bearer_of(asked), self.clock())))

    def _entity(self, asked: Asked, _: str) -> dict[str, Any]:
        return dict(tokens.entity(self.grants.used(bearer_of(asked), self.clock())))

    def _issued(self, asked: Asked, _: str) -> dict[str, Any]:
        return files.issued_list(self.grants.used(bearer_of(asked), self.clock()))

    def _uploaded(self, asked: Asked, rest: str) -> dict[str, Any]:
        return files.uploaded_list(self.grants.used(bearer_of(asked), self.clock()).citizen, rest)

    def _file(self, asked: Asked, rest: str) -> HttpAnswer:
        return files.file(self.grants.used(bearer_of(asked), self.clock()), rest)

    def _xml(self, asked: Asked, rest: str) -> HttpAnswer:
        return files.xml(self.grants.used(bearer_of(asked), self.clock()), rest)

    def _eaadhaar(self, asked: Asked, _: str) -> dict[str, Any]:
        self.grants.used(bearer_of(asked), self.clock())
        raise Refused(404, "aadhaar_not_linked", "Nobody here has an Aadhaar number, and none is given out")

    def _upload(self, asked: Asked, _: str) -> dict[str, Any]:
        grant = self.grants.used(bearer_of(asked), self.clock())
        return files.upload(grant, asked.headers, asked.request.body)

    def _pulldocument(self, asked: Asked) -> HttpAnswer:
        with self._lock:
            grant = self.grants.used(bearer_of(asked), self.clock())
        return in_json(self.pulls.pull(grant, form_of(asked)))

    def _issuers(self, asked: Asked, _: str) -> dict[str, Any]:
        issuers.checked(form_of(asked), self.clients, self.clock())
        return issuers.issuers(self.clients)

    def _doctype(self, asked: Asked, _: str) -> dict[str, Any]:
        form = form_of(asked)
        issuers.checked(form, self.clients, self.clock(), "orgid")
        return issuers.doctypes(self.clients, form.get("orgid", ""))

    def _parameters(self, asked: Asked, _: str) -> dict[str, Any]:
        form = form_of(asked)
        issuers.checked(form, self.clients, self.clock(), "orgid", "doctype")
        return issuers.parameters(self.clients, form.get("orgid", ""), form.get("doctype", ""))

    def _counts(self, asked: Asked, _: str) -> dict[str, Any]:
        issuers.checked(form_of(asked), self.clients, self.clock())
        everybody = list(self.citizens)
        return {"countusers": len(everybody), "countissued": sum(len(one.issued) for one in everybody)}

    def _pushuri(self, asked: Asked, _: str) -> HttpAnswer:
        push, client = pushing.read(form_of(asked), self.clients, self.citizens, self.clock())
        self.accounts.take(push, client)
        # No source tells a body.
        return HttpAnswer(200, [("Content-Type", "application/json")])

    def _logout(self, asked: Asked, _: str) -> HttpAnswer:
        client = self.clients.get(asked.query.get("client_id", ""))
        redirect_uri = asked.query.get("redirect_uri", "")
        if client is None or redirect_uri not in client.redirect_uris:
            raise Refused(400, "invalid_request", "The redirect_uri is not one that the client registered")
        location = authorizing.sent_back(redirect_uri, error="user_loggedout")
        return HttpAnswer(302, [("Location", location), ("Cache-Control", "no-store")])


# Path after /digilocker → the call's name, its methods, and what is told of the path.
_READ, _WRITE = ("GET", "HEAD"), ("POST",)
_EXACT = {
    "/public/oauth2/1/token": ("token", _WRITE, "1"),
    "/public/oauth2/2/token": ("token", _WRITE, "2"),
    "/public/oauth2/1/revoke": ("revoke", _WRITE, ""),
    "/public/oauth2/1/user": ("user", _READ, ""),
    "/public/oauth2/2/files/issued": ("issued", _READ, ""),
    "/public/oauth2/1/files": ("uploaded", _READ, ""),
    "/public/oauth2/3/xml/eaadhaar": ("eaadhaar", _READ, ""),
    "/public/oauth2/2/xml/eaadhaar": ("eaadhaar", _READ, ""),
    "/public/oauth2/1/file/upload": ("upload", _WRITE, ""),
    "/public/oauth2/1/pull/pulldocument": ("pulldocument", _WRITE, ""),
    "/public/oauth2/1/pull/issuers": ("issuers", _WRITE, ""),
    "/public/oauth2/1/pull/doctype": ("doctype", _WRITE, ""),
    "/public/oauth2/1/pull/parameters": ("parameters", _WRITE, ""),
    "/public/statistics/1/counts": ("counts", _WRITE, ""),
    "/public/account/1/pushuri": ("pushuri", _WRITE, ""),
    "/signin/logout/Y": ("logout", _READ, ""),
    "/entity/public/oauth2/1/token": ("token", _WRITE, "1"),
    "/entity/public/oauth2/1/revoke": ("revoke", _WRITE, ""),
    "/entity/public/oauth2/1/user": ("user", _READ, ""),
    "/entity/public/oauth2/1/entity": ("entity", _READ, ""),
    "/entity/public/oauth2/1/entity/files": ("uploaded", _READ, ""),
    "/entity/public/oauth2/2/entity/files/issued": ("issued", _READ, ""),
}
_BELOW = {
    "/public/oauth2/1/files/": "uploaded",
    "/public/oauth2/1/file/": "file",
    "/public/oauth2/1/xml/": "xml",
    "/entity/public/oauth2/1/entity/files/": "uploaded",
    "/entity/public/oauth2/1/entity/file/": "file",
    "/entity/public/oauth2/1/entity/xml/": "xml",
}


def _found(path: str) -> tuple[str, tuple[str, ...], str] | None:
    below = path.removeprefix(PATH)
    if below in _EXACT:
        return _EXACT[below]
    for beginning, name in _BELOW.items():
        if below.startswith(beginning) or f"{below}/" == beginning:
            return name, _READ, below[len(beginning) :]
    return None
