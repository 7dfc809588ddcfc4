"""Profiles of lockers: every host, path and habit of DigiLocker and Entity Locker that a release of theirs may change.

They are configuration, checked when they are loaded; a profile that says too little is refused. Nothing was tried
against the live systems (docs/digilocker.md), so nothing of the sort is in the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.formulas import DISCOVERY_ORDERS


class ProfileUnfit(Exception):  # noqa: N818
    """A locker's profile cannot be used; the text says why."""


class ClientAuthentication(StrEnum):
    """How we say who we are at the token address: one way, never both."""

    FORM = "form"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Pulling:
    """How a document type that is not in the locker yet is pulled into it from its issuer.

    `parameters` maps the issuer's parameter names to what of the account fills them: `pan`, `name` or `born_on`.
    """

    org_id: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """One locker. `host` is an origin, or an origin with a path before every other path; paths begin with `/`.

    `{uri}` and `{id}` in a path are filled in. `token` is where a code is exchanged, `refresh` where tokens are
    renewed; with `openid`, `openid_token` takes the place of the former, and no refresh token comes back.
    """

    locker: Locker
    host: str
    authorize: str
    token: str
    openid_token: str
    refresh: str
    revoke: str
    user: str
    issued: str
    uploaded: str
    file: str
    xml: str
    logout: str
    pull_document: str = ""
    push: str = ""
    issuers: str = ""
    doctypes: str = ""
    parameters: str = ""
    openid: bool = False
    authentication: ClientAuthentication = ClientAuthentication.FORM
    # Extra parameters of the authorize address, such as `acr`.
    authorize_extra: Mapping[str, str] = field(default_factory=dict)
    discovery_orders: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DISCOVERY_ORDERS))
    pulls: Mapping[str, Pulling] = field(default_factory=dict)
    # The newest TLS that its front end takes without resetting the connection; "" for whatever both know.
    tls_at_most: str = ""

    @property
    def token_path(self) -> str:
        """Where a code is exchanged."""
        return self.openid_token if self.openid else self.token

    def __repr__(self) -> str:
        return f"Profile({self.locker.value!r})"


_PATHS = (
    "authorize",
    "token",
    "openid_token",
    "refresh",
    "revoke",
    "user",
    "issued",
    "uploaded",
    "file",
    "xml",
    "logout",
    "pull_document",
    "push",
    "issuers",
    "doctypes",
    "parameters",
)
_NEEDED = (
    "authorize",
    "token",
    "openid_token",
    "refresh",
    "revoke",
    "user",
    "issued",
    "uploaded",
    "file",
    "xml",
    "logout",
)
_KNOWN = {each.name for each in fields(Profile)} - {"locker"} | {"note"}
_SOURCES = frozenset({"pan", "name", "born_on"})
# Set by us alone: a configuration that sets them would undo what protects the visit.
_OURS = frozenset(
    {
        "response_type",
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
        "purpose",
        "service_name",
        "scope",
        "req_doctype",
        "consent_valid_till",
        "verified_mobile",
    }
)


def profile_of(locker: Locker, row: Mapping[str, Any], *, is_laptop: bool = False) -> Profile:
    """The profile that a row of the configuration says. Raises `ProfileUnfit`.

    `is_laptop`: the simulator on this machine may be reached without TLS; nothing else ever may.
    """
    unknown = set(row) - _KNOWN
    if unknown:
        raise ProfileUnfit(f"{locker.value}: unknown {', '.join(sorted(unknown))}")
    try:
        made = _made(locker, row)
    except (KeyError, TypeError, ValueError, AttributeError) as unfit:
        raise ProfileUnfit(f"{locker.value}: {type(unfit).__name__} {unfit}") from unfit
    because = next((why for holds, why in _demands(made, is_laptop=is_laptop) if not holds), None)
    if because:
        raise ProfileUnfit(f"{locker.value}: {because}")
    return made


def _made(locker: Locker, row: Mapping[str, Any]) -> Profile:
    given: dict[str, Any] = {name: str(row[name]) for name in (*_PATHS, "tls_at_most") if name in row}
    if "discovery_orders" in row:
        orders = {str(call): tuple(str(one) for one in order) for call, order in row["discovery_orders"].items()}
        given["discovery_orders"] = {**DISCOVERY_ORDERS, **orders}
    if "pulls" in row:
        given["pulls"] = {
            str(doctype): Pulling(str(one["org_id"]), {str(k): str(v) for k, v in one["parameters"].items()})
            for doctype, one in row["pulls"].items()
        }
    return Profile(
        locker=locker,
        host=str(row["host"]).rstrip("/"),
        openid=row.get("openid", False) is True,
        authentication=ClientAuthentication(row.get("authentication", "form")),
        authorize_extra={str(k): str(v) for k, v in row.get("authorize_extra", {}).items()},
        **given,
    )


def _demands(made: Profile, *, is_laptop: bool) -> Iterable[tuple[bool, str]]:
    yield _is_host(made.host, is_laptop=is_laptop), "host is https://host"
    for name in _PATHS:
        path = getattr(made, name)
        yield bool(path) or name not in _NEEDED, f"{name} is needed"
        yield re.fullmatch(r"(/[A-Za-z0-9._{}/-]*)?", path) is not None, f"{name} is no path"
    yield "{uri}" in made.file and "{uri}" in made.xml, "file and xml have a place for {uri}"
    yield not _OURS & set(made.authorize_extra), "authorize_extra sets what we set"
    sources = {source for one in made.pulls.values() for source in one.parameters.values()}
    yield sources <= _SOURCES, "a pull's parameters are filled by pan, name or born_on"
    yield made.tls_at_most in {"", "1.2", "1.3"}, "tls_at_most is 1.2 or 1.3"


def _is_host(host: str, *, is_laptop: bool) -> bool:
    if re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._/-]*)?", host):
        return True
    return is_laptop and re.fullmatch(r"http://(localhost|127\.0\.0\.1)(:\d+)?(/[A-Za-z0-9._/-]*)?", host) is not None
