from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from infra.deployment_zip import measure
from infra.locks import alone
from infra.package import CACHE, REGION, Package, build, fingerprint
from infra.wheels import MACHINE, keep
from tests.packaged.fake_aws import FakeAws
from tests.packaged.lambda_process import LambdaProcesses

STAGE = "prod"
# The builds of other states of the sources: another run may still be reading one.
KEPT_BUILDS = 3


class NoManagedPolicies:
    """The transform may look up AWS's managed policies by name; this template names none."""

    def load(self) -> dict[str, str]:
        return {}


def _build(kept: Path) -> None:
    by_age = sorted(CACHE.glob("built-*"), key=lambda path: path.stat().st_mtime)
    for older in by_age[: -KEPT_BUILDS + 1]:
        shutil.rmtree(older)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=CACHE))
    build(partial, STAGE)
    with zipfile.ZipFile(partial / "deployment.zip") as packed:
        packed.extractall(partial / "unpacked")
    keep(partial, kept)


@pytest.fixture(scope="session")
def package() -> Package:
    """The package, built once for one state of the sources."""
    kept = CACHE / f"built-{fingerprint(STAGE)}"
    # Of several workers one builds it, and the others wait.
    with alone(CACHE / "lock"):
        if not kept.is_dir():
            _build(kept)
    return Package(kept / "deployment.zip", kept / "template.json", measure(kept / "deployment.zip"))


@pytest.fixture(scope="session")
def unpacked(package: Package) -> Path:
    """What Lambda has under /var/task."""
    return package.code.parent / "unpacked"


@pytest.fixture(scope="session")
def built_template(package: Package) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(package.template.read_text(encoding="utf-8"))
    return template


@pytest.fixture
def template(built_template: dict[str, Any]) -> dict[str, Any]:
    """The template as it is deployed; a copy, which a test may break."""
    return deepcopy(built_template)


@pytest.fixture(scope="session")
def transformed(built_template: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation makes of the template: the SAM transform, run here."""
    copy = deepcopy(built_template)
    for resource in copy["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # As `aws cloudformation package` writes it.
            resource["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        plain: dict[str, Any] = transform(copy, {}, NoManagedPolicies())
    return plain


@pytest.fixture(scope="session")
def fake_aws() -> Iterator[FakeAws]:
    """Answers every AWS call as an account with nothing stored."""
    with FakeAws() as running:
        yield running


@pytest.fixture(scope="session")
def lambdas(unpacked: Path, built_template: dict[str, Any], fake_aws: FakeAws) -> LambdaProcesses:
    """Calls the packaged functions as Lambda does: a process each, with what the zip holds and nothing else.

    The zip is for Linux on x86_64; elsewhere its functions cannot run, which is said, and in CI is a failure.
    """
    if (platform.system(), platform.machine()) != ("Linux", MACHINE):
        reason = f"the package is for Linux on {MACHINE}: its functions were not run on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return LambdaProcesses(unpacked, built_template, fake_aws.url)
