"""Evidence: one file that holds what was signed, the signature, and what its finding rested on (ADR 35).

A zip in which every byte is given by its content (fixed order and times, nothing compressed), so that its SHA-256 says
which evidence it is; the audit's chain holds that hash. `python -m infra.evidence verify` checks one offline.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.signatures import documents_to_sign
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Report, SignerShown, Verdict
from chalicelib.domain.signatures.signers import ProofKind, RevocationProof, Validated
from chalicelib.domain.signatures.signings import Signing

FORM = "1"
DOCUMENT, SIGNATURE, ESIGN_RESPONSE = "document.txt", "signature.p7s", "esign-response.xml"
REPORT, MANIFEST, PROOFS = "report.json", "manifest.json", "revocation/proofs.json"
_AT_MOST = 4 * 1024 * 1024
_FILES_AT_MOST = 64
# The zip's own clock begins here; when the evidence was made, the manifest says.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class EvidenceUnreadable(Exception):  # noqa: N818
    """The file is no evidence bundle, or what is in it is not what its manifest says; the message says what."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bundle as it is read. `proofs` have their content where the bundle holds it; `chain` is DER, leaf first."""

    signing_id: str
    purpose: str
    method: str
    document: bytes
    signature: bytes
    esign_response: bytes | None
    chain: tuple[bytes, ...]
    proofs: tuple[RevocationProof, ...]
    report: Report
    made_at: datetime
    not_before: datetime
    not_after: datetime

    def __repr__(self) -> str:
        return f"Evidence({self.signing_id!r})"


def bundle_of(
    signing: Signing, validated: Validated, signature: bytes, esign_response: bytes | None, now: datetime
) -> bytes:
    """The bundle of a signature that was accepted; the same arguments always give the same bytes.

    `signature` is the CMS; `esign_response` the provider's whole answer, for e-Sign.
    """
    files: dict[str, bytes] = {
        DOCUMENT: documents_to_sign.bytes_of(signing.document),
        SIGNATURE: signature,
        REPORT: _json(report_json(validated.report)),
    }
    if esign_response is not None:
        files[ESIGN_RESPONSE] = esign_response
    files |= {f"chain/{place}.der": certificate for place, certificate in enumerate(validated.chain)}
    proofs = []
    for place, proof in enumerate(validated.proofs):
        name = f"revocation/{place}.der" if proof.content is not None else None
        if name is not None and proof.content is not None:
            files[name] = proof.content
        proofs.append({**_proof_json(proof), "file": name})
    files[PROOFS] = _json({"proofs": proofs})
    submission = signing.submission
    manifest = {
        "form": FORM,
        "signing_id": signing.signing_id,
        "purpose": signing.purpose.value,
        "method": submission.method.value if submission else "",
        "made_at": now.isoformat(),
        "not_before": signing.created_at.isoformat(),
        "not_after": signing.expires_at.isoformat(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return _zipped({**files, MANIFEST: _json(manifest)})


def key_of(signing_id: str, sha256: str) -> str:
    """Where a bundle lies among the documents."""
    return f"evidence/{signing_id}/{sha256}.zip"


def opened(bundle: bytes) -> Evidence:
    """What a bundle holds, once each of its files is what the manifest says. Raises `EvidenceUnreadable`."""
    if len(bundle) > _AT_MOST:
        raise EvidenceUnreadable("the file is too large for an evidence bundle")
    try:
        return _evidence(_files(bundle), bundle)
    except EvidenceUnreadable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, NotImplementedError) as odd:
        raise EvidenceUnreadable(f"the bundle is malformed: {type(odd).__name__}") from None
    except (zipfile.BadZipFile, EOFError, RuntimeError):
        raise EvidenceUnreadable("the file is no zip, or a broken one") from None


def _files(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as zipped:
        names = [entry.filename for entry in zipped.infolist()]
        if len(names) > _FILES_AT_MOST or len(set(names)) != len(names):
            raise EvidenceUnreadable("the zip holds a file twice, or too many files")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in zipped.infolist()):
            raise EvidenceUnreadable("the zip is not put together as this suite does it: it was altered")
        if sum(entry.file_size for entry in zipped.infolist()) > _AT_MOST:
            raise EvidenceUnreadable("the zip holds more than an evidence bundle can")
        return {name: zipped.read(name) for name in names}


def _evidence(files: dict[str, bytes], bundle: bytes) -> Evidence:
    manifest = json.loads(files[MANIFEST])
    if manifest["form"] != FORM:
        raise EvidenceUnreadable(f"the bundle has the form {manifest['form']!r}, and this program knows {FORM}")
    listed: Mapping[str, str] = manifest["files"]
    if set(listed) != set(files) - {MANIFEST}:
        raise EvidenceUnreadable("the files in the zip are not those that the manifest lists")
    for name, sha256 in sorted(listed.items()):
        if hashlib.sha256(files[name]).hexdigest() != sha256:
            raise EvidenceUnreadable(f"{name} is not what the manifest says: it was altered")
    if _zipped(files) != bundle:
        raise EvidenceUnreadable("the zip is not put together as this suite does it: it was altered")
    proofs = json.loads(files[PROOFS])["proofs"]
    chain = tuple(files[f"chain/{place}.der"] for place in range(sum(name.startswith("chain/") for name in files)))
    return Evidence(
        signing_id=str(manifest["signing_id"]),
        purpose=str(manifest["purpose"]),
        method=str(manifest["method"]),
        document=files[DOCUMENT],
        signature=files[SIGNATURE],
        esign_response=files.get(ESIGN_RESPONSE),
        chain=chain,
        proofs=tuple(_proof_of(one, files.get(one["file"]) if one["file"] else None) for one in proofs),
        report=report_of(json.loads(files[REPORT])),
        made_at=_instant(manifest["made_at"]),
        not_before=_instant(manifest["not_before"]),
        not_after=_instant(manifest["not_after"]),
    )


def report_json(report: Report) -> dict[str, object]:
    """A report as the bundle keeps it."""
    signer = report.signer
    return {
        "outcome": report.outcome.value,
        "checked_at": report.checked_at.isoformat(),
        "signed_at": report.signed_at.isoformat() if report.signed_at else None,
        "document_sha256": report.document_sha256,
        "findings": [
            {"aspect": one.aspect.value, "verdict": one.verdict.value, "reason": one.reason.value}
            for one in report.findings
        ],
        "signer": None
        if signer is None
        else {
            "common_name": signer.common_name,
            "organisation": signer.organisation,
            "kind": signer.kind.value if signer.kind else None,
            "issuer": signer.issuer,
            "serial_number": signer.serial_number,
            "fingerprint": signer.fingerprint,
            "not_before": signer.not_before.isoformat(),
            "not_after": signer.not_after.isoformat(),
        },
    }


def report_of(content: Mapping[str, object]) -> Report:
    """The report again. `ValueError`, `KeyError` or `TypeError` for what is none."""
    made = _report_of(content)
    if report_json(made) != content:
        raise ValueError("the report says more, or otherwise, than a report says")
    return made


def _report_of(content: Mapping[str, object]) -> Report:
    findings, shown = content["findings"], content["signer"]
    if not isinstance(findings, list) or not (shown is None or isinstance(shown, dict)):
        raise TypeError("findings")
    found = tuple(Finding(Aspect(one["aspect"]), Verdict(one["verdict"]), Reason(one["reason"])) for one in findings)
    if tuple(finding.aspect for finding in found) != tuple(Aspect):
        raise ValueError("not each aspect once")
    return Report(
        found,
        _instant(content["checked_at"]),
        str(content["document_sha256"]),
        None if shown is None else _shown_of(shown),
        _instant(content["signed_at"]) if content["signed_at"] is not None else None,
    )


def _shown_of(shown: Mapping[str, object]) -> SignerShown:
    return SignerShown(
        common_name=str(shown["common_name"]),
        organisation=str(shown["organisation"]),
        kind=Kind(str(shown["kind"])) if shown["kind"] is not None else None,
        issuer=str(shown["issuer"]),
        serial_number=str(shown["serial_number"]),
        fingerprint=str(shown["fingerprint"]),
        not_before=_instant(shown["not_before"]),
        not_after=_instant(shown["not_after"]),
    )


def _proof_json(proof: RevocationProof) -> dict[str, object]:
    return {
        "source_id": proof.source_id,
        "kind": proof.kind.value,
        "issuer": proof.issuer,
        "this_update": proof.this_update.isoformat(),
        "next_update": proof.next_update.isoformat(),
        "sha256": proof.sha256,
    }


def _proof_of(content: Mapping[str, object], held: bytes | None) -> RevocationProof:
    return RevocationProof(
        str(content["source_id"]),
        ProofKind(str(content["kind"])),
        str(content["issuer"]),
        _instant(content["this_update"]),
        _instant(content["next_update"]),
        str(content["sha256"]),
        held,
    )


def _instant(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("an instant without a zone")
    return moment


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that its content alone gives: names in order, no compression (whose bytes change with zlib), no times."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            # As Unix writes it, wherever it is made.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, files[name])
    return made.getvalue()
