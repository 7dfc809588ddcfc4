"""Pravesh itself on the laptop: composed with the laptop's clock, and seeded with sample IEC holders."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import suite
from chalicelib.domain import temporary_passwords
from chalicelib.domain.changes import WriteTemporaryPassword
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.identifiers import EmailAddress, Gstin, Iec, Mobile, Pan
from chalicelib.settings import Settings
from infra.local.outside import playing
from infra.local.samples import HOLDERS, Sample

if TYPE_CHECKING:
    from chalicelib.domain.signatures.esign.envelopes import RequestKey
    from chalicelib.domain.signatures.esign.providers import EsignProviders

Clock = Callable[[], datetime]


class LaptopSuite(suite.Suite):
    """The suite with what the laptop has in the place of India's authorities: nothing in AWS can bring it here."""

    @cached_property
    def esign_providers(self) -> "EsignProviders":
        """The simulated providers of e-Sign."""
        return playing().esign.providers

    @cached_property
    def esign_key(self) -> "RequestKey":
        """The key of our certificate at the simulated providers."""
        from infra.local.esign_provider import request_key  # noqa: PLC0415

        return request_key(playing().esign)


@contextmanager
def composed(clock: Clock) -> Iterator[None]:
    """Let the suite be built from this process's environment, with the laptop's clock, while in the block."""
    suite.install(LaptopSuite(Settings.from_environment(), clock=clock))
    try:
        yield
    finally:
        suite.install(None)


def seeded(clock: Clock, data: Path | None = None) -> list[Sample]:
    """Write the sample holders, DGFT's records of their IECs and temporary passwords; the samples hold those then.

    Where the tables outlived a restart (``data``), a holder keeps the password and what was done with it.
    """
    kept = _kept_passwords(data)
    samples = [sample.with_password(_temporary_password(sample, kept.get(sample.iec, ""), clock)) for sample in HOLDERS]
    if data:
        data.mkdir(parents=True, exist_ok=True)
        passwords = {sample.iec: sample.temporary_password for sample in samples}
        (data / _PASSWORDS).write_text(json.dumps(passwords), encoding="utf-8")
    return samples


_PASSWORDS = "sample_passwords.json"


def _kept_passwords(data: Path | None) -> dict[str, str]:
    if data is None or not (data / _PASSWORDS).exists():
        return {}
    kept: dict[str, str] = json.loads((data / _PASSWORDS).read_text(encoding="utf-8"))
    return kept


def _temporary_password(sample: Sample, kept: str, clock: Clock) -> str:
    store, now, iec = suite.suite().store, clock(), Iec(sample.iec)
    contact = Contact(EmailAddress(sample.email), Mobile(sample.mobile))
    gstins = tuple(Gstin(gstin) for gstin in sample.gstins)
    store.put_iec_record(sample.iec_record)
    store.put_holder(Holder(iec, Pan(sample.pan), sample.legal_name, gstins, contact))
    stored = store.temporary_password(iec)
    if not temporary_passwords.may_issue(stored, now, None):
        return kept
    password = temporary_passwords.generate()
    fresh = temporary_passwords.reissued(stored, temporary_passwords.issued(iec, password, now))
    store.write(WriteTemporaryPassword(temporary_passwords.sent(fresh, now)))
    return password
