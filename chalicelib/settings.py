"""The suite's configuration, read when it is first needed (never at import).

It is in the environment; what is too long for that (Lambda allows 4 KB in all) is in `chalicelib/configuration`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

SMS_TEMPLATES = Path(__file__).parent / "configuration" / "sms_templates.json"


class SettingMissing(Exception):  # noqa: N818
    """A setting that the function needs is neither in its environment nor in the packaged configuration."""


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

    def sms_template_id(self, kind: str, language: str) -> str:
        """The DLT template id of an SMS text: India's operators drop what matches no registered template.

        From the packaged configuration; a process that has `SMS_TEMPLATE_IDS` in its environment (the laptop) goes by
        that instead. Raises `SettingMissing` for a text that was not registered.
        """
        given, name = self.environment.get("SMS_TEMPLATE_IDS"), f"{kind}.{language}"
        ids = json.loads(given or SMS_TEMPLATES.read_text(encoding="utf-8"))
        if not ids.get(name):
            raise SettingMissing(f"the DLT template id of {name} in chalicelib/configuration/sms_templates.json")
        return str(ids[name])

    @property
    def audit_retention(self) -> timedelta:
        """How long an event of the audit is kept."""
        return timedelta(days=int(self["AUDIT_RETENTION_DAYS"]))

    @property
    def public_host(self) -> str:
        """The host of `PUBLIC_ORIGIN`: browsers bind the code in an SMS to it."""
        return self["PUBLIC_ORIGIN"].split("://", 1)[-1].split(":")[0].split("/")[0]

    @property
    def uploads_origin(self) -> str:
        """The origin at which browsers upload documents: the bucket's own, or where botocore is sent instead of AWS."""
        elsewhere = self.environment.get("AWS_ENDPOINT_URL")
        return elsewhere or f"https://{self['DOCUMENTS_BUCKET']}.s3.{self.region}.amazonaws.com"

    @property
    def signing_utility(self) -> str:
        """Where the signing utility of a person's own machine listens (docs/signing-utility.md).

        The setting is its port; the host is never another than the machine at which the person sits.
        """
        port = int(self["SIGNING_UTILITY_PORT"])
        return f"ws://127.0.0.1:{port}"

    @property
    def official_email_domains(self) -> tuple[str, ...]:
        """The domains in which staff have their email; the setting is a list with commas."""
        return tuple(domain.strip().lower() for domain in self["OFFICIAL_EMAIL_DOMAINS"].split(",") if domain.strip())

    @property
    def digilocker_requester(self) -> str:
        """The id of the department as whose client people's documents are fetched; "" where that is not offered."""
        try:
            return self["DIGILOCKER_REQUESTER"]
        except SettingMissing:
            return ""
