"""The suite's way to the outside: the adapters that every desk and step stands on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from botocore.session import Session

    from chalicelib.adapters.authorities import ConfiguredAuthorities
    from chalicelib.adapters.aws import Aws
    from chalicelib.adapters.documents import S3Documents
    from chalicelib.adapters.dynamodb.store import DynamoDbStore
    from chalicelib.adapters.journeys import StepFunctionsJourneys
    from chalicelib.adapters.keys import SecretsManagerKeyring
    from chalicelib.adapters.messages import AwsMessenger
    from chalicelib.adapters.vault import KmsVault


def system_clock() -> datetime:
    """The machine's time: aware UTC, whole milliseconds (what the store keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Outside:
    """What reaches AWS, and what of the outside is configuration, for one configuration and one clock."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = system_clock,
        sleep: Callable[[float], None] = time.sleep,
        watch: Callable[[Session], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self._watch = watch

    @cached_property
    def aws(self) -> Aws:
        """The way to AWS."""
        from chalicelib.adapters.aws import Aws  # noqa: PLC0415

        return Aws(self.settings.region, self._watch)

    @cached_property
    def store(self) -> DynamoDbStore:
        """The truth."""
        from chalicelib.adapters.dynamodb.store import DynamoDbStore  # noqa: PLC0415

        return DynamoDbStore(self.aws, self.settings, self.clock, self.sleep)

    @cached_property
    def journeys(self) -> StepFunctionsJourneys:
        """The journeys."""
        from chalicelib.adapters.journeys import StepFunctionsJourneys  # noqa: PLC0415

        return StepFunctionsJourneys(self.aws, self.settings)

    @cached_property
    def keyring(self) -> SecretsManagerKeyring:
        """The server's keys."""
        from chalicelib.adapters.keys import SecretsManagerKeyring  # noqa: PLC0415

        return SecretsManagerKeyring(self.aws, self.settings, self.clock)

    @cached_property
    def messenger(self) -> AwsMessenger:
        """The way to people's mobiles and mailboxes."""
        from chalicelib.adapters.messages import AwsMessenger  # noqa: PLC0415

        return AwsMessenger(self.aws, self.settings)

    @cached_property
    def documents(self) -> S3Documents:
        """The documents."""
        from chalicelib.adapters.documents import S3Documents  # noqa: PLC0415

        return S3Documents(self.aws, self.settings)

    @cached_property
    def vault(self) -> KmsVault:
        """What seals secrets that are read again."""
        from chalicelib.adapters.vault import KmsVault  # noqa: PLC0415

        return KmsVault(self.aws, self.settings, self.clock)

    @cached_property
    def authorities(self) -> ConfiguredAuthorities:
        """The Regional Authorities."""
        from chalicelib.adapters.authorities import ConfiguredAuthorities  # noqa: PLC0415

        return ConfiguredAuthorities()

    @property
    def official_domains(self) -> tuple[str, ...]:
        """The domains in which staff have their email."""
        return self.settings.official_email_domains
