"""The page that calls a Pull URI as DigiLocker does: once, in every variant, or wrongly on purpose."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from infra.local.console_pages import table
from infra.local.console_routes import Asked, in_html, in_json
from infra.local.digilocker.desk_forms import choice, field, form
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, WRONG, Pull
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.http_server import HttpAnswer

EVERY: Final = "every"
EVERY_WRONG: Final = "wrong"
_PARAMETERS: Final = 3


def pulls(digilocker: DigiLocker, asked: Asked) -> HttpAnswer:
    """Answer with the form, or with what came of the calls. Raises ValueError, KeyError for what cannot be called."""
    if asked.is_reading:
        return in_html("Call a Pull URI", _form(digilocker, {}))
    typed = {name: value if isinstance(value, Mapping) else str(value).strip() for name, value in asked.typed().items()}
    rows = called(digilocker, typed)
    if not asked.by_a_person:
        return in_json(rows)
    return in_html("Call a Pull URI", table(rows) + _form(digilocker, typed))


def called(digilocker: DigiLocker, typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Make the calls that were typed in; a row for each. Raises ValueError, KeyError."""
    pull = _pull(typed)
    url, api_key, how = typed["url"], typed.get("api_key", ""), typed.get("variant") or EVERY
    if not url.startswith(("http://", "https://")):
        raise ValueError("the address begins with http:// or https://")
    wanted = [(name, "") for name in VARIANTS] if how == EVERY else [("v1.13", wrong) for wrong in WRONG]
    if how not in {EVERY, EVERY_WRONG}:
        wanted = [("v1.13", how)] if how in WRONG else [(how, "")]
    rows = []
    for variant, wrong in wanted:
        try:
            answer = digilocker.pull(url, api_key, pull, variant, wrong=wrong)
        except OSError as silence:
            rows.append({"variant": wrong or variant, "answer": f"nobody answered: {silence}"})
        else:
            rows.append({"variant": wrong or variant, **_row(answer)})
    return rows


def _row(answer: PullAnswer) -> dict[str, Any]:
    words = {"1": "found", "0": "not found", "9": "pending"}
    return {
        "answer": f"HTTP {answer.http_status}" + (f", {words.get(answer.result, '?')}" if answer.body else ""),
        "uri": answer.uri,
        "pdf": len(answer.pdf or b""),
        "xml": len(answer.data or b""),
        "milliseconds": round(answer.seconds * 1000),
        "problems": list(answer.problems),
    }


def _pull(typed: Mapping[str, Any]) -> Pull:
    given = typed.get("parameters")
    parameters = dict(given) if isinstance(given, Mapping) else {}
    for number in range(1, _PARAMETERS + 1):
        if typed.get(f"name{number}"):
            parameters[typed[f"name{number}"]] = typed.get(f"value{number}", "")
    born_on = date.fromisoformat(typed["born_on"]) if typed.get("born_on") else None
    return Pull(
        typed.get("doctype", ""),
        typed.get("org_id", ""),
        parameters,
        typed.get("full_name", ""),
        born_on,
        typed.get("digilocker_id", ""),
        typed.get("uri", ""),
    )


def _form(digilocker: DigiLocker, typed: Mapping[str, Any]) -> str:
    known = [(one, endpoint) for one in digilocker.clients.all() for endpoint in one.endpoints]
    first = known[0][1] if known else None
    begun: dict[str, str] = {}
    if first:
        begun = {"url": first.url, "api_key": first.api_key, "org_id": first.org_id, "doctype": first.doctypes[0]}
        begun |= {f"name{n}": name for n, (name, *_) in enumerate(first.parameters[:_PARAMETERS], 1)}
    begun |= {name: value for name, value in typed.items() if isinstance(value, str)}
    labels = {
        "url": "Address of the Pull URI",
        "api_key": "API key",
        "org_id": "orgId",
        "doctype": "Document type",
        "full_name": "FullName",
        "born_on": "DOB, as 1984-03-07",
        "digilocker_id": "DigiLockerId",
        "uri": "URI, for Pull Doc alone",
    }
    for number in range(1, _PARAMETERS + 1):
        labels |= {f"name{number}": f"Search parameter {number}", f"value{number}": f"Its value {number}"}
    how = {EVERY: "every form seen in the field", EVERY_WRONG: "every wrong one"}
    how |= {name: name for name in VARIANTS} | {name: f"wrong: {words}" for name, words in WRONG.items()}
    fields = [field(name, label, begun.get(name, "")) for name, label in labels.items()]
    back = f'<p><a href="{PATH}">Simulated DigiLocker</a></p>'
    return back + form("pulls", "Call", *fields, choice("variant", "How", how, begun.get("variant", "")))
