"""A visit to DigiLocker, bad luck and a revocation, and all that they leave behind: no secret, and nobody's PAN."""

from __future__ import annotations

import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.fetchers import CONSENTS, FETCHES, Visit, callback, came_back, digilocker, fetcher
from tests.journeys.test_signatures_leak_nothing import executions, logged  # noqa: F401 - a fixture

TABLES = ("FETCHES_TABLE", "CONSENTS_TABLE", "OWN_DOCUMENTS_TABLE", "AUDIT_TABLE", "LIMITS_TABLE", "OUTBOX_TABLE")


def rows(laptop: Laptop, table: str) -> str:
    """All that lies in a table, as it lies there."""
    found = suite().aws.client("dynamodb").scan(TableName=laptop.environment[table])["Items"]
    return json.dumps(found, default=str)


def tokens_of(visit: Visit) -> dict[str, str]:
    """The tokens of a visit's consent, opened as the steps open them."""
    tokens = suite().token_keeping.opened(visit.consent)
    assert tokens is not None
    assert tokens.refresh is not None
    return {"access token": tokens.access, "refresh token": tokens.refresh}


def test_secrets_scope_and_numbers_stand_nowhere(
    fresh_laptop: Laptop,
    logged: io.StringIO,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    leela = fetcher(fresh_laptop)
    visit = leela.begin("PANCR", "DRVLC")
    authorize = {name: one for name, (one,) in parse_qs(urlsplit(visit.authorize_url).query).items()}
    verifier = suite().vault.opened(f"fetch:{visit.fetch_id}:verifier", visit.stored.sealed_verifier).decode()
    there = digilocker().allow(visit.authorize_url, leela.citizen)
    code = parse_qs(urlsplit(there).query)["code"][0]
    digilocker().faults.add("unavailable", "file", times=1)
    came = visit.back(there)
    came_back(fresh_laptop, callback(fresh_laptop, state=authorize["state"], code=code), visit.cookie)
    done = visit.until_settled()
    assert done["status"] == "fetched"
    secret = {
        "state": authorize["state"].partition(".")[2],
        "cookie": visit.cookie.partition("=")[2],
        "verifier": verifier,
        "code": code,
        **tokens_of(visit),
    }
    personal = {
        "PAN": leela.pan,
        "licence": leela.citizen.issued[1].number,
        "DigiLocker id": leela.citizen.digilocker_id,
        "name": leela.citizen.name,
        "mobile there": leela.citizen.mobile,
        "mail there": leela.citizen.email,
        "scope": "issueddocs",
    }

    def found_in(content: str, *more: str) -> list[str]:
        looked_for = secret | {name: personal[name] for name in more}
        return [name for name, value in looked_for.items() if value in content]

    everything = tuple(personal)
    # The check is checked: where they are allowed to be, it finds them.
    assert found_in(visit.authorize_url + there) == ["state", "code"]
    assert "PAN" in found_in(rows(fresh_laptop, "OWN_DOCUMENTS_TABLE"), *everything)

    logs = logged.getvalue()
    assert "fetch_digilocker_document" in logs
    assert visit.fetch_id in logs
    logs += "\n".join(str(record.__dict__) for record in caplog.records)
    assert found_in(logs, *everything) == []
    kept = executions(fresh_laptop, "digilocker-fetch", visit.fetch_id)
    assert visit.fetch_id in kept
    assert found_in(kept, *everything) == []
    for reply in (came, leela.call("GET", f"{FETCHES}/{visit.fetch_id}"), leela.call("GET", CONSENTS)):
        assert found_in(str(reply.headers) + reply.raw.decode(), *everything) == []
    for table in TABLES:
        assert found_in(rows(fresh_laptop, table)) == [], table
    # The URIs went with the end of the visit, and the scope was never kept.
    assert found_in(rows(fresh_laptop, "FETCHES_TABLE"), "PAN", "licence", "DigiLocker id", "name", "scope") == []
    assert found_in(rows(fresh_laptop, "CONSENTS_TABLE"), "PAN", "licence", "name", "scope", "mobile there") == []
    for table in ("AUDIT_TABLE", "LIMITS_TABLE"):
        assert found_in(rows(fresh_laptop, table), *everything) == [], table
    for call in fresh_laptop.calls:
        assert found_in(call.url, *everything) == [], call.service
        if call.service in {"states", "secretsmanager"}:
            assert found_in(json.dumps(call.parameters, default=str), *everything) == []

    leela.call("DELETE", f"{CONSENTS}/{visit.consent.consent_id}").demand(200)
    assert "sealed" not in json.dumps(json.loads(rows(fresh_laptop, "CONSENTS_TABLE"))[0]["record"]).replace(
        "sealed_", ""
    )
    assert found_in(rows(fresh_laptop, "OWN_DOCUMENTS_TABLE"), *everything) == []
