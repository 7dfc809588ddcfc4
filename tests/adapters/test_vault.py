"""The vault: what is sealed opens for what it was sealed for, and for nothing else."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.vault import KmsVault
from chalicelib.domain.ports import Vault, VaultUnavailable
from chalicelib.domain.sealing import SealBroken
from chalicelib.suite import suite
from infra.local.kept_keys import kept_key
from infra.local.laptop import Laptop
from tests.fakes import FakeVault

OF_DEPARTMENT = "department:3q2-7wAAECAwQFBgcICQoL:client_secret:key-1"
OF_CONSENT = "consent:3q2-7wAAECAwQFBgcICQoL:tokens"


@pytest.fixture
def vault(laptop: Laptop) -> KmsVault:
    """A vault that remembers nothing yet."""
    assert laptop.environment["VAULT_KEY_ID"]
    return KmsVault(suite().aws, suite().settings, laptop.clock)


class Promises:
    """What every vault keeps."""

    @pytest.mark.parametrize("secret", [b"", b"secret", bytes(range(256)) * 40], ids=["empty", "short", "10 KB"])
    @pytest.mark.parametrize("context", [OF_DEPARTMENT, OF_CONSENT])
    def test_a_secret_opens_again(self, any_vault: Vault, context: str, secret: bytes) -> None:
        sealed = any_vault.seal(context, secret)
        assert any_vault.opened(context, sealed) == secret
        assert any_vault.opened(context, sealed) == secret

    @pytest.mark.parametrize("context", [OF_DEPARTMENT, OF_CONSENT])
    def test_it_opens_for_nothing_else(self, any_vault: Vault, context: str) -> None:
        sealed = any_vault.seal(context, b"secret")
        assert any_vault.opened(context, sealed) == b"secret"
        with pytest.raises(SealBroken):
            any_vault.opened(context + "2", sealed)

    @pytest.mark.parametrize("altered", ["", "v1", "v1.a.b", "v1..", "v1.QUJD.QUJD", "अ", "v1.****.****"])
    def test_what_was_never_sealed_does_not_open(self, any_vault: Vault, altered: str) -> None:
        with pytest.raises(SealBroken):
            any_vault.opened(OF_DEPARTMENT, altered)

    def test_the_same_secret_is_sealed_differently_each_time(self, any_vault: Vault) -> None:
        assert any_vault.seal(OF_CONSENT, b"secret") != any_vault.seal(OF_CONSENT, b"secret")


class TestFakeVault(Promises):
    """The fake keeps them."""

    @pytest.fixture
    def any_vault(self) -> Vault:
        return FakeVault()


class TestKmsVault(Promises):
    """KMS keeps them, and more."""

    @pytest.fixture
    def any_vault(self, vault: KmsVault) -> Vault:
        return vault

    def test_every_bit_of_it_counts(self, vault: KmsVault) -> None:
        form, sealed_key, ciphertext = vault.seal(OF_CONSENT, b"secret").split(".")
        for place, part in ((1, sealed_key), (2, ciphertext)):
            content = bytearray(base64.urlsafe_b64decode(part))
            content[-1] ^= 1
            parts = [form, sealed_key, ciphertext]
            parts[place] = base64.urlsafe_b64encode(content).decode()
            with pytest.raises(SealBroken):
                vault.opened(OF_CONSENT, ".".join(parts))
        with pytest.raises(SealBroken):
            vault.opened(OF_CONSENT, f"v2.{sealed_key}.{ciphertext}")

    def test_the_secret_does_not_stand_in_what_is_stored(self, vault: KmsVault) -> None:
        secret = secrets.token_hex(32).encode()
        sealed = vault.seal(OF_DEPARTMENT, secret)
        stored = b"".join(base64.urlsafe_b64decode(part) for part in sealed.split(".")[1:])
        assert secret not in stored
        assert secret.decode() not in sealed

    def test_a_departments_secret_is_asked_for_once_in_five_minutes(self, laptop: Laptop, vault: KmsVault) -> None:
        sealed = vault.seal(OF_DEPARTMENT, b"secret")
        asked = []
        for passed in (timedelta(), timedelta(minutes=4, seconds=50), timedelta(seconds=10)):
            laptop.clock.advance(passed)
            with laptop.calls.recorded() as calls:
                assert vault.opened(OF_DEPARTMENT, sealed) == b"secret"
            asked.append(len([call for call in calls if call.service == "kms"]))
        assert asked == [1, 0, 1]

    def test_a_persons_tokens_are_not_remembered(self, laptop: Laptop, vault: KmsVault) -> None:
        sealed = vault.seal(OF_CONSENT, b"secret")
        with laptop.calls.recorded() as calls:
            for _ in range(2):
                vault.opened(OF_CONSENT, sealed)
        assert len([call for call in calls if call.service == "kms"]) == 2

    def test_what_is_remembered_opens_for_nothing_else(self, vault: KmsVault) -> None:
        sealed = vault.seal(OF_DEPARTMENT, b"secret")
        vault.opened(OF_DEPARTMENT, sealed)
        with pytest.raises(SealBroken):
            vault.opened(f"{OF_DEPARTMENT}2", sealed)

    def test_it_remembers_so_much_and_no_more(self, monkeypatch: pytest.MonkeyPatch, vault: KmsVault) -> None:
        monkeypatch.setattr("chalicelib.adapters.vault._REMEMBER_AT_MOST", 2)
        for key in range(4):
            context = f"department:{key}"
            vault.opened(context, vault.seal(context, b"secret"))
        assert [context for context, _ in vault._known] == ["department:2", "department:3"]

    def test_kms_that_does_not_answer_is_said_to_be_so(self, laptop: Laptop, vault: KmsVault) -> None:
        sealed = vault.seal(OF_CONSENT, b"secret")
        with laptop.faults.during("kms"):
            with pytest.raises(VaultUnavailable):
                vault.opened(OF_CONSENT, sealed)
            with pytest.raises(VaultUnavailable):
                vault.seal(OF_CONSENT, b"secret")
        denied = laptop.faults.during("kms", kind="refused", code="AccessDeniedException", status=400)
        with denied, pytest.raises(VaultUnavailable):
            vault.opened(OF_CONSENT, sealed)


def test_the_laptops_key_is_kept_with_its_data(tmp_path: Path) -> None:
    assert kept_key(None, "vault_key") != kept_key(None, "vault_key")
    assert kept_key(tmp_path, "vault_key") == kept_key(tmp_path, "vault_key")
    assert (tmp_path / "vault_key.json").stat().st_mode & 0o077 == 0


def test_the_laptops_vault_is_under_the_kept_key(laptop: Laptop) -> None:
    described = suite().aws.client("kms").describe_key(KeyId=laptop.environment["VAULT_KEY_ID"])
    assert described["KeyMetadata"]["KeyId"] == laptop.environment["VAULT_KEY_ID"]
    assert described["KeyMetadata"]["Arn"].endswith(laptop.environment["VAULT_KEY_ID"])
