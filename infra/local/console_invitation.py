"""The console's form that invites the first administrator, by the code of ``python -m infra.first_administrator``."""

import json
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl

from infra.local.http_server import HttpRequest

PATH = "/first-administrator"
# Made up: nothing that the laptop sends leaves it.
_TYPED = {
    "name": "Meera Nair",
    "email": "meera.nair@dgft.gov.in",
    "mobile": "9876543210",
    "authority": "cla_delhi",
    "language": "en",
}


def invited(request: HttpRequest, site_url: str) -> tuple[int, dict[str, object]]:
    """Invite whom the request names (a form or JSON); gives a status and what to say."""
    # Imported here: the laptop can run a project without the suite.
    from chalicelib.domain.refusals import Refusal  # noqa: PLC0415
    from chalicelib.suite import suite  # noqa: PLC0415
    from infra import first_administrator  # noqa: PLC0415

    typed = _typed(request)
    again = bool(typed.pop("again", ""))
    try:
        made = first_administrator.invite(suite(), typed, again=again)
    except Refusal as refusal:
        return 409, {"code": refusal.code.value, "why": first_administrator.told(refusal)}
    return 201, {"account_id": made.account_id, "email": made.contact.email, "join": f"{site_url}/en/staff/join"}


def _typed(request: HttpRequest) -> dict[str, object]:
    content_type = {name.lower(): value for name, value in request.headers}.get("content-type", "")
    if content_type.startswith("application/json"):
        sent: dict[str, object] = json.loads(request.body)
        return sent
    return dict(parse_qsl(request.body.decode()))


def form() -> str:
    """Make the form, filled in."""
    fields = "".join(
        f'<p><label>{name}<br><input name="{name}" value="{escape(value)}" size="40"></label></p>'
        for name, value in _TYPED.items()
    )
    return (
        "<p>Every member of the Back Office is invited by an administrator; the first one by this form, once "
        "(deployed: <code>python -m infra.first_administrator</code>).</p>"
        f'<form method="post" action="{PATH}">{fields}'
        "<p><button>Invite the first administrator</button> "
        '<button name="again" value="yes">Send the invitation again</button></p></form>'
    )


def outcome(status: int, said: Mapping[str, object]) -> str:
    """Make the page that says what came of it."""
    if status != 201:  # noqa: PLR2004 - Created
        why = said["why"] if isinstance(said["why"], list) else []
        return "".join(f"<p>{escape(str(line))}</p>" for line in why) + f'<p><a href="{PATH}">Back</a></p>'
    join = escape(str(said["join"]))
    return (
        f"<p>Invited: {escape(str(said['email']))}. What to do next:</p><ol>"
        f'<li>Open <a href="{join}">{join}</a> and give that email.</li>'
        '<li>Read the two codes in <a href="/outbox">/outbox</a> and choose a password.</li>'
        "<li>Sign in with a code, and add an authenticator app to the account.</li></ol>"
    )
