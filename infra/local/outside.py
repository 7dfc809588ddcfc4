"""What the laptop plays of the outside world: a test certifying authority, and whoever answers on its console.

Played while the laptop runs; others of the laptop find it by ``playing()``.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.certificate_signing import CertificateOutside
from infra.local.console_crls import Crls
from infra.local.console_routes import Route

if TYPE_CHECKING:
    from infra.local.authority import Authority
    from infra.local.digilocker.simulator import DigiLocker
    from infra.local.dscs import Dscs
    from infra.local.esign_provider import EsignOutside
    from infra.local.signing_utility import SigningUtility


@dataclass(frozen=True)
class Around:
    """Where the laptop is, for those who play a part in it."""

    site_url: str
    console_url: str
    clock: Callable[[], datetime]
    """The suite's time."""
    data: Path | None = None
    """Where things are kept that outlive a restart."""
    utility_port: int = 0
    """Where the signing utility should listen; 0 for any free port."""


@dataclass
class Outside:
    """The outside world of the laptop that runs."""

    around: Around
    places: list[Route] = field(default_factory=list)
    """What of it is on the console."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What the suite is told of it: parameters of the template, as a deployer gives them."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._authority: Authority | None = None
        self.crls = Crls(lambda: self.authority, self.around.clock)
        self.dscs: Dscs | None = None
        self.utility: SigningUtility | None = None
        self.certificates = CertificateOutside(lambda: self.authority, self.around.clock, self.around.console_url)

    @cached_property
    def esign(self) -> "EsignOutside":
        """The simulated eSign providers."""
        from infra.local.esign_provider import EsignOutside  # noqa: PLC0415

        around = self.around
        return EsignOutside(lambda: self.authority, around.clock, around.site_url, around.console_url)

    @cached_property
    def digilocker(self) -> "DigiLocker":
        """The simulated DigiLocker."""
        from infra.local.digilocker.simulator import DigiLocker  # noqa: PLC0415

        return DigiLocker(self.around.clock, self.around.console_url)

    @property
    def authority(self) -> "Authority":
        """The test certifying authority, made when first asked for; its CRLs are at ``/crl/`` of the console."""
        from infra.local.authority import Authority  # noqa: PLC0415 - cryptography takes time to load

        with self._lock:
            if self._authority is None:
                at, crls, data = self.around.clock(), f"{self.around.console_url}/crl", self.around.data
                self._authority = Authority.kept(data / "authority", at, crls) if data else Authority(at, crls)
            return self._authority

    def afresh(self) -> None:
        """Forget what was done in it; its authority and the certificates that were issued stay."""
        self.crls.are_served = True
        self.certificates.is_stamping = True
        self.digilocker.afresh()
        if self.utility is not None:
            self.utility.afresh()


class _Playing:
    outside: Outside | None = None


def playing() -> Outside:
    """The outside world of the laptop that runs in this process. Raises RuntimeError where none does."""
    if _Playing.outside is None:
        raise RuntimeError("no laptop runs")
    return _Playing.outside


@contextmanager
def played(around: Around) -> Iterator[Outside]:
    """Play Pravesh's outside world while in the block."""
    from infra.local.digilocker.places import places  # noqa: PLC0415 - only where it is played

    outside = Outside(around)
    outside.places.extend(outside.esign.places)
    outside.places.extend(places(outside.digilocker))
    outside.places.append(outside.crls.route)
    outside.places.append(outside.certificates.route)
    _Playing.outside = outside
    try:
        with _signing_with_dscs(outside):
            yield outside
    finally:
        _Playing.outside = None


@contextmanager
def _signing_with_dscs(outside: Outside) -> Iterator[None]:
    """Play who issues DSCs, and the utility that signs with them on people's own machines."""
    from infra.local import console_authority, console_utility  # noqa: PLC0415 - as above
    from infra.local.dscs import Dscs  # noqa: PLC0415
    from infra.local.signing_utility import SigningUtility, listening  # noqa: PLC0415

    site = outside.around.site_url
    outside.dscs = Dscs(lambda: outside.authority, outside.around.clock)
    outside.utility = SigningUtility(outside.dscs, (site, site.replace("localhost", "127.0.0.1")))
    with listening(outside.utility, outside.around.utility_port) as port:
        outside.parameters["SigningUtilityPort"] = str(port)
        outside.places += console_authority.routes(outside.dscs)
        outside.places.append(console_utility.route(outside.utility, f"ws://127.0.0.1:{port}"))
        yield


@contextmanager
def nobody(around: Around) -> Iterator[Outside]:
    """Play nothing: for a project that needs no outside world."""
    yield Outside(around)
