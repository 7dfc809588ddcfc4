"""Pravesh itself on the laptop: composed with the laptop's clock, and seeded with sample IEC holders."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from infra.local import sample_department
from infra.local.outside import playing
from infra.local.samples import HOLDERS, Sample

if TYPE_CHECKING:
    from chalicelib.adapters.crl_indexes import S3CrlIndexes
    from chalicelib.adapters.revocation_http import AllowListedHosts
    from chalicelib.domain.departments.signing import CertificateSigner, Timestamps
    from chalicelib.domain.digilocker.fetches import Locker
    from chalicelib.domain.digilocker.profiles import Profile
    from chalicelib.domain.signatures.esign.envelopes import RequestKey
    from chalicelib.domain.signatures.esign.providers import EsignProviders
    from chalicelib.domain.signatures.policy import SignaturePolicy
    from chalicelib.domain.signatures.revocation import CrlSource
    from chalicelib.domain.signatures.trust import Trust

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

    @cached_property
    def trust(self) -> "Trust":
        """The test certifying authority's root in the place of India's."""
        from chalicelib.domain.signatures.trust import Trust  # noqa: PLC0415

        authority = playing().authority
        return Trust((authority.root,), authority.intermediates)

    @cached_property
    def signature_policy(self) -> "SignaturePolicy":
        """The packaged one, which knows besides where the test certifying authority writes an IEC."""
        from infra.local.certificate_profiles import accepting_policy  # noqa: PLC0415

        return accepting_policy()

    @cached_property
    def crl_sources(self) -> "tuple[CrlSource, ...]":
        """The CRLs of the test certifying authority, at the console."""
        from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name  # noqa: PLC0415
        from chalicelib.domain.signatures.revocation import CrlSource  # noqa: PLC0415

        authority = playing().authority
        return tuple(
            CrlSource(name, url, common_name(PathCertificate(authority.ca(name).der).subject))
            for name, url in authority.crl_urls.items()
        )

    def digilocker_profile(self, locker: "Locker") -> "Profile":
        """The packaged one, with the simulated DigiLocker in the place of the host, and what may be pulled there."""
        from chalicelib.domain.digilocker.fetches import Locker  # noqa: PLC0415
        from chalicelib.domain.digilocker.profiles import Pulling  # noqa: PLC0415

        simulated, packaged = playing().digilocker, super().digilocker_profile(locker)
        if locker is Locker.ENTITY:
            return replace(packaged, host=simulated.entity_url)
        pulls = {"PANCR": Pulling("000027", {"panno": "pan", "PANFullName": "name"})}
        return replace(packaged, host=simulated.url, pulls=pulls, openid=simulated.with_openid)

    @cached_property
    def crl_indexes(self) -> "S3CrlIndexes":
        """The indexes of CRLs, none written over: the records of the start, put back, still find theirs."""
        from infra.local.kept_indexes import KeptIndexes  # noqa: PLC0415

        return KeptIndexes(self.aws, self.settings, self.store)

    @cached_property
    def certificate_signer(self) -> "CertificateSigner":
        """Departments' keys in memory, with certificates of the test certifying authority."""
        return playing().certificates

    @cached_property
    def timestamps(self) -> "Timestamps":
        """The time-stamping authority of the console."""
        from chalicelib.adapters.certificate_signers import HttpTimestamps  # noqa: PLC0415

        return HttpTimestamps(playing().certificates.timestamp_url)

    @cached_property
    def revocation_hosts(self) -> "AllowListedHosts":
        """The console, which is at a private address."""
        from chalicelib.adapters.revocation_http import AllowListedHosts  # noqa: PLC0415
        from chalicelib.adapters.trust import hosts_of  # noqa: PLC0415

        hosts = hosts_of(self.crl_sources)
        return AllowListedHosts(hosts, private=hosts)


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

    The sample department is written too, and known to the simulated DigiLocker.

    Where the tables outlived a restart (``data``), a holder keeps the password and what was done with it.
    """
    sample_department.registered()
    sample_department.seeded(clock())
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
