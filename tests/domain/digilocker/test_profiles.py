"""Profiles of lockers: what is packaged can be used, and what is unsafe or unknown is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.digilocker_profiles import configured
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.profiles import ClientAuthentication, Profile, ProfileUnfit, profile_of

ROWS = json.loads((Path(__file__).parents[3] / "chalicelib/configuration/digilocker.json").read_text(encoding="utf-8"))
PERSON: dict[str, Any] = ROWS["lockers"]["person"]


def profile(**changed: Any) -> Profile:
    return profile_of(Locker.PERSON, PERSON | changed)


@pytest.mark.parametrize("locker", Locker)
def test_what_is_packaged_can_be_used(locker: Locker) -> None:
    made = configured(locker)
    assert made.locker is locker
    assert made.host.startswith("https://")
    assert "eaadhaar" not in json.dumps(ROWS).lower()


def test_firms_have_entity_lockers_own_paths() -> None:
    made = configured(Locker.ENTITY)
    assert made.issued == "/public/oauth2/2/entity/files/issued"
    assert made.file == "/public/oauth2/1/entity/file/{uri}"


def test_the_token_path_is_chosen_by_openid() -> None:
    assert profile().token_path == "/public/oauth2/1/token"
    assert profile(openid=True).token_path == "/public/oauth2/2/token"
    assert profile(authentication="basic").authentication is ClientAuthentication.BASIC


def test_the_order_of_a_discovery_hash_is_a_setting() -> None:
    made = profile(discovery_orders={"doctype": ["clientid", "ts"]})
    assert made.discovery_orders["doctype"] == ("clientid", "ts")
    assert made.discovery_orders["parameters"] == ("clientid", "orgid", "doctype", "ts")


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "http://digilocker.example"},
        {"host": "http://localhost:8001/digilocker"},
        {"host": "https://user@digilocker.example"},
        {"host": ""},
        {"token": ""},
        {"token": "https://elsewhere.example/token"},
        {"file": "/public/oauth2/1/file"},
        {"user": "/user?x=1"},
        {"authentication": "both"},
        {"authorize_extra": {"state": "mine"}},
        {"authorize_extra": {"redirect_uri": "https://elsewhere.example"}},
        {"authorize_extra": []},
        {"tls_at_most": "1.0"},
        {"verify": False},
        {"pulls": {"PANCR": {"org_id": "1", "parameters": {"uid": "aadhaar"}}}},
        {"pulls": {"PANCR": {}}},
    ],
)
def test_a_profile_that_is_unsafe_or_not_known_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ProfileUnfit):
        profile(**changed)


def test_only_the_laptop_may_do_without_tls_and_only_at_this_machine() -> None:
    row = PERSON | {"host": "http://localhost:8001/digilocker/"}
    assert profile_of(Locker.PERSON, row, is_laptop=True).host == "http://localhost:8001/digilocker"
    with pytest.raises(ProfileUnfit):
        profile_of(Locker.PERSON, PERSON | {"host": "http://elsewhere.example"}, is_laptop=True)
