"""Push URI: an issuer puts the URI of a certificate into a citizen's locker, changes it, or takes it away."""

import base64
import binascii
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from infra.local.digilocker.citizens import Citizen, Citizens, Issued
from infra.local.digilocker.clients import Client, Clients
from infra.local.digilocker.wire import Refused, invalid_parameter, is_same, sha256_hex

OLDEST: Final = timedelta(minutes=30)
# The order of the hash; an absent field is an empty one.
_HASHED: Final = (
    "clientid",
    "digilockerid",
    "uri",
    "doctype",
    "description",
    "docid",
    "issuedate",
    "validfrom",
    "validto",
    "action",
    "ts",
    "doccontent",
    "datacontent",
)
_DOCTYPE: Final = re.compile("[A-Z]{1,5}")
_DAY: Final = re.compile("[0-9]{8}")


@dataclass(frozen=True)
class Pushed:
    """One push that was carried out."""

    client_id: str
    digilocker_id: str
    uri: str
    doctype: str
    description: str
    doc_id: str
    issued_on: date
    valid_from: date | None
    valid_to: date | None
    action: str
    at: datetime
    pdf: bytes | None
    xml: bytes | None


class Accounts:
    """What was pushed, in the order in which it came; and where each pushed URI is."""

    def __init__(self, citizens: Citizens) -> None:
        self._citizens = citizens
        self._lock = threading.Lock()
        self.pushed: list[Pushed] = []

    def of(self, digilocker_id: str) -> list[Issued]:
        """List the documents in an account that issuers pushed or the citizen pulled in."""
        return [one for one in self._citizens[digilocker_id].issued if one.pushed_by]

    def holder_of(self, uri: str) -> Citizen | None:
        """Give in whose account a URI is."""
        return next((one for one in self._citizens if one.document(uri) is not None), None)

    def take(self, push: Pushed, client: Client) -> None:
        """Carry a push out. Raises Refused."""
        with self._lock:
            holder, citizen = self.holder_of(push.uri), self._citizens[push.digilocker_id]
            if push.action == "A" and holder is citizen:
                raise Refused(400, "invalid_parameter", "URI already exists in this account")
            if push.action == "A" and holder is not None:
                raise Refused(400, "invalid_parameter", "URI already exists in another account")
            if push.action != "A" and holder is not citizen:
                raise invalid_parameter("URI")
            citizen.issued = [one for one in citizen.issued if one.uri != push.uri]
            if push.action != "D":
                citizen.issued.append(_document(push, client, citizen))
            self.pushed.append(push)


def _document(push: Pushed, client: Client, citizen: Citizen) -> Issued:
    return Issued(
        push.uri, push.doctype, push.description, client.issuer_id, client.name, push.doc_id, citizen.name,
        citizen.born_on, citizen.gender, push.issued_on, pdf=push.pdf, xml=push.xml, pushed_by=client.client_id,
    )  # fmt: skip


def read(form: Mapping[str, str], clients: Clients, citizens: Citizens, now: datetime) -> tuple[Pushed, Client]:
    """Check a push as DigiLocker does. Raises Refused in its words."""
    client = clients.get(form.get("clientid", ""))
    if client is None:
        raise Refused(401, "invalid_client_id", "The client id is missing or invalid")
    if not client.issuer_id or not client.endpoints:
        raise Refused(403, "insufficient_scope", "The client is no issuer whose Pull URI is live")
    check_fresh(form, now)
    right = sha256_hex(client.secret, *(form.get(name, "") for name in _HASHED))
    if not is_same(form.get("hmac", ""), right):
        raise invalid_parameter("HMAC")
    if citizens.get(form.get("digilockerid", "")) is None:
        raise Refused(404, "invalid_digilocker_id", "The DigiLocker id is missing or invalid")
    doctype, doc_id, action = form.get("doctype", ""), form.get("docid", ""), form.get("action", "")
    for name, is_right in (
        ("Doctype", bool(_DOCTYPE.fullmatch(doctype))),
        ("Docid", bool(doc_id)),
        ("URI", form.get("uri", "") == f"{client.issuer_id}-{doctype}-{doc_id}"),
        ("Description", bool(form.get("description", "").strip())),
        ("Action", action in {"A", "U", "D"}),
    ):
        if not is_right:
            raise invalid_parameter(name)
    push = Pushed(
        client.client_id, form["digilockerid"], form["uri"], doctype, form["description"], doc_id,
        _day(form, "issuedate", "Issuedate"), _optional_day(form, "validfrom"), _optional_day(form, "validto"), action,
        now, _content(form, "doccontent", b"%PDF-"), _content(form, "datacontent", b"<"),
    )  # fmt: skip
    return push, client


def check_fresh(form: Mapping[str, str], now: datetime) -> None:
    """Check `ts`: UNIX seconds, at most 30 minutes old. Raises Refused."""
    ts = form.get("ts", "")
    if not (ts.isascii() and ts.isdigit()) or abs(now.timestamp() - int(ts)) > OLDEST.total_seconds():
        raise invalid_parameter("Timestamp")


def _day(form: Mapping[str, str], name: str, told: str) -> date:
    value = form.get(name, "")
    try:
        if _DAY.fullmatch(value):
            return date(int(value[4:]), int(value[2:4]), int(value[:2]))
    except ValueError:
        pass
    raise invalid_parameter(told)


def _optional_day(form: Mapping[str, str], name: str) -> date | None:
    return _day(form, name, name.capitalize()) if form.get(name) else None


def _content(form: Mapping[str, str], name: str, begins: bytes) -> bytes | None:
    if not form.get(name):
        return None
    try:
        content = base64.b64decode(form[name], validate=True)
    except binascii.Error:
        raise invalid_parameter(name.capitalize()) from None
    if not content.lstrip(b"\xef\xbb\xbf").startswith(begins):
        raise invalid_parameter(name.capitalize())
    return content
