"""The console's form that invites the first administrator, by the code of ``python -m infra.first_administrator``."""

from collections.abc import Mapping
from html import escape

from infra.local.console_routes import Asked, Route, in_html, in_json
from infra.local.http_server import HttpAnswer, HttpRequest

PATH = "/first-administrator"
# Made up: nothing that the laptop sends leaves it.
_TYPED = {
    "name": "Meera Nair",
    "email": "meera.nair@dgft.gov.in",
    "mobile": "9876543210",
    "authority": "cla_delhi",
    "language": "en",
}


def route(site_url: str) -> Route:
    """Give the form's place on the console."""

    def answer(asked: Asked) -> HttpAnswer:
        if asked.is_reading:
            return in_html("Invite the first administrator", form())
        status, said = invited(asked.request, site_url)
        if not asked.by_a_person:
            return in_json(said, status)
        return in_html("The first administrator", outcome(status, said), status)

    return Route(PATH, answer, "Invite the first administrator of the Back Office", ("GET", "HEAD", "POST"))


def invited(request: HttpRequest, site_url: str) -> tuple[int, dict[str, object]]:
    """Invite whom the request names (a form or JSON); gives a status and what to say."""
    # Imported here: the laptop can run a project without the suite.
    from chalicelib.domain.refusals import Refusal  # noqa: PLC0415
    from chalicelib.suite import suite  # noqa: PLC0415
    from infra import first_administrator  # noqa: PLC0415

    typed = Asked(request).typed()
    again = bool(typed.pop("again", ""))
    try:
        made = first_administrator.invite(suite(), typed, again=again)
    except Refusal as refusal:
        return 409, {"code": refusal.code.value, "why": first_administrator.told(refusal)}
    return 201, {"account_id": made.account_id, "email": made.contact.email, "join": f"{site_url}/en/staff/join"}


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
