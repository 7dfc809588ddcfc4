"""Official emails: the domain is a listed one or below it, label by label; what only looks so is none."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.identifiers import parse_email
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.staff.official_email import is_official

DOMAINS = ("gov.in", "nic.in")
LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
LOCAL = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=12)
LISTED = st.sampled_from(DOMAINS)


@pytest.mark.parametrize(
    "email",
    [
        "meera@gov.in",
        "meera@nic.in",
        "meera.nair@dgft.gov.in",
        "m@a.b.c.d.gov.in",
        "Meera@DGFT.GOV.IN",
        "meera@1-dgft.gov.in",
    ],
)
def test_an_address_in_a_listed_domain_or_below_it_is_official(email: str) -> None:
    assert is_official(email, DOMAINS)


@pytest.mark.parametrize(
    "email",
    [
        "meera@gov.in.example.com",
        "meera@govin",
        "meera@in",
        "meera@xgov.in",
        "meera@dgft-gov.in",
        "meera@gov-in.in",
        "meera@gov.in.",
        "meera@.gov.in",
        "meera@dgft..gov.in",
        "meera@gov.in@evil.example",
        '"meera@gov.in"@evil.example',
        "meera@evil.example@gov.in",
        "meera@gov.in ",
        "meera@gov.in\n",
        "mee ra@gov.in",
        "@gov.in",
        "gov.in",
        "",
        "meera@",
        "meera@gоv.in",
        "meera@ɡov.in",
        "meera@gov.іn",
        "meera@gov。in",
        "meera@ｇｏｖ.in",
        "meera@xn--gv-jbc.in",
        "meera@xn--e1afmkfd.gov.in",
        "meera@XN--e1afmkfd.gov.in",
        "meera@gov.in/",
        "meera@gov.in:25",
        "meera@gov.in?x=@gov.in",
        "meera@gov.\u200bin",
        "mеera@gov.in",
    ],
)
def test_what_only_looks_official_is_not(email: str) -> None:
    assert not is_official(email, DOMAINS)


@given(LOCAL, st.lists(LABEL, max_size=3), LISTED)
def test_every_name_below_a_listed_domain_is_official(local: str, below: list[str], listed: str) -> None:
    if any(label.startswith("xn--") for label in below):
        return
    assert is_official(f"{local}@{'.'.join([*below, listed])}", DOMAINS)


@given(LOCAL, LABEL, LISTED)
def test_a_listed_domain_within_a_longer_label_is_not(local: str, label: str, listed: str) -> None:
    assert not is_official(f"{local}@{label}{listed}", DOMAINS)


@given(LOCAL, st.lists(LABEL, min_size=1, max_size=3), LISTED)
def test_a_listed_domain_that_is_not_the_end_is_not(local: str, behind: list[str], listed: str) -> None:
    assert is_official(f"{local}@{'.'.join([listed, *behind])}", DOMAINS) == (
        ".".join(["", *behind]).endswith((".gov.in", ".nic.in"))
    )


@given(st.text(max_size=80))
def test_whatever_is_official_ends_in_a_listed_domain_and_has_one_at_sign(email: str) -> None:
    if is_official(email, DOMAINS):
        assert email.isascii()
        assert email.count("@") == 1
        assert f".{email.lower().partition('@')[2]}".endswith((".gov.in", ".nic.in"))


@given(LOCAL, st.lists(LABEL, max_size=2), LISTED, st.integers(0, 40), st.characters(min_codepoint=128))
def test_one_sign_beyond_ascii_makes_it_unofficial(
    local: str, below: list[str], listed: str, at: int, sign: str
) -> None:
    email = f"{local}@{'.'.join([*below, listed])}"
    at %= len(email) + 1
    assert not is_official(email[:at] + sign + email[at:], DOMAINS)


@given(st.text(alphabet=string.printable, max_size=20).map(lambda text: f"{text}@gov.in"))
def test_what_the_field_accepts_as_an_email_is_judged_by_its_domain_alone(email: str) -> None:
    try:
        parsed = parse_email(email)
    except FieldProblem:
        return
    assert is_official(parsed, DOMAINS)


@pytest.mark.parametrize("listed", ["in", "", ".in", "gov.in.", "*", "*.gov.in", "xn--p1ai.in"])
def test_a_listed_domain_that_is_none_lets_nobody_in(listed: str) -> None:
    """Above all a whole top-level domain."""
    for email in ("meera@dgft.gov.in", "meera@in", "meera@gov.in", "meera@a.xn--p1ai.in", "meera@*", "meera@"):
        assert not is_official(email, (listed,))


def test_without_a_listed_domain_nobody_is_official() -> None:
    assert not is_official("meera@gov.in", ())
