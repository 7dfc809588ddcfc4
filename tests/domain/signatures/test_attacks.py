"""What good tools make is accepted; each attack is refused, with the reason that says what it was."""

from __future__ import annotations

import base64

import pytest

from chalicelib.domain.signatures.report import Outcome, Verdict
from tests.domain.signatures import corpus, doctored
from tests.domain.signatures.signing_world import DOCUMENT, NOW, demand, judged, refusal, signed, validator


@pytest.mark.parametrize("name", corpus.GOOD)
def test_a_good_signature_is_accepted(name: str) -> None:
    validated = judged(corpus.GOOD[name]())
    assert validated.report.decisive is None
    assert validated.report.outcome is Outcome.ACCEPTED
    assert validated.report.signed_at == NOW


@pytest.mark.parametrize("name", corpus.BAD)
def test_an_attack_is_refused_for_its_reason(name: str) -> None:
    made, aspect, reason = corpus.BAD[name]
    assert refusal(judged(made())) == (aspect, reason)


@pytest.mark.parametrize("name", corpus.BAD)
def test_what_comes_after_a_failure_is_not_judged(name: str) -> None:
    findings = judged(corpus.BAD[name][0]()).report.findings
    failed = next(place for place, finding in enumerate(findings) if finding.verdict is Verdict.FAILS)
    assert {finding.verdict for finding in findings[failed + 1 :]} <= {Verdict.NOT_REACHED}


def pem(der: bytes, label: str = "PKCS7", line: bytes = b"\n") -> bytes:
    text = base64.encodebytes(der).strip().replace(b"\n", line)
    return b"-----BEGIN %b-----%b%b%b-----END %b-----%b" % (label.encode(), line, text, line, label.encode(), line)


def test_der_pem_and_base64_are_the_same_signature() -> None:
    der = signed()
    forms = [
        pem(der),
        pem(der, "CMS"),
        pem(der, "PKCS #7 SIGNED DATA", b"\r\n"),
        base64.b64encode(der),
        base64.encodebytes(der),
        # C-DAC breaks lines with spaces.
        base64.encodebytes(der).replace(b"\n", b" "),
        b"\r\n\t" + base64.b64encode(der) + b"\r\n",
    ]
    expected = judged(der)
    assert expected.report.outcome is Outcome.ACCEPTED
    assert [judged(form) for form in forms] == [expected] * len(forms)


@pytest.mark.parametrize(
    "form",
    [
        lambda der: pem(der, "CERTIFICATE"),
        lambda der: pem(der) + b"and more",
        lambda der: pem(der) + pem(der),
        lambda der: pem(der).replace(b"END PKCS7", b"END CMS"),
        lambda der: base64.b64encode(der)[:-2],
        lambda der: base64.b64encode(der) + b"====",
        lambda der: b"data:application/pkcs7-signature;base64," + base64.b64encode(der),
        lambda der: base64.urlsafe_b64encode(der).replace(b"=", b""),
        lambda der: base64.b64encode(der).decode().encode("utf-16"),
    ],
)
def test_text_that_is_nearly_base64_is_unreadable(form: object) -> None:
    assert callable(form)
    assert refusal(judged(form(signed()))) == ("intact", "unreadable")


@pytest.mark.parametrize(
    "bomb",
    [
        b"\x30\x80" * 30_000,
        b"\x30\x80" * 30_000 + b"\0\0" * 2_000,
        (b"\x30\x82\xff\xf0" + b"\xa0\x80" * 32_000)[: 64 * 1024],
        b"\x30\x84\xff\xff\xff\xff" + bytes(100),
        b"\x30\x88" + b"\xff" * 8 + bytes(100),
        doctored.as_content(b"\x31\x82\xff\x00" + b"\x05\x00" * 32_000),
        doctored.as_content(b"\x02\x82\xfa\x00" + b"\x7f" * 64_000),
        doctored.with_signer_attributes(b"\x30\x00" * 30_000),
        b"\x1f" + b"\xff" * 60_000,
    ],
    ids=lambda bomb: f"{len(bomb)} {bomb[:6].hex()}",
)
def test_a_bomb_is_refused_like_anything_else_that_is_unreadable(bomb: bytes) -> None:
    assert refusal(judged(bomb))[0] == "intact"


def test_the_document_stored_must_be_the_one_that_was_asked_for() -> None:
    other = demand(document_sha256=bytes(32))
    validated = validator().dsc(signed(), DOCUMENT, other, NOW)
    assert refusal(validated) == ("intact", "another_document")
    assert validated.report.document_sha256 == "00" * 32
