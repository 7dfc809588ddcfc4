"""The authorize page: who one is, which documents, allow or deny. Programs that accept JSON are asked the same."""

from html import escape
from typing import Any
from urllib.parse import parse_qs

from infra.local.console_routes import Asked, in_html, in_json
from infra.local.digilocker import authorizing
from infra.local.digilocker.authorizing import Question, Sent
from infra.local.digilocker.citizens import Citizen
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.digilocker.wire import Refused
from infra.local.http_server import HttpAnswer

_AUTHORIZE = (f"{PATH}/public/oauth2/1/authorize", f"{PATH}/entity/public/oauth2/1/authorize")
_CHOICE = f"{PATH}/choice"
_WARNING = "<p><strong>Simulated.</strong> Nobody here is real, and nothing is sent to DigiLocker.</p>"


def answer(digilocker: DigiLocker, asked: Asked) -> HttpAnswer | None:
    """Answer what is asked of this page; None for any other path."""
    if asked.path not in (*_AUTHORIZE, _CHOICE):
        return None
    try:
        if asked.path != _CHOICE:
            return _asked(digilocker, asked)
        return _chosen(digilocker, asked)
    except Sent as sent:
        return _gone(asked, sent.location)
    except Refused as refused:
        if not asked.by_a_person:
            return refused.answered()
        told = f"<p>{escape(refused.description)}.</p><p>{escape(refused.error)}</p>"
        return in_html("The request is refused", told, refused.status)


def _asked(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    question = digilocker.question(asked.request.target)
    everybody = [one for one in digilocker.citizens if one.is_entity == question.for_entities]
    if not asked.by_a_person:
        return in_json(_told(question, everybody))
    return _page(question, _who(question, everybody))


def _chosen(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    typed = _typed(asked)
    question = digilocker.questions.get(_one(typed, "request"))
    if question is None:
        raise Refused(400, "invalid_request", "This request is not known, or was answered before")
    choice = _one(typed, "choice")
    if choice == "deny":
        digilocker.questions.pop(question.request_id)
        return _gone(asked, authorizing.denied(question))
    citizen = digilocker.citizens.get(_one(typed, "citizen"))
    if citizen is None:
        raise Refused(400, "invalid_request", "Nobody was chosen")
    if choice != "allow":
        return _page(question, _which(question, citizen))
    location = authorizing.allowed(question, citizen, typed.get("document", []), digilocker.grants, digilocker.clock())
    digilocker.questions.pop(question.request_id)
    return _gone(asked, location)


def _typed(asked: Asked) -> dict[str, list[str]]:
    if asked.is_reading:
        return {name: [value] for name, value in asked.query.items()}
    if asked.headers.get("content-type", "").startswith("application/json"):
        sent: dict[str, Any] = asked.typed()
        return {name: value if isinstance(value, list) else [str(value)] for name, value in sent.items()}
    return parse_qs(asked.request.body.decode(), keep_blank_values=True)


def _one(typed: dict[str, list[str]], name: str) -> str:
    return typed.get(name, [""])[0]


def _gone(asked: Asked, location: str) -> HttpAnswer:
    if not asked.by_a_person:
        return in_json({"location": location})
    return HttpAnswer(302, [("Location", location), ("Cache-Control", "no-store")])


def _told(question: Question, everybody: list[Citizen]) -> dict[str, Any]:
    return {
        "request": question.request_id,
        "answer": _CHOICE,
        "purpose": question.purpose,
        "service_name": question.service_name,
        "citizens": [
            {"citizen": one.digilocker_id, "name": one.name, "documents": question.offered(one)} for one in everybody
        ],
    }


def _page(question: Question, content: str) -> HttpAnswer:
    # Where the form leads in the end is the requester's.
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {question.redirect_origin}; "
        "frame-ancestors 'none'"
    )
    place = "Entity Locker" if question.for_entities else "DigiLocker"
    about = (
        f"<p>{escape(question.client.name)} asks for your consent.<br>Service: {escape(question.service_name)}<br>"
        f"Purpose: {escape(question.purpose)}<br>Until: {question.until:%d-%m-%Y}</p>"
    )
    return in_html(f"Simulated {place}", _WARNING + about + content, policy=policy)


def _form(question: Question, inside: str) -> str:
    hidden = f'<input type="hidden" name="request" value="{escape(question.request_id)}">'
    return f'<form method="post" action="{_CHOICE}">{hidden}{inside}</form>'


def _who(question: Question, everybody: list[Citizen]) -> str:
    options = "".join(
        f'<p><label><input type="radio" name="citizen" value="{one.digilocker_id}"{" checked" if number == 0 else ""}> '
        f"{escape(one.name)}, {one.born_on:%d-%m-%Y}</label><br>{escape(one.about)}</p>"
        for number, one in enumerate(everybody)
    )
    return _form(
        question,
        f"<fieldset><legend>Who are you?</legend>{options}</fieldset>"
        '<p><button name="choice" value="go_on">Continue</button> <button name="choice" value="deny">Deny</button></p>',
    )


def _which(question: Question, citizen: Citizen) -> str:
    offered = question.offered(citizen)
    boxes = "".join(
        f'<p><label><input type="checkbox" name="document" value="{escape(one.uri)}" checked> '
        f"{escape(one.title)}, {escape(one.issuer)}</label></p>"
        for one in citizen.issued
        if one.uri in offered
    )
    return _form(
        question,
        f'<input type="hidden" name="citizen" value="{citizen.digilocker_id}">'
        f"<fieldset><legend>Documents of {escape(citizen.name)}</legend>{boxes or '<p>None that was asked for.</p>'}"
        '</fieldset><p><button name="choice" value="allow">Allow</button> '
        '<button name="choice" value="deny">Deny</button></p>',
    )
