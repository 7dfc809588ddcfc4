"""The suite's configuration, read from the environment when it is first needed (never at import)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


class SettingMissing(Exception):  # noqa: N818
    """A setting that the function needs is not in its environment."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the suite finds its tables, its journeys and its senders. Each is read on use and demanded then."""

    environment: Mapping[str, str]

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings of this process."""
        return cls(os.environ)

    def __getitem__(self, name: str) -> str:
        """The setting `name`. Raises `SettingMissing` when it is absent or empty."""
        value = self.environment.get(name)
        if not value:
            raise SettingMissing(name)
        return value

    @property
    def region(self) -> str:
        """The AWS region; Lambda sets it."""
        return self["AWS_REGION"]

    @property
    def sms_template_ids(self) -> Mapping[str, str]:
        """The DLT template id for each `<kind>.<language>`.

        India's operators drop a text that matches no registered template.
        """
        ids = json.loads(self["SMS_TEMPLATE_IDS"])
        return {str(kind): str(template) for kind, template in ids.items()}

    @property
    def audit_retention(self) -> timedelta:
        """How long an event of the audit is kept."""
        return timedelta(days=int(self["AUDIT_RETENTION_DAYS"]))

    @property
    def public_host(self) -> str:
        """The host of `PUBLIC_ORIGIN`: browsers bind the code in an SMS to it."""
        return self["PUBLIC_ORIGIN"].split("://", 1)[-1].split(":")[0].split("/")[0]

    @property
    def official_email_domains(self) -> tuple[str, ...]:
        """The domains in which staff have their email; the setting is a list with commas."""
        return tuple(domain.strip().lower() for domain in self["OFFICIAL_EMAIL_DOMAINS"].split(",") if domain.strip())
