"""Departments' signing keys, which cannot leave KMS: `python -m infra.certificate_keys make|request|install <name>`.

`make` makes a key under its alias; `request` prints a certificate request (PKCS #10, PEM) for a licensed CA; `install`
puts the CA's certificate with those of its issuers where the suite reads it, once it was seen to be of that key.
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
from asn1crypto import keys, x509

from chalicelib.adapters.certificate_signers import ALIAS_PREFIX, chain_key, chain_of
from infra.esign_csr import requested

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class KeyUnfit(Exception):  # noqa: N818 - told to an operator
    """What was asked for cannot be; the message says why."""


def make(kms: Any, name: str) -> str:  # noqa: ANN401 - botocore makes its clients at run time
    """Makes an RSA key of 3072 bits that signs, under the alias of this name; its ARN. One that is there stays."""
    try:
        return str(kms.describe_key(KeyId=f"{ALIAS_PREFIX}{name}")["KeyMetadata"]["Arn"])
    except kms.exceptions.NotFoundException:
        metadata = kms.create_key(
            KeyUsage="SIGN_VERIFY", KeySpec="RSA_3072", Description=f"Signs the certificates of {name}"
        )["KeyMetadata"]
        kms.create_alias(AliasName=f"{ALIAS_PREFIX}{name}", TargetKeyId=metadata["KeyId"])
        return str(metadata["Arn"])


def install(kms: Any, s3: Any, bucket: str, name: str, pem: bytes) -> int:  # noqa: ANN401 - as above
    """Stores a chain for a key; how many certificates it has.

    Raises `KeyUnfit` where it is no chain, its first certificate is not of this key, or one does not follow another.
    """
    try:
        chain = [x509.Certificate.load(der, strict=True) for der in chain_of(pem)]
        names = [(one.subject, one.issuer) for one in chain]
    except ValueError as unreadable:
        raise KeyUnfit(f"the file holds no certificates: {unreadable}") from unreadable
    public = keys.PublicKeyInfo.load(kms.get_public_key(KeyId=f"{ALIAS_PREFIX}{name}")["PublicKey"])
    if chain[0].public_key.dump() != public.dump():
        raise KeyUnfit("the first certificate is of another key")
    if any(issuer != above for (_, issuer), (above, _) in pairwise(names)):
        raise KeyUnfit("the certificates do not follow each other: the leaf comes first, its issuer second")
    s3.put_object(Bucket=bucket, Key=chain_key(name), Body=pem, ContentType="application/x-pem-file")
    return len(chain)


def main(arguments: list[str] | None = None, session: Any = boto3) -> int:  # noqa: ANN401 - boto3 or a session
    """The command line; 1 where something is unfit."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.certificate_keys", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("what", choices=("make", "request", "install"))
    parser.add_argument("name", help="the key's name, as it is entered for the department")
    parser.add_argument("chain", nargs="?", type=Path, help="install: the PEM file")
    parser.add_argument("--bucket", help="install: the output DocumentsBucketName")
    parser.add_argument("--organisation", help="request: the department's name, as the CA has verified it")
    options = parser.parse_args(arguments)
    if not _NAME.fullmatch(options.name):
        parser.error("a name has small letters, digits and -, at most 40")
    kms = session.client("kms")
    try:
        if options.what == "make":
            print(make(kms, options.name))
        elif options.what == "request":
            if not options.organisation:
                parser.error("--organisation is needed")
            subject = {
                "country_name": "IN",
                "organization_name": options.organisation,
                "common_name": f"DS {options.organisation}",
            }
            print(requested(kms, f"{ALIAS_PREFIX}{options.name}", subject).decode(), end="")
        else:
            if options.chain is None or not options.bucket:
                parser.error("the PEM file and --bucket are needed")
            count = install(kms, session.client("s3"), options.bucket, options.name, options.chain.read_bytes())
            print(f"{count} certificates")
    except KeyUnfit as unfit:
        print(unfit, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
