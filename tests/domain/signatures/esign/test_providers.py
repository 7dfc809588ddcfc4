"""Profiles of providers: what is not safe, or not said, is refused when the configuration is loaded."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chalicelib.adapters import esign_providers
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.signatures.esign.providers import (
    Environment,
    EsignProviders,
    ProfileUnfit,
    SignatureKind,
    profile_of,
    providers_of,
)
from tests.domain.signatures.esign import esign_world as worlds


def pem() -> str:
    body = base64.encodebytes(worlds.provider().der).decode().replace("\n", "\r\n")
    return f"-----BEGIN CERTIFICATE-----\r\n{body}-----END CERTIFICATE-----\r\n"


def row(**changes: Any) -> dict[str, Any]:
    pinned = {"pem": pem(), "sha256": worlds.provider().fingerprint.upper()}
    good = {
        "name": "one",
        "on": True,
        "title": "One",
        "environment": "production",
        "address": "https://esign.example/signdoc",
        "asp_id": "ASP1",
        "asp_certificate": {"file": "asp.pem", "sha256": worlds.provider().fingerprint},
        "certificates": [pinned],
        "request_field": "eSignRequest",
        "response_sig_type": "pkcs7complete",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def beside(name: str) -> bytes:
    assert name == "asp.pem"
    return pem().encode()


def test_a_profile_is_read() -> None:
    made = profile_of(row(cancel_codes=["X"], extra_fields={"a": "b"}, life_seconds=600), beside)
    assert made.certificates == (worlds.provider().der,) == (made.asp_certificate,)
    assert (made.kind, made.environment) == (SignatureKind.CMS, Environment.PRODUCTION)
    assert (made.life.total_seconds(), made.skew.total_seconds(), made.grace.total_seconds()) == (600, 900, 300)
    assert made.extra_fields == (("a", "b"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "http://esign.example/signdoc"},
        {"address": "https://user@esign.example/signdoc"},
        {"address": "javascript:alert(1)"},
        {"status_address": "http://esign.example/status"},
        {"environment": "test", "address": "http://localhost:8001/esign"},
        {"environment": "laptop", "address": "http://esign.example/signdoc"},
        {"environment": "staging"},
        {"environment": None},
        {"name": "One Two"},
        {"asp_id": ""},
        {"request_field": ""},
        {"certificates": []},
        {"certificates": [{"pem": "not base64!", "sha256": "00"}]},
        pytest.param({"certificates": [{"pem": pem(), "sha256": "00" * 32}]}, id="another fingerprint"),
        pytest.param({"certificates": [{"pem": pem()}]}, id="no fingerprint"),
        {"answer_methods": ["RSA_SHA1"]},
        {"answer_digests": ["SHA256", "SHA1"]},
        {"answer_methods": ["HMAC_SHA256"]},
        {"answer_methods": []},
        {"answer_digests": []},
        {"answer_digests": ["SHA224"]},
        {"answer_c14n": ["urn:nothing"]},
        {"answer_c14n": []},
        {"request_c14n": "urn:nothing"},
        {"request_method": "RSA_SHA1"},
        {"request_digest": "SHA1"},
        {"response_sig_type": "pkcs7pdf"},
        {"response_sig_type": "pkcs8"},
        {"consent": "N"},
        {"skew_seconds": 901},
        {"life_seconds": 0},
        {"life_seconds": 4000},
        {"grace_seconds": 301},
        {"life_seconds": "soon"},
        {"form_encoding": "text/plain"},
        {"request_encoding": "hex"},
        {"timestamp": "unix"},
        {"adress": "https://esign.example/"},
    ],
    ids=str,
)
def test_an_unfit_profile_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ProfileUnfit):
        profile_of(row(**changes), beside)


def test_sha_1_is_for_test_systems_that_say_so() -> None:
    weak = {"answer_methods": ["RSA_SHA1"], "answer_digests": ["SHA1"]}
    assert profile_of(row(environment="test", **weak), beside).answer_methods == {"RSA_SHA1"}


def test_only_what_is_switched_on_counts_and_the_first_is_preferred() -> None:
    made = providers_of([row(name="off", on=False), row(name="a"), row(name="b")], beside)
    assert [profile.name for profile in made.profiles] == ["a", "b"]
    assert made.chosen().name == "a"
    assert made.chosen("b").name == "b"
    with pytest.raises(Refusal, match="esign_not_offered"):
        made.chosen("off")


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ProfileUnfit):
        providers_of([row(), row()], beside)


def test_without_a_provider_e_sign_is_not_offered() -> None:
    with pytest.raises(Refusal, match="esign_not_offered"):
        EsignProviders().chosen()


def test_the_package_switches_no_provider_on() -> None:
    assert esign_providers.configured() == EsignProviders()


def test_the_examples_of_the_package_are_profiles_but_for_what_the_provider_gives() -> None:
    rows = json.loads(esign_providers.FILE.read_text(encoding="utf-8"))["providers"]
    assert len(rows) == 2
    pinned = {"pem": pem(), "sha256": worlds.provider().fingerprint}
    for each in rows:
        assert each["on"] is False
        filled = each | {"on": True, "asp_certificate": pinned, "certificates": [pinned]}
        assert providers_of([filled], beside).profiles


def test_no_file_from_elsewhere_is_read(tmp_path: Any) -> None:
    file = tmp_path / "configuration" / "esign_providers.json"
    file.parent.mkdir()
    (tmp_path / "secret.pem").write_text(pem())
    pinned = {"file": "../secret.pem", "sha256": worlds.provider().fingerprint}
    file.write_text(json.dumps({"providers": [row(asp_certificate=pinned)]}))
    with pytest.raises(ProfileUnfit):
        esign_providers.configured(file)


def test_a_simulated_provider_is_never_configured(tmp_path: Any) -> None:
    """The laptop makes its own in the suite's place; a deployed suite reads this file alone."""
    pinned = {"pem": pem(), "sha256": worlds.provider().fingerprint}
    file = tmp_path / "esign_providers.json"
    for environment, address in (("laptop", "http://localhost:8001/esign"), ("laptop", "https://esign.example/esign")):
        made = row(environment=environment, address=address, asp_certificate=pinned)
        file.write_text(json.dumps({"providers": [made]}))
        with pytest.raises(ProfileUnfit, match="this machine"):
            esign_providers.configured(file)
    file.write_text(json.dumps({"providers": [row(asp_certificate=pinned)]}))
    assert len(esign_providers.configured(file).profiles) == 1
