"""What browsers hold our pages to: a page reaches whom its head names, where the settings say, and nobody else."""

import re

import pytest

from chalicelib.domain.signatures.esign.providers import EsignProviders
from chalicelib.settings import SettingMissing, Settings
from chalicelib.suite import Suite
from chalicelib.web import policy, rendering


def directives(told: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (one.split(" ") for one in told.split("; "))}


def test_a_page_reaches_nobody_beside_our_own_origin() -> None:
    for sources in directives(policy.content_security_policy()).values():
        assert set(sources) <= {"'self'", "'none'"}


def test_what_a_page_reaches_widens_its_own_directive_alone() -> None:
    told = policy.content_security_policy({"utility": ("ws://127.0.0.1:26300",), "esign": ("https://esp.example",)})
    widened, plain = directives(told), directives(policy.content_security_policy())
    assert widened.pop("connect-src") == ["'self'", "ws://127.0.0.1:26300"]
    assert widened.pop("form-action") == ["'self'", "https://esp.example"]
    assert widened == {name: plain[name] for name in widened}


@pytest.mark.parametrize(
    "wider",
    [
        "*",
        "https:",
        "https://*.example",
        "https://esp.example/path",
        "https://esp.example; script-src *",
        "'unsafe-inline'",
        "",
    ],
)
def test_no_setting_opens_it_wider(wider: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        policy.content_security_policy({"esign": (wider,)})


def test_the_pages_that_sign_reach_the_utility_and_the_providers_and_no_other_page_does() -> None:
    reaching = {name for name in rendering.PAGES.values() if {"utility", "esign"} & set(rendering.reaches(name))}
    assert reaching == {"signing", "signing-answer"}


def test_the_utility_is_on_the_readers_own_machine_at_the_port_of_the_settings() -> None:
    assert Suite(Settings({"SIGNING_UTILITY_PORT": "26301"})).origins("utility") == ("ws://127.0.0.1:26301",)
    with pytest.raises(ValueError, match="invalid literal"):
        Suite(Settings({"SIGNING_UTILITY_PORT": "1@evil.example"})).origins("utility")
    with pytest.raises(SettingMissing):
        Suite(Settings({})).origins("utility")


def test_the_page_is_told_where_the_utility_listens() -> None:
    html = rendering.page("signing", "en", "", "ws://127.0.0.1:26301")
    assert re.findall(r'data-address="([^"]*)"', html) == ["ws://127.0.0.1:26301"]


def test_no_provider_that_is_not_switched_on_may_be_sent_a_form() -> None:
    suite = Suite(Settings({}))
    suite.esign_providers = EsignProviders()
    assert suite.origins("esign") == ()
