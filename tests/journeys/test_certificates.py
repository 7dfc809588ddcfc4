"""Certificates from a department's system to the paper: issued, made, signed, read, revoked, verified."""

from __future__ import annotations

from infra.local.laptop import Laptop
from tests.journeys.issuers import new_issuer, row


def test_a_certificate_is_issued_through_the_api_and_made_at_once(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    sent = row()
    (result,) = issuer.issued(sent)
    assert result["status"] == "active", result
    read = issuer.read(result["certificate_id"])
    assert read["number"] == sent["number"]
    assert read["trouble"] is None
