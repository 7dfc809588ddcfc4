"""Simulated eSign providers, on the console under /esign/: they check our request, ask the developer who signs, answer.

A simulator: no Aadhaar number is asked for, no code is sent, and no certificate it issues is of any worth.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any, Final

from infra.local import console_pages
from infra.local.console_routes import Asked, Route, in_bytes, in_html, in_json
from infra.local.http_server import HttpAnswer

if TYPE_CHECKING:
    from chalicelib.domain.signatures.esign.envelopes import RequestKey
    from chalicelib.domain.signatures.esign.providers import EsignProfile, EsignProviders
    from infra.local.authority import Authority, Credential
    from infra.local.esign_answers import Family, Said
    from infra.local.esign_requests import Request

PATH: Final = "/esign"
CANCELLED: Final = "SIM-CANCELLED"
_FAILED: Final = "SIM-102"
_PENDING: Final = "SIM-PENDING"
# What the developer may choose, and how the page says it.
OUTCOMES: Final = {
    "allow": "sign: the one-time code was right",
    "cancel": "cancel",
    "fail": "fail: the one-time code was wrong too often",
    "pending": "have the signature pending: it is there when Pravesh asks for it",
    "wrong_hash": "sign another document than the one that was asked for",
    "late": "sign, and go back only when you press the button",
}


@dataclass
class _Transaction:
    """One request that a provider has taken."""

    family: Family
    request: Request
    came_at: datetime
    outcome: str = ""
    said: Said | None = None


@dataclass
class EsignOutside:
    """The simulated providers, our own certificate at them, and the profiles by which the suite knows them."""

    authority: Callable[[], Authority]
    clock: Callable[[], datetime]
    site_url: str
    console_url: str
    _transactions: dict[str, _Transaction] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def places(self) -> list[Route]:
        """The places of the console."""
        return [
            Route(PATH, self._listing, "Simulated e-Sign providers"),
            Route(f"{PATH}/", self._answer, methods=("POST",), from_elsewhere=True),
        ]

    @cached_property
    def families(self) -> Mapping[str, Family]:
        """The providers' ways, by name, the preferred one first."""
        from infra.local.esign_answers import FAMILIES  # noqa: PLC0415 - cryptography takes time to load

        return {family.name: family for family in FAMILIES}

    @cached_property
    def asp(self) -> Credential:
        """Our own document-signer certificate, as registered at the providers, with its key."""
        return self._document_signer("Pravesh on the laptop")

    @cached_property
    def signers(self) -> Mapping[str, Credential]:
        """With what each provider signs its answers."""
        return {name: self._document_signer(family.title) for name, family in self.families.items()}

    @cached_property
    def providers(self) -> EsignProviders:
        """The profiles: what a deployer would have typed in."""
        from chalicelib.domain.signatures.esign.providers import EsignProviders  # noqa: PLC0415

        return EsignProviders(tuple(self._profile(family) for family in self.families.values()))

    def _document_signer(self, name: str) -> Credential:
        from infra.local.certificate_profiles import Profile, Wanted  # noqa: PLC0415

        return self.authority().issue(Wanted(profile=Profile.DOCUMENT_SIGNER, common_name=name))

    def _profile(self, family: Family) -> EsignProfile:
        from chalicelib.domain.signatures.esign import providers  # noqa: PLC0415

        is_first = family.has_offset is False
        return providers.EsignProfile(
            name=family.name,
            title=family.title,
            environment=providers.Environment.LAPTOP,
            address=f"{self.console_url}{PATH}/{family.name}/signdoc",
            status_address=f"{self.console_url}{PATH}/{family.name}/status",
            status_field="msg",
            asp_id=f"SIM-{family.name.upper()}-001",
            asp_certificate=self.asp.der,
            certificates=(self.signers[family.name].der,),
            request_field="eSignRequest" if is_first else "msg",
            txn_field="aspTxnID" if is_first else "",
            extra_fields=(("Content-Type", "application/xml"),) if is_first else (),
            request_encoding=providers.RequestEncoding.XML if is_first else providers.RequestEncoding.BASE64,
            form_encoding=providers.FormEncoding.MULTIPART if is_first else providers.FormEncoding.URLENCODED,
            response_sig_type="pkcs7" if is_first else "PKCS7",
            timestamp=(
                providers.TimestampForm.LOCAL_SECONDS if is_first else providers.TimestampForm.OFFSET_MILLISECONDS
            ),
            answer_c14n=frozenset({family.c14n}),
            response_fields=(family.field,),
            cancel_codes=frozenset({CANCELLED}),
        )

    # What the console asks.

    def _listing(self, asked: Asked) -> HttpAnswer:
        rows: list[dict[str, Any]] = [
            {"provider": each.family.name, "txn": txn, "came_at": each.came_at.isoformat(), "outcome": each.outcome}
            for txn, each in reversed(self._transactions.items())
        ]
        if not asked.by_a_person:
            return in_json(rows)
        note = "Pravesh sends browsers here to sign. What each was asked, the newest first:"
        return in_html("Simulated e-Sign providers", console_pages.listing(rows, note))

    def _answer(self, asked: Asked) -> HttpAnswer:
        name, _, deed = asked.path.removeprefix(f"{PATH}/").partition("/")
        family = self.families.get(name)
        deeds = {"signdoc": self._ask, "answer": self._decide, "status": self._status}
        if family is None or deed not in deeds:
            return in_json({"message": "not found"}, 404)
        return deeds[deed](asked, family)

    def _ask(self, asked: Asked, family: Family) -> HttpAnswer:
        """Check the request, and ask who signs."""
        from infra.local import esign_requests  # noqa: PLC0415

        profile, now = self.providers.chosen(family.name), self.clock()
        try:
            request = esign_requests.read(asked, profile, self.asp, now, self.site_url)
        except esign_requests.Unfit as unfit:
            return _told(asked, 400, f"The provider refuses the request: {unfit}.")
        with self._lock:
            if self._transactions.setdefault(request.txn, _Transaction(family, request, now)).request is not request:
                return _told(asked, 400, "The provider refuses the request: this txn was used before.")
        if not asked.by_a_person:
            return in_json({"txn": request.txn, "answer": f"{PATH}/{family.name}/answer", "outcomes": list(OUTCOMES)})
        return in_html(family.title, _question(family, request))

    def _decide(self, asked: Asked, family: Family) -> HttpAnswer:
        """Answer as the developer chose, by the browser."""
        typed = asked.typed()
        transaction = self._transactions.get(str(typed.get("txn", "")))
        outcome = str(typed.get("outcome", "allow"))
        if transaction is None or transaction.family is not family or outcome not in OUTCOMES:
            return _told(asked, 404, "There is no such transaction.")
        transaction.outcome = outcome
        said = self._said(transaction, outcome, typed)
        action, value = transaction.request.response_url, self._signed(family, said)
        if not asked.by_a_person:
            return in_json({"action": action, "field": family.field, "value": value.decode()})
        return _way_back(family, action, value.decode(), is_at_once=outcome != "late")

    def _said(self, transaction: _Transaction, outcome: str, typed: Mapping[str, Any]) -> Said:
        from infra.local import esign_answers  # noqa: PLC0415

        family, request, now = transaction.family, transaction.request, self.clock()
        if outcome in {"cancel", "fail"}:
            error = CANCELLED if outcome == "cancel" else _FAILED
            return esign_answers.failure(family, txn=request.txn, at=now, error=error)
        document = request.document_sha256
        if outcome == "wrong_hash":
            document = sha256(document).digest()
        leaf = esign_answers.leaf_of(self.authority(), family, _signatory(typed), now)
        said = esign_answers.success(family, leaf, txn=request.txn, document_sha256=document, at=now)
        if outcome == "pending":
            transaction.said = said
            return esign_answers.failure(family, txn=request.txn, at=now, error=_PENDING, status="2")
        return said

    def _status(self, asked: Asked, family: Family) -> HttpAnswer:
        """Answer Pravesh itself, which asks how a transaction stands."""
        from infra.local import esign_answers, esign_requests  # noqa: PLC0415

        profile, now = self.providers.chosen(family.name), self.clock()
        try:
            txn = esign_requests.read_status(asked, profile, self.asp, now)
        except esign_requests.Unfit as unfit:
            return in_json({"message": str(unfit)}, 400)
        transaction = self._transactions.get(txn)
        if transaction is None or transaction.said is None:
            said = esign_answers.failure(family, txn=txn, at=now, error=_PENDING, status="2")
        else:
            fresh = esign_answers.attributes(family, txn, now, "1", "NA" if family.says_na else "")
            said = replace(transaction.said, attributes=fresh)
        return in_bytes(self._signed(family, said), "application/xml")

    def _signed(self, family: Family, said: Said) -> bytes:
        from infra.local import esign_answers  # noqa: PLC0415

        return esign_answers.signed(family, self.signers[family.name], said)


def request_key(outside: EsignOutside) -> RequestKey:
    """The private key of our own certificate, as the suite asks for one."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415

    key = outside.asp.key
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("our document signer's key is RSA")
    return key


def people() -> list[tuple[str, int]]:
    """Name and year of birth of everybody on the sample IEC records."""
    from chalicelib.domain.identifiers import Iec  # noqa: PLC0415
    from chalicelib.suite import suite  # noqa: PLC0415
    from infra.local.samples import HOLDERS  # noqa: PLC0415

    records = (suite().store.iec_record(Iec(holder.iec)) for holder in HOLDERS)
    return [(person.name, person.born_on.year) for record in records if record for person in record.persons]


def _signatory(typed: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of a module that is loaded late
    from infra.local.esign_answers import Signatory  # noqa: PLC0415

    chosen = str(typed.get("person", ""))
    name, _, year = chosen.rpartition("|")
    if not name:
        name, year = str(typed.get("name", "")).strip(), str(typed.get("year_of_birth", ""))
    return Signatory(name or "Nobody in Particular", int(year) if year.isdigit() else 1980)


def _question(family: Family, request: Request) -> str:
    options = "".join(
        f'<option value="{escape(name)}|{year}">{escape(name)}, born in {year}</option>' for name, year in people()
    )
    outcomes = "".join(
        f'<p><label><input type="radio" name="outcome" value="{value}"{" checked" if value == "allow" else ""}> '
        f"{escape(words)}</label></p>"
        for value, words in OUTCOMES.items()
    )
    return (
        "<p><strong>Simulated.</strong> A real provider would ask for your Aadhaar number and a one-time code here.</p>"
        f"<p>To be signed: {escape(request.about)}<br>SHA-256: <code>{request.document_sha256.hex()}</code></p>"
        f'<form method="post" action="{PATH}/{family.name}/answer">'
        f'<input type="hidden" name="txn" value="{escape(request.txn)}">'
        '<p><label for="person">Who signs</label><br><select id="person" name="person">'
        f'{options}<option value="">Somebody else, named below</option></select></p>'
        '<p><label for="name">Name, for somebody else</label><br><input id="name" name="name" size="40"></p>'
        '<p><label for="year_of_birth">Year of birth, for somebody else</label><br>'
        '<input id="year_of_birth" name="year_of_birth" inputmode="numeric" size="6" maxlength="4"></p>'
        f"<fieldset><legend>What the provider shall do</legend>{outcomes}</fieldset>"
        "<p><button>Continue</button></p></form>"
    )


def _way_back(family: Family, action: str, value: str, *, is_at_once: bool) -> HttpAnswer:
    """The form that takes the answer to Pravesh: by itself, and by a button for who has no script."""
    nonce = base64.b64encode(secrets.token_bytes(16)).decode()
    origin = "/".join(action.split("/", 3)[:3])
    # After the form is sent on, the site leads to its own page: the same origin again.
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; form-action {origin}; "
        "frame-ancestors 'none'"
    )
    script = f'<script nonce="{nonce}">document.forms[0].submit()</script>' if is_at_once else ""
    then = "Going back to Pravesh…" if is_at_once else "Press the button when you like."
    content = (
        f"<p>The provider has answered. {then}</p>"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="{family.field}" value="{escape(value)}">'
        f"<p><button>Go back to Pravesh</button></p></form>{script}"
    )
    return in_html(family.title, content, policy=policy)


def _told(asked: Asked, status: int, why: str) -> HttpAnswer:
    if asked.by_a_person:
        return in_html("Simulated e-Sign provider", f"<p>{escape(why)}</p>", status)
    return in_json({"message": why}, status)
