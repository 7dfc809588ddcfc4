"""Pages about the simulator itself: who lives in it, who may call, what was asked, bad luck to order.

Each is JSON for programs too; what is typed may come as a form or as JSON.
"""

from collections.abc import Callable
from html import escape
from typing import Any, Final

from infra.local.console_pages import table
from infra.local.console_routes import Asked, in_html, in_json
from infra.local.digilocker import pull_pages
from infra.local.digilocker.clients import Client, PullEndpoint
from infra.local.digilocker.desk_forms import choice, field, form
from infra.local.digilocker.faults import KINDS
from infra.local.digilocker.pull_variants import VARIANTS
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.http_server import HttpAnswer

Page = Callable[[DigiLocker, Asked], HttpAnswer]
_BACK: Final = f'<p><a href="{PATH}">Simulated DigiLocker</a></p>'


def answer(digilocker: DigiLocker, asked: Asked) -> HttpAnswer | None:
    """Answer what is asked of these pages; None for any other path."""
    page = _PAGES.get(asked.path.removeprefix(PATH))
    if page is None:
        return None
    try:
        return page[0](digilocker, asked)
    except (KeyError, ValueError) as unfit:
        told = f"This cannot be: {unfit}"
        if asked.by_a_person:
            return in_html(page[1], f"{_BACK}<p>{escape(told)}</p>", 400)
        return in_json({"message": told}, 400)


def _front(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    if not asked.by_a_person:
        return in_json(
            {
                "url": digilocker.url,
                "entity_url": digilocker.entity_url,
                "clients": [one.client_id for one in digilocker.clients.all()],
                "counted": digilocker.counted(),
            }
        )
    links = "".join(
        f'<li><a href="{PATH}{path}">{escape(title)}</a></li>' for path, (_, title) in _PAGES.items() if path
    )
    counts = [{"call and answer": key, "how often": count} for key, count in digilocker.counted().items()]
    return in_html(
        "Simulated DigiLocker",
        f"<p>DigiLocker is at <code>{escape(digilocker.url)}</code>, Entity Locker at "
        f"<code>{escape(digilocker.entity_url)}</code>. Everybody in it is made up.</p><ul>{links}</ul>"
        f"<h2>What was asked</h2>{table(counts)}",
    )


def _citizens(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    if not asked.is_reading:
        digilocker.revoke_consents(digilocker.citizens[str(asked.typed().get("citizen", ""))])
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "digilocker_id": one.digilocker_id,
            "born_on": one.born_on.isoformat(),
            "documents": [document.uri for document in one.issued],
            "pushed": [document.uri for document in one.issued if document.pushed_by],
            "about": one.about,
        }
        for one in digilocker.citizens
    ]
    if not asked.by_a_person:
        return in_json(rows)
    options = {one.digilocker_id: one.name for one in digilocker.citizens}
    revoke = form("citizens", "Take back what a citizen agreed to", choice("citizen", "Citizen", options))
    return in_html("Citizens", _BACK + table(rows) + revoke)


def _asked(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    rows = [one.as_json() for one in reversed(digilocker.asked)]
    return in_html("What was asked", _BACK + table(rows)) if asked.by_a_person else in_json(rows)


def _faults(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    if not asked.is_reading:
        typed = asked.typed()
        if typed.get("clear"):
            digilocker.faults.clear()
        else:
            times = str(typed.get("times", "1"))
            digilocker.faults.add(
                typed.get("kind", ""),
                str(typed.get("call", "")),
                client_id=str(typed.get("client_id", "")),
                times=int(times) if times else None,
                error=str(typed.get("error") or "unexpected_error"),
                status=int(typed.get("status") or 530),
                seconds=float(typed.get("seconds") or 2),
            )
    rows = [
        {
            "kind": one.kind,
            "call": one.call or "any",
            "client": one.client_id or "any",
            "times": "always" if one.times is None else one.times,
            "struck": one.struck,
        }
        for one in digilocker.faults.all()
    ]
    if not asked.by_a_person:
        return in_json(rows)
    order = form(
        "faults",
        "Order bad luck",
        choice("kind", "What goes wrong", {kind: f"{kind}: {words}" for kind, words in KINDS.items()}),
        field("call", "At which call (docs/simulator.md names them); nothing for any"),
        field("client_id", "Whose calls; nothing for everybody's"),
        field("times", "How often; nothing for always", "1"),
        field("error", "DigiLocker's error code, for 530", "unexpected_error"),
        field("seconds", "Seconds, for slow", "2"),
    )
    clear = form("faults", "No more bad luck", '<input type="hidden" name="clear" value="1">')
    return in_html("Bad luck to order", _BACK + table(rows) + order + clear)


def _clients(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    if not asked.is_reading:
        _register(digilocker, {name: str(value).strip() for name, value in asked.typed().items()})
    rows = [
        {
            "client_id": one.client_id,
            "name": one.name,
            "issuer_id": one.issuer_id,
            "org_id": one.org_id,
            "redirect_uris": list(one.redirect_uris),
            "may_ask_for": list(one.doctypes),
            "pull_uris": [endpoint.url for endpoint in one.endpoints],
        }
        for one in digilocker.clients.all()
    ]
    if not asked.by_a_person:
        return in_json(rows)
    register = form(
        "clients",
        "Register a client, or change one",
        field("client_id", "Client id"),
        field("secret", "Client secret"),
        field("name", "Name"),
        field("redirect_uris", "Redirect addresses, with blanks between"),
        field("doctypes", "Document types it may ask for, with blanks between"),
        field("issuer_id", "Issuer id, for an issuer"),
        field("org_id", "Id of the organisation, for an issuer"),
        field("pull_url", "Pull URI, for an issuer"),
        field("api_key", "API key of the Pull URI"),
        field("issues", "Document types it issues, with blanks between"),
        field("parameters", "Names of the search parameters, with blanks between"),
        choice("variant", "In which form a citizen's pull is made", {name: name for name in VARIANTS}),
    )
    return in_html("Clients", _BACK + table(rows) + register)


def _register(digilocker: DigiLocker, typed: dict[str, str]) -> None:
    """Take a client, or change the one of this id: what is left empty stays as it was."""
    client_id = typed.get("client_id", "")
    client = digilocker.clients.get(client_id) or Client(client_id, "", "")
    if not client_id or not (typed.get("secret") or client.secret):
        raise ValueError("client id and secret are wanted")
    client.secret = typed.get("secret") or client.secret
    client.name = typed.get("name") or client.name or client_id
    client.redirect_uris = tuple(typed.get("redirect_uris", "").split()) or client.redirect_uris
    client.doctypes = tuple(typed.get("doctypes", "").split()) or client.doctypes
    client.issuer_id = typed.get("issuer_id") or client.issuer_id
    client.org_id = typed.get("org_id") or client.org_id
    if typed.get("pull_url"):
        variant = typed.get("variant") or "v1.13"
        if variant not in VARIANTS:
            raise ValueError(f"there is no variant {variant}")
        endpoint = PullEndpoint(
            typed["pull_url"],
            typed.get("api_key", ""),
            client.org_id,
            tuple(typed.get("issues", "").split()),
            tuple((name, name, "") for name in typed.get("parameters", "").split()),
            variant=variant,
        )
        client.endpoints = [*(one for one in client.endpoints if one.url != endpoint.url), endpoint]
    digilocker.clients.add(client)


_PAGES: Final[dict[str, tuple[Page, str]]] = {
    "": (_front, "Simulated DigiLocker"),
    "/citizens": (_citizens, "Citizens, and what lies in their lockers"),
    "/clients": (_clients, "Clients: who may call, and where pulls go"),
    "/pulls": (pull_pages.pulls, "Call a Pull URI, in every form seen in the field"),
    "/faults": (_faults, "Bad luck to order"),
    "/asked": (_asked, "What was asked, the newest first"),
}
