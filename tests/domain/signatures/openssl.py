"""The `openssl` program, as a second opinion. It must be on the machine: named in OPENSSL, or on the PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


@cache
def program() -> str:
    """Where it is; says what to do where it is not. These checks are never skipped."""
    found = os.environ.get("OPENSSL") or shutil.which("openssl")
    assert found, "the openssl program (3.0 or later) is needed: install it, or name it in OPENSSL"
    version = subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("OpenSSL 3."), f"openssl 3.0 or later is needed, this is {version}"
    return found


def verifies(
    signature: bytes, document: bytes, root: bytes, others: tuple[bytes, ...], at: datetime, folder: Path
) -> bool:
    """Whether `openssl cms -verify` accepts a detached signature (DER), with this root alone, at this instant."""
    (folder / "signature.p7s").write_bytes(signature)
    (folder / "document").write_bytes(document)
    # A chain has to end at a root all the same: OpenSSL trusts no other certificate of this file.
    (folder / "known.pem").write_bytes(b"".join(_pem(each) for each in (root, *others)))
    command = [program(), "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / "signature.p7s")]
    command += ["-content", str(folder / "document"), "-CAfile", str(folder / "known.pem")]
    command += ["-no-CApath", "-no-CAstore", "-purpose", "any", "-attime", str(int(at.timestamp()))]
    return subprocess.run([*command, "-out", os.devnull], capture_output=True, check=False).returncode == 0


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
