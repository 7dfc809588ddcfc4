"""Tokens: a code becomes tokens, a refresh token new ones, and at the end they are revoked.

Nothing of what comes is kept but what is named here: `scope` holds document numbers, so only document types are read
off it; mobile, gender, picture and email are not read at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chalicelib.domain.digilocker.errors import (
    AnswerUnfit,
    DigiLockerRefused,
    Meaning,
    demand_good,
    json_of,
    text_in,
)
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Line, Reply
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.profiles import ClientAuthentication, Profile

_LIFE = timedelta(seconds=3600)
_LONGEST_LIFE = timedelta(days=1)
# 9999-12-31: what is later is no instant.
_LAST_SECOND = 253_402_300_799
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_DIGILOCKER_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_DATE_DIGITS = 8
_NAME_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are: the client's id, its secrets (the newest first, an older one until its date), our callback."""

    client_id: str
    secrets: tuple[bytes, ...]
    redirect_uri: str

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True)
class TokenSet:
    """An access token with its end (UTC), and a refresh token where there is one."""

    access: str
    refresh: str | None
    expires_at: datetime

    def __repr__(self) -> str:
        return "TokenSet(…)"

    def as_secret(self) -> bytes:
        """What is sealed of it."""
        return json.dumps({"access": self.access, "refresh": self.refresh}).encode()

    @classmethod
    def from_secret(cls, secret: bytes, expires_at: datetime) -> TokenSet:
        """What was sealed."""
        found = json.loads(secret)
        return cls(found["access"], found["refresh"], expires_at)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code gave. `doctypes` are those that `scope` names, None where it names none at all.

    `consent_until` (UTC) and `digilocker_id` where the answer has them; `holder` where it names somebody.
    """

    tokens: TokenSet
    doctypes: frozenset[str] | None
    consent_until: datetime | None
    digilocker_id: str | None
    holder: LockerHolder | None

    def __repr__(self) -> str:
        return "Granted(…)"


@dataclass(frozen=True, slots=True)
class LockerUser:
    """Whose locker it is: the durable id, and the name and birth date where they are told."""

    digilocker_id: str | None
    holder: LockerHolder

    def __repr__(self) -> str:
        return "LockerUser(…)"


@dataclass(frozen=True, slots=True)
class TokenCalls:
    """The calls about tokens, on one line. All raise `DigiLockerUnavailable`, `DigiLockerRefused`, `AnswerUnfit`."""

    line: Line
    profile: Profile
    credentials: Credentials

    def exchanged(self, code: str, verifier: str, now: datetime) -> Granted:
        """What a code and its PKCE verifier give."""
        fields = (
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.credentials.redirect_uri),
            ("code_verifier", verifier),
        )
        path, way = self.profile.token_path, self.profile.authentication
        found = json_of(self._as_client(path, fields, way))
        tokens, until = _tokens_in(found, now), text_in(found, "consent_valid_till")
        try:
            consent_until = instant_of(until) if until else None
        except AnswerUnfit:
            self.give_back(tokens)
            raise
        return Granted(
            tokens,
            doctypes_in(text_in(found, "scope")),
            consent_until,
            _digilocker_id_in(found),
            # Of a firm's locker it may be the person's who signed in: that is asked of the locker itself.
            _holder_in(found, is_firm=False) if _is_persons(self.profile) else None,
        )

    def renewed(self, refresh: str, now: datetime) -> TokenSet:
        """New tokens for a refresh token, which counts no more then."""
        fields = (("grant_type", "refresh_token"), ("refresh_token", refresh))
        found = json_of(self._as_client(self.profile.refresh, fields, ClientAuthentication.BASIC))
        made = _tokens_in(found, now)
        # An answer without one leaves the one that was used: some servers do not rotate.
        return made if made.refresh is not None else TokenSet(made.access, refresh, made.expires_at)

    def revoke(self, tokens: TokenSet) -> None:
        """Tells DigiLocker that the tokens, and the consent with them, are over; ones that are over already are."""
        hint = "refresh_token" if tokens.refresh is not None else "access_token"
        fields = (("token", tokens.refresh or tokens.access), ("token_type_hint", hint))
        reply = self._as_client(self.profile.revoke, fields, ClientAuthentication.BASIC)
        try:
            demand_good(reply)
        except DigiLockerRefused as refused:
            # Without a code of its own it was not DigiLocker who spoke, but something before it, or a wrong path.
            if not refused.code or refused.meaning not in {Meaning.TOKEN_OVER, Meaning.GRANT_OVER, Meaning.NOT_THERE}:
                raise

    def give_back(self, tokens: TokenSet) -> None:
        """Revokes tokens that cannot be kept, once: nobody will have them to try again."""
        with suppress(DigiLockerUnavailable, DigiLockerRefused):
            self.revoke(tokens)

    def user(self, access: str) -> LockerUser:
        """Whose locker the access token opens; to be asked once for each token, where the token's answer lacks it."""
        found = json_of(self.line.send(Call("GET", self.profile.user, bearer=access)))
        is_firm = not _is_persons(self.profile)
        holder = _holder_in(found, is_firm=is_firm) or LockerHolder("", is_firm=is_firm)
        return LockerUser(_digilocker_id_in(found), holder)

    def _as_client(self, path: str, fields: tuple[tuple[str, str], ...], way: ClientAuthentication) -> Reply:
        """The reply to our newest secret; where that is not taken yet, to the one before it."""
        reply: Reply | None = None
        for secret in self.credentials.secrets:
            reply = self.line.send(self._call(path, fields, way, secret.decode()))
            if not _refuses_client(reply):
                break
        if reply is None:
            raise DigiLockerRefused("", Meaning.CLIENT_REFUSED)
        return reply

    def _call(self, path: str, fields: tuple[tuple[str, str], ...], way: ClientAuthentication, secret: str) -> Call:
        client_id = self.credentials.client_id
        if way is ClientAuthentication.BASIC:
            return Call("POST", path, form=fields, basic=(client_id, secret))
        return Call("POST", path, form=(*fields, ("client_id", client_id), ("client_secret", secret)))


def doctypes_in(scope: str) -> frozenset[str] | None:
    """The document types that a `scope` names, by `issued/<uri>` and `file.partners/<type>`; None where it names none.

    The scope itself holds document numbers and goes no further.
    """
    found = set()
    for part in scope.split():
        kind, _, rest = part.partition("/")
        if kind == "issued":
            found.add(doctype_of(rest))
        elif kind == "file.partners":
            found.add(rest)
    named = frozenset(one for one in found if re.fullmatch(r"[A-Z]{1,10}", one))
    return named or None


def doctype_of(uri: str) -> str:
    """The document type in `issuer-doctype-docid`: an id may hold `-`, so only the first two count. "" for none."""
    parts = uri.split("-", 2)
    return parts[1] if len(parts) == 3 else ""  # noqa: PLR2004 - issuer, type, id


def instant_of(seconds: str) -> datetime:
    """An instant of UNIX seconds that came as a number or as text. Raises `AnswerUnfit`."""
    if not re.fullmatch(r"[0-9]{1,12}", seconds) or int(seconds) > _LAST_SECOND:
        raise AnswerUnfit("answer_unreadable")
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def born_on_in(text: str) -> date | None:
    """A birth date of `DDMMYYYY`, whose leading zero may be lost on the way; None for anything else."""
    if not re.fullmatch(r"[0-9]{7,8}", text):
        return None
    try:
        return datetime.strptime(text.zfill(_DATE_DIGITS), "%d%m%Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _tokens_in(found: Mapping[str, object], now: datetime) -> TokenSet:
    access, refresh = text_in(found, "access_token"), text_in(found, "refresh_token") or None
    if not _TOKEN.fullmatch(access) or (refresh is not None and not _TOKEN.fullmatch(refresh)):
        raise AnswerUnfit("answer_unreadable")
    seconds = text_in(found, "expires_in")
    life = timedelta(seconds=int(seconds)) if re.fullmatch(r"[0-9]{1,6}", seconds) else _LIFE
    return TokenSet(access, refresh, now + min(life, _LONGEST_LIFE))


def _holder_in(found: Mapping[str, object], *, is_firm: bool) -> LockerHolder | None:
    """Whom an answer names; None where it names nobody, or nothing that could be a name."""
    # No source tells the members of Entity Locker's answer: both spellings are read.
    name = text_in(found, "name", "entity_name").strip() if is_firm else text_in(found, "name").strip()
    if not name or len(name) > _NAME_AT_MOST:
        return None
    return LockerHolder(name, None if is_firm else born_on_in(text_in(found, "dob")), is_firm=is_firm)


def _is_persons(profile: Profile) -> bool:
    return profile.locker is Locker.PERSON


def _digilocker_id_in(found: Mapping[str, object]) -> str | None:
    given = text_in(found, "digilockerid", "digilocker_id")
    return given if _DIGILOCKER_ID.fullmatch(given) else None


def _refuses_client(reply: Reply) -> bool:
    try:
        demand_good(reply)
    except DigiLockerRefused as refused:
        return refused.meaning is Meaning.CLIENT_REFUSED
    return False
