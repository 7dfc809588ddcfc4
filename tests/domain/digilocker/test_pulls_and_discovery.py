"""Pulling into a locker, whose states are no failures; and the calls that tell who issues what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.digilocker.discovery import Discovery
from chalicelib.domain.digilocker.errors import DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.line import DigiLockerUnavailable, Reply
from chalicelib.domain.digilocker.profiles import Pulling
from chalicelib.domain.digilocker.pull_document import Pull, can_be_asked, pulled
from tests.domain.digilocker.fake_line import PROFILE, SECRET, FakeLine, error, json_reply

PULLING = Pulling("000027", {"panno": "pan", "PANFullName": "name"})
VALUES = {"pan": "ZZZPZ9999Z", "name": "Zeenat Zaheer"}
NOW = datetime.fromtimestamp(1787127787, UTC)


def pull(said: Reply | Exception) -> Pull:
    return pulled(FakeLine({PROFILE.pull_document: [said]}), PROFILE, "access-1", "PANCR", PULLING, VALUES)


def test_the_question() -> None:
    line = FakeLine({PROFILE.pull_document: [json_reply({"uri": "in.gov.pan-PANCR-1"})]})
    assert pulled(line, PROFILE, "access-1", "PANCR", PULLING, VALUES) is Pull.THERE
    assert line.asked[0].form == (
        ("orgid", "000027"),
        ("doctype", "PANCR"),
        ("consent", "Y"),
        ("panno", "ZZZPZ9999Z"),
        ("PANFullName", "Zeenat Zaheer"),
    )


@pytest.mark.parametrize(
    ("code", "stands"),
    [
        ("pull_response_pending", Pull.PENDING),
        ("uri_exists", Pull.THERE),
        ("record_not_found", Pull.NOT_THERE),
        ("aadhaar_not_linked", Pull.NOT_THERE),
    ],
)
def test_states_are_told_by_their_code_whatever_the_status(code: str, stands: Pull) -> None:
    """The published description has the groups of 400 and of 500 swapped."""
    assert pull(error(code, 400)) is stands
    assert pull(DigiLockerUnavailable(code)) is stands


def test_failures() -> None:
    with pytest.raises(DigiLockerUnavailable):
        pull(error("repository_service_configerror", 400))
    with pytest.raises(DigiLockerUnavailable):
        pull(DigiLockerUnavailable("no_answer"))
    with pytest.raises(DigiLockerRefused) as refused:
        pull(error("invalid_orgid", 500 - 100))
    assert refused.value.meaning is Meaning.OURS
    with pytest.raises(DigiLockerRefused) as refused:
        pull(error("invalid_token", 401))
    assert refused.value.meaning is Meaning.TOKEN_OVER


def test_only_what_is_configured_and_known_is_asked() -> None:
    profile = replace(PROFILE, pulls={"PANCR": PULLING})
    assert can_be_asked(profile, "PANCR", VALUES) == PULLING
    assert can_be_asked(profile, "DRVLC", VALUES) is None
    assert can_be_asked(profile, "PANCR", {"name": "Zeenat Zaheer"}) is None
    assert can_be_asked(replace(profile, pull_document=""), "PANCR", VALUES) is None
    assert can_be_asked(PROFILE, "PANCR", VALUES) is None


class TestDiscovery:
    """Each call proves itself by a hash of its own order."""

    def asked(self, path: str, answer: Any) -> tuple[Discovery, FakeLine]:
        line = FakeLine({path: [json_reply(answer)]})
        return Discovery(line, PROFILE, "TESTCLIENT1", SECRET), line

    def test_issuers(self) -> None:
        rows = [
            {"orgid": "000027", "issuerid": "in.gov.pan", "name": "ITD", "categories": ["Central", "Tax"]},
            {"orgid": "000028", "issuerid": "in.gov.x", "name": "X", "category": "State"},
        ]
        discovery, line = self.asked(PROFILE.issuers, {"issuers": rows})
        found = discovery.issuers(NOW)
        assert [(one.org_id, one.categories) for one in found] == [
            ("000027", ("Central", "Tax")),
            ("000028", ("State",)),
        ]
        assert line.asked[0].form == (
            ("clientid", "TESTCLIENT1"),
            ("ts", "1787127787"),
            ("hmac", "44703892cbac5cf29a7aa9d854d2b44f66ef587985f85811762228882cb4d29d"),
        )

    def test_doctypes(self) -> None:
        discovery, line = self.asked(PROFILE.doctypes, {"documents": [{"doctype": "PANCR", "description": "PAN"}]})
        assert [one.doctype for one in discovery.doctypes("000027", NOW)] == ["PANCR"]
        hashed = "77e5bedd8626fabd05bb922cd1e445f0c0469fad3ba22b5412cabaf15b68cf81"
        assert dict(line.asked[0].form or ())["hmac"] == hashed

    @pytest.mark.parametrize("wrapped", [True, False])
    def test_parameters_bare_or_wrapped(self, *, wrapped: bool) -> None:
        rows = [{"label": "PAN", "paramname": "panno", "valuelist": "", "example": "ABCDE1234F"}]
        discovery, line = self.asked(PROFILE.parameters, {"parameters": rows} if wrapped else rows)
        (found,) = discovery.parameters("000027", "PANCR", NOW)
        assert (found.name, found.choices) == ("panno", ())
        hashed = "b969e0b74ef3ae33ce45e2fb7c22bf77c29c3f2c024e1497163e44441f77be41"
        assert dict(line.asked[0].form or ())["hmac"] == hashed

    def test_refusals(self) -> None:
        line = FakeLine({PROFILE.issuers: [error("invalid_client_id", 401)]})
        with pytest.raises(DigiLockerRefused) as refused:
            Discovery(line, PROFILE, "X", SECRET).issuers(NOW)
        assert refused.value.meaning is Meaning.CLIENT_REFUSED
