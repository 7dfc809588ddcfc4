"""docs/openapi.json says what the code does: it is fresh, valid, complete, and the API's answers fit it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.domain.refusals import Code
from chalicelib.handlers.problems import STATUS
from infra import openapi
from infra.local.laptop import Laptop
from tests.docs.walk import Answered, Walk


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def responses(document: dict[str, Any], operation: dict[str, Any]) -> dict[int, dict[str, Any]]:
    found = {}
    for status, response in operation["responses"].items():
        name = response.get("$ref", "").rpartition("/")[2]
        found[int(status)] = document["components"]["responses"][name] if name else response
    return found


def test_it_is_what_the_code_says() -> None:
    assert openapi.main(["--check"]) == 0, "run: make openapi"


def test_a_stale_file_is_told_with_the_difference(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    stale = tmp_path / "openapi.json"
    stale.write_text(openapi.rendered().replace('"Sign out"', '"Log off"'), encoding="utf-8")
    assert openapi.main(["--check", "--out", str(stale)]) == 1
    told = capsys.readouterr()
    assert '-        "summary": "Log off"' in told.out
    assert '+        "summary": "Sign out"' in told.out
    assert "make openapi" in told.err


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_of_the_api_is_in_it(document: dict[str, Any]) -> None:
    served = {
        (method, path)
        for path, methods in app.app.routes.items()
        for method in methods
        if path != "/" and path.split("/")[1] not in {"assets", "{language}"}
    }
    assert {(method, path) for method, path, _ in operations(document)} == served


def test_every_refusal_is_in_it_under_its_status(document: dict[str, Any]) -> None:
    told = {
        (code, status)
        for response in document["components"]["responses"].values()
        for _, narrowed in [response["content"]["application/problem+json"]["schema"]["allOf"]]
        for code in narrowed["properties"]["code"]["enum"]
        for status in [narrowed["properties"]["status"]["const"]]
    }
    assert told == {(code.value, STATUS[code].value) for code in Code}


def test_every_refusal_has_an_example_in_every_language_that_fits_its_schema(document: dict[str, Any]) -> None:
    for code in Code:
        for language in ("en", "hi"):
            example = document["components"]["examples"][f"{code.value}.{language}"]["value"]
            assert violations(document, {"$ref": "#/components/schemas/Problem"}, example) == []


def test_every_field_is_described(document: dict[str, Any]) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if name != "CaptchaChallenge"
        for field, told in schema["properties"].items()
        if not told.get("description")
    ]
    assert bare == []


def test_the_answers_of_the_api_fit_it(document: dict[str, Any], laptop: Laptop) -> None:
    """Two whole registrations and every kind of mistake on the way, each answer held against the description."""
    walk = Walk(laptop)
    _registered_with_the_contact_on_record(walk)
    _registered_with_another_contact(walk)
    _mistaken(walk)
    unfit = [fault for answered in walk.answers for fault in faults(document, answered)]
    assert unfit == []
    asked = {(answered.method, template(document, answered.path)) for answered in walk.answers}
    # The journeys' client holds the answers of everything later against the description as well.
    later = ("/icegate/full-registrations", "/icegate/dsc-renewals")
    paths = {(method, path) for method, path, _ in operations(document) if path.startswith("/icegate")}
    assert asked >= {(method, path) for method, path in paths if not path.startswith(later)}


@pytest.mark.parametrize(("method", "path"), [("GET", "/poem"), ("GET", "/a/b/c/d/e"), ("PUT", "/captcha")])
def test_what_there_is_not_is_told_as_it_says(document: dict[str, Any], laptop: Laptop, method: str, path: str) -> None:
    answered = Walk(laptop).ask(method, path)
    assert answered.status == 404
    assert answered.headers["content-type"] == "application/problem+json"
    told = document["components"]["responses"]["not_found"]["content"]["application/problem+json"]
    assert violations(document, told["schema"], answered.content) == []


def _registered_with_the_contact_on_record(walk: Walk) -> None:
    opened = walk.opened(0)
    here, token = f"/icegate/registrations/{opened['registration_id']}", opened["flow_token"]
    walk.ask("GET", here, token=token)
    walk.ask("GET", f"{here}/availability?icegate_id=asha_exports", token=token)
    chosen = {"icegate_id": "asha_exports", "password": "Sagar#2026", "confirm_password": "Sagar#2026"}
    assert walk.ask("PUT", f"{here}/credentials", chosen, token).status == 202
    walk.ask("POST", f"{here}/codes", token=token)  # too soon
    walk.laptop.clock.advance(seconds=31)
    assert walk.ask("POST", f"{here}/codes", token=token).status == 202
    walk.ask("POST", f"{here}/codes/verify", {"mobile_code": "000000", "email_code": "000000"}, token)
    assert walk.ask("POST", f"{here}/codes/verify", walk.newest_codes(), token).status == 200
    walk.ask("POST", f"{here}/finish", {"confirm": False}, token)
    assert walk.ask("POST", f"{here}/finish", {"confirm": True}, token).status in {200, 202}
    walk.ask("POST", f"{here}/finish", {"confirm": True}, token)
    walk.ask("POST", f"{here}/codes", token=token)  # ended


def _registered_with_another_contact(walk: Walk) -> None:
    opened = walk.opened(1)
    here, token = f"/icegate/registrations/{opened['registration_id']}", opened["flow_token"]
    sample = walk.laptop.samples[1]
    taken = {"icegate_id": "ASHA_exports", "password": "Sagar#2026", "confirm_password": "Sagar#2026"}
    walk.ask("PUT", f"{here}/credentials", taken, token)
    chosen = {**taken, "icegate_id": "zenith-1"}
    assert walk.ask("PUT", f"{here}/credentials", chosen, token).status == 202
    resume = {"iec": sample.iec, "gstin": sample.gstins[0], **walk.newest_codes()}
    resumed = walk.ask("POST", "/icegate/registrations/resume", resume)
    assert resumed.status == 200
    walk.ask("GET", here, token=token)  # the old token is worth nothing now
    token = resumed["flow_token"]
    contact = {"email": sample.email, "mobile": sample.mobile}
    walk.ask("PUT", f"{here}/alternate-contact", contact, token)
    contact = {"email": "zeenat@elsewhere.example", "mobile": "9123456780"}
    assert walk.ask("PUT", f"{here}/alternate-contact", contact, token).status == 202
    assert walk.ask("POST", f"{here}/alternate-contact/verify", walk.newest_codes(), token).status in {200, 202}


def _mistaken(walk: Walk) -> None:
    signed_in = walk.ask("POST", "/sessions", {"username": "asha_exports", "password": "Sagar#2026"})
    walk.ask("POST", "/sessions", {"username": "asha_exports", "password": "wrong"}, language="hi")
    session = signed_in["session_token"]
    walk.ask("GET", "/sessions/current", token=session)
    walk.ask("GET", "/icegate/services", token=session)
    walk.ask("POST", "/icegate/filings", {"document": "shipping_bill"}, session)
    walk.ask("POST", "/icegate/filings", {"document": "poem"}, session)
    walk.ask("DELETE", "/sessions/current", token=session)
    walk.ask("GET", "/sessions/current", token=session)
    for body in ("", "{", "[]", '{"username": "a", "username": "b"}', "x" * 20_000):
        walk.ask("POST", "/sessions", body)
    walk.ask("POST", "/icegate/registrations", {"iec": "0388O12345", "gstin": 7, "poem": "x"}, language="hi")
    walk.ask("GET", "/captcha?x=1")
    walk.ask("GET", "/icegate/registrations/3q2-7wAAECAwQFBgcICQoL", token="nobody's")


def template(document: dict[str, Any], path: str) -> str:
    """The path of the document that a request's path belongs to; fixed ones go before those with an id."""
    if path in document["paths"]:
        return path
    parts = path.split("/")
    for known in document["paths"]:
        pairs = list(zip(known.split("/"), parts, strict=False))
        if len(known.split("/")) == len(parts) and all(name == part or name.startswith("{") for name, part in pairs):
            found: str = known
            return found
    raise AssertionError(path)


def faults(document: dict[str, Any], answered: Answered) -> list[str]:
    """What of an answer the document does not say, or says otherwise."""
    name = f"{answered.method} {answered.path} {answered.status}"
    operation = document["paths"][template(document, answered.path)][answered.method.lower()]
    told = responses(document, operation).get(answered.status)
    if told is None:
        return [f"{name}: no such status; {answered.content}"]
    found = [f"{name}: no header {header}" for header in missing_headers(told, answered)]
    if "content" not in told:
        return [*found, *([f"{name}: has a body"] if answered.content is not None else [])]
    kind = answered.headers["content-type"].partition(";")[0]
    if kind not in told["content"]:
        return [*found, f"{name}: is {kind}"]
    schema = told["content"][kind]["schema"]
    return [*found, *(f"{name}: {fault}" for fault in violations(document, schema, answered.content))]


def missing_headers(told: dict[str, Any], answered: Answered) -> list[str]:
    # Refusals of one status share a response: only those with an instant say after how many seconds.
    spared = {"retry-after"} if answered.status == 429 and "retry_at" not in answered.content else set()
    return [name for name in told["headers"] if name.lower() not in answered.headers.keys() | spared]


def violations(document: dict[str, Any], schema: dict[str, Any], content: object) -> list[str]:
    rooted = {**schema, "components": document["components"]}
    return [
        f"{error.json_path}: {error.message}"
        for error in OAS31Validator(rooted, format_checker=OAS31Validator.FORMAT_CHECKER).iter_errors(content)
    ]
