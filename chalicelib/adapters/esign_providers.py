"""The eSign providers from the packaged configuration."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.domain.signatures.esign.providers import Environment, EsignProviders, ProfileUnfit, providers_of

FILE = Path(__file__).parent.parent / "configuration" / "esign_providers.json"


def configured(file: Path = FILE) -> EsignProviders:
    """The providers that `esign_providers.json` switches on; certificates lie beside it. Raises `ProfileUnfit`."""

    def beside(name: str) -> bytes:
        path = (file.parent / name).resolve()
        if not path.is_relative_to(file.parent.resolve()) or not path.is_file():
            raise ProfileUnfit(f"no such file beside {file.name}: {name}")
        return path.read_bytes()

    found = providers_of(json.loads(file.read_text(encoding="utf-8"))["providers"], beside)
    if any(profile.environment is Environment.LAPTOP for profile in found.profiles):
        # The laptop brings its own: from here none is reached without TLS, whatever a configuration says.
        raise ProfileUnfit("a provider on this machine")
    return found
