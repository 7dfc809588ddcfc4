"""The console's page of the signing utility that the laptop plays: what its token holds, and what its user does."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import parse_qsl

from infra.local.console_routes import Asked, Route, in_html, in_json
from infra.local.http_server import HttpAnswer
from infra.local.signing_utility import Behaviour, SigningUtility

PATH = "/signing-utility"
_TITLE = "Signing utility"
_TOLD = {
    Behaviour.SIGN: "confirms, types the right PIN, and it signs",
    Behaviour.CANCEL: "says no",
    Behaviour.WRONG_PIN: "types a wrong PIN",
    Behaviour.LOCKED: "has locked the token by wrong PINs",
    Behaviour.TOKEN_GONE: "has pulled the token out",
    Behaviour.ANOTHER_DOCUMENT: "signs, but the utility signs something else",
    Behaviour.HANG_UP: "ends the utility",
}


def route(utility: SigningUtility, address: str) -> Route:
    """Give its place; ``address`` is where it listens."""

    def answer(asked: Asked) -> HttpAnswer:
        if not asked.is_reading:
            try:
                _set(utility, asked)
            except (ValueError, TypeError) as error:
                return in_json({"message": str(error)}, 400)
        return in_html(_TITLE, _page(utility, address)) if asked.by_a_person else in_json(_state(utility, address))

    return Route(
        PATH, answer, "Signing utility: which certificates it holds, what its user does", ("GET", "HEAD", "POST")
    )


def _set(utility: SigningUtility, asked: Asked) -> None:
    """Set what was sent: ``behaviour``, and ``certificates`` (ids; null for all)."""
    if asked.headers.get("content-type", "").startswith("application/json"):
        sent = asked.typed()
        chosen = sent.get("certificates", utility.chosen)
        utility.behaviour = Behaviour(sent.get("behaviour", utility.behaviour))
        utility.chosen = None if chosen is None else frozenset(str(each) for each in chosen)
        return
    pairs = parse_qsl(asked.request.body.decode())
    utility.behaviour = Behaviour(dict(pairs).get("behaviour", utility.behaviour))
    chosen_ids = frozenset(value for name, value in pairs if name == "certificates")
    is_every_one = chosen_ids == {each.certificate_id for each in utility.dscs.all()}
    # What is issued afterwards is on the token too, unless something was left out.
    utility.chosen = None if is_every_one else chosen_ids


def _state(utility: SigningUtility, address: str) -> dict[str, Any]:
    return {
        "address": address,
        "origins": list(utility.origins),
        "behaviour": utility.behaviour.value,
        "certificates": [each.certificate_id for each in utility.certificates()],
        "asked": utility.asked[-20:],
    }


def _page(utility: SigningUtility, address: str) -> str:
    held = {each.certificate_id for each in utility.certificates()}
    certificates = "".join(
        f'<p><label><input type="checkbox" name="certificates" value="{each.certificate_id}"'
        f"{' checked' if each.certificate_id in held else ''}> "
        f"{escape(each.as_json()['common_name'])}, {each.sort.value}</label></p>"
        for each in utility.dscs.all()
    )
    ways = "".join(
        f'<p><label><input type="radio" name="behaviour" value="{way.value}"'
        f"{' checked' if way is utility.behaviour else ''}> {told}</label></p>"
        for way, told in _TOLD.items()
    )
    none = '<p>No certificate yet: <a href="/authority">issue one</a>.</p>'
    return (
        f'<p><a href="/">Console</a></p><p>It listens at <code>{escape(address)}</code> to pages of '
        f"{escape(', '.join(utility.origins))}.</p>"
        f'<form method="post" action="{PATH}">'
        f"<fieldset><legend>Its token holds</legend>{certificates or none}</fieldset>"
        f"<fieldset><legend>Asked to sign, its user</legend>{ways}</fieldset><p><button>Set</button></p></form>"
    )
