"""Evidence can be checked offline, years later, and whatever was altered in it is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.domain.signatures import evidence
from chalicelib.domain.signatures.evidence import EvidenceUnreadable
from chalicelib.domain.signatures.signings import SignatureMethod
from infra.evidence import NOT_ALL, PROVED, WRONG, checked, main
from infra.local.authority import Authority
from tests.infra.evidence_world import NOW, Made, anchors, authority, crls, files_of, made, with_report, zipped

METHODS = list(SignatureMethod)


def exit_code(bundle: bytes, given: list[bytes] | None = None) -> int:
    return checked(bundle, given or [], anchors()).exit_code


@pytest.mark.parametrize("method", METHODS)
def test_a_bundle_proves_its_signature(method: SignatureMethod) -> None:
    found = checked(made(method).bundle, [], anchors())
    assert (found.wrong, found.missing) == ((), ())
    assert found.exit_code == PROVED
    assert any("signed by Zeenat Zaheer" in line for line in found.lines)


def test_the_same_finding_gives_the_same_bytes() -> None:
    one = made()
    again = evidence.bundle_of(one.signing, one.validated, one.signature, one.response, NOW)
    assert again == one.bundle


@pytest.mark.parametrize("method", METHODS)
def test_what_was_written_is_read_again(method: SignatureMethod) -> None:
    one = made(method)
    read = evidence.opened(one.bundle)
    assert read.report == one.validated.report
    assert read.chain == one.validated.chain
    assert read.proofs == one.validated.proofs
    assert read.document.decode() == one.signing.document
    assert read.signature == one.signature
    assert read.esign_response == one.response


def _flipped(content: bytes, at: int | None = None) -> bytes:
    """With one bit of it altered; in a signature near its end: certificates that nobody needs may come before."""
    place = len(content) // 2 if at is None else len(content) + at
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _every_file() -> list[tuple[SignatureMethod, str]]:
    return [(method, name) for method in METHODS for name in sorted(files_of(made(method).bundle))]


@pytest.mark.parametrize(("method", "name"), _every_file())
def test_a_file_that_was_altered_is_found(method: SignatureMethod, name: str) -> None:
    files = files_of(made(method).bundle)
    assert exit_code(zipped({**files, name: _flipped(files[name])}, with_manifest=False)) == WRONG


@pytest.mark.parametrize(("method", "name"), _every_file())
def test_a_file_that_was_taken_out_is_found(method: SignatureMethod, name: str) -> None:
    files = files_of(made(method).bundle)
    files.pop(name)
    assert exit_code(zipped(files, with_manifest=False)) == WRONG


@pytest.mark.parametrize(
    ("method", "name"), [(method, name) for method, name in _every_file() if name != evidence.MANIFEST]
)
def test_a_file_that_was_altered_together_with_the_manifest_is_found(method: SignatureMethod, name: str) -> None:
    files = files_of(made(method).bundle)
    content = files[name]
    if name == evidence.ESIGN_RESPONSE:
        # Of the provider's answer, what is checked is that it holds the signature; the audit's hash covers the rest.
        at = content.index(b"<DocSignature>") + 40
        content = content[:at] + (b"B" if content[at : at + 1] != b"B" else b"C") + content[at + 1 :]
    else:
        content = _flipped(content, -20 if name == evidence.SIGNATURE else None)
    assert exit_code(zipped({**files, name: content}, with_manifest=True)) == WRONG


def test_a_file_that_was_put_in_is_found() -> None:
    files = files_of(made().bundle)
    assert exit_code(zipped({**files, "note.txt": b"trust me"}, with_manifest=False)) == WRONG


def test_another_packing_of_the_same_files_is_found() -> None:
    bundle = made().bundle
    assert exit_code(bundle + b"\x00") == WRONG
    assert exit_code(b"\x00" + bundle) == WRONG


@pytest.mark.parametrize(
    "changes",
    [
        {"checked_at": "2026-01-01T00:00:00+00:00"},
        {"signed_at": "2026-11-20T06:31:00+00:00"},
        {"document_sha256": "00" * 32},
        {"signer": None},
        {"findings": []},
        {"more": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_report_that_says_otherwise_is_found(changes: dict[str, object]) -> None:
    assert exit_code(with_report(made(), **changes)) == WRONG


def test_a_report_that_tells_of_a_failure_proves_nothing() -> None:
    report = json.loads(files_of(made().bundle)[evidence.REPORT])
    for place in range(len(report["findings"])):
        findings = [dict(one) for one in report["findings"]]
        findings[place] |= {"verdict": "fails", "reason": "revoked"}
        assert exit_code(with_report(made(), findings=findings)) == WRONG


def test_the_hash_in_the_audit_is_compared() -> None:
    bundle = made().bundle
    digest = hashlib.sha256(bundle).hexdigest()
    assert checked(bundle, [], anchors(), digest).exit_code == PROVED
    assert checked(bundle, [], anchors(), "00" * 32).exit_code == WRONG


class TestCrlsBesideTheFile:
    """A CRL that was too large for the bundle is named by its hash."""

    def test_without_them_revocation_is_not_proved(self) -> None:
        one = made(are_kept=False)
        found = checked(one.bundle, [], anchors())
        assert found.wrong == ()
        assert set(found.missing) == {proof.sha256 for proof in one.validated.proofs}
        assert found.exit_code == NOT_ALL

    def test_with_them_it_is(self) -> None:
        assert exit_code(made(are_kept=False).bundle, list(crls().values())) == PROVED

    def test_a_later_one_is_not_the_one(self) -> None:
        later = [authority().crl(name) for name in crls()]
        assert exit_code(made(are_kept=False).bundle, later) == NOT_ALL

    def test_what_is_altered_is_found_without_them_too(self) -> None:
        files = files_of(made(are_kept=False).bundle)
        for name in ("document.txt", "signature.p7s", "chain/0.der", "chain/1.der"):
            altered = {**files, name: _flipped(files[name], -20)}
            assert exit_code(zipped(altered, with_manifest=True)) == WRONG


def test_another_root_is_not_trusted() -> None:
    found = checked(made().bundle, [], frozenset({"00" * 32}))
    assert found.exit_code == WRONG
    assert "the chain does not end at a certificate that is trusted here" in found.wrong


def test_a_signature_of_another_document_proves_nothing() -> None:
    one = made()
    other = replace(one.signing, document=one.signing.document + "And a car.\n")
    bundle = evidence.bundle_of(other, one.validated, one.signature, one.response, NOW)
    assert exit_code(bundle) == WRONG


@pytest.mark.parametrize(
    "junk", [b"", b"PK", b"\x00" * 100, b"PK\x05\x06" + b"\x00" * 18], ids=["none", "PK", "0", "zip"]
)
def test_what_is_no_evidence_is_said_to_be_none(junk: bytes) -> None:
    with pytest.raises(EvidenceUnreadable):
        evidence.opened(junk)
    assert exit_code(junk) == WRONG


class TestTheCommand:
    """`python -m infra.evidence verify FILE`."""

    @pytest.fixture
    def paths(self, tmp_path: Path) -> Callable[[Made], list[str]]:
        (tmp_path / "anchors").mkdir()
        (tmp_path / "anchors" / "root.der").write_bytes(authority().root)

        def write(one: Made) -> list[str]:
            (tmp_path / "evidence.zip").write_bytes(one.bundle)
            return ["verify", str(tmp_path / "evidence.zip"), "--anchors", str(tmp_path / "anchors")]

        return write

    def test_says_what_was_proved(self, paths: Callable[[Made], list[str]], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(paths(made())) == PROVED
        told = capsys.readouterr()
        assert told.out.splitlines()[-1] == "All of it is proved."
        assert told.err == ""

    def test_names_the_missing_crl(
        self, paths: Callable[[Made], list[str]], capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        one = made(are_kept=False)
        assert main(paths(one)) == NOT_ALL
        assert one.validated.proofs[0].sha256 in capsys.readouterr().err
        given = []
        for name, content in crls().items():
            (tmp_path / f"{name}.crl").write_bytes(content)
            given += ["--crl", str(tmp_path / f"{name}.crl")]
        assert main([*paths(one), *given]) == PROVED

    def test_trusts_no_test_root_by_itself(
        self, paths: Callable[[Made], list[str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(paths(made())[:2]) == WRONG
        assert "WRONG: the chain does not end at a certificate that is trusted here" in capsys.readouterr().err

    def test_says_what_file_it_cannot_read(self, tmp_path: Path) -> None:
        with pytest.raises(SystemExit):
            main(["verify", str(tmp_path / "none.zip")])

    def test_another_authority_is_not_this_one(self, paths: Callable[[Made], list[str]], tmp_path: Path) -> None:
        arguments = paths(made())
        (tmp_path / "anchors" / "root.der").write_bytes(Authority(NOW, label="Other").root)
        assert main(arguments) == WRONG
