"""The laptop's sample department: an issuer of trade registrations, DigiLocker's client, by whom people's fetches go.

Its keys are written down here, for they open nothing: its other end is the simulated DigiLocker.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib import suite
from infra.local.digilocker.clients import Client, PullEndpoint
from infra.local.outside import playing

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import Department, DepartmentKey, DocumentType, KeyPurpose

DEPARTMENT_ID: Final = "sampleDepartment000001"
API_ID: Final = "samplePullApi000000001"
API_KEY: Final = "sample-pull-api-key-0001-0123456789abcdef0123456789abcdef"
ISSUER_ID: Final = "in.gov.tn.sampletrade"
ORG_ID: Final = "009001"
CLIENT_ID: Final = "SIMDEPT001"
CLIENT_SECRET: Final = "sample-client-secret-0001"  # noqa: S105 - see above
DOCTYPE: Final = "TRCER"
PARAMETER: Final = "REGNO"
_NAMES: Final = {"en": "Department of Trade Registration (sample)", "hi": "व्यापार पंजीकरण विभाग (नमूना)"}
_TITLES: Final = {"en": "Trade Registration Certificate", "hi": "व्यापार पंजीकरण प्रमाणपत्र"}


def seeded(now: datetime) -> None:
    """Write the department; one that a restart kept gets its sealed keys again, for the sealing key is new."""
    from chalicelib.domain.departments.changes import TakeIssuerId, WriteDepartment  # noqa: PLC0415

    store = suite.suite().store
    kept = store.department(DEPARTMENT_ID)
    made = _department(now)
    if kept:
        made = replace(kept, keys=made.keys, client=made.client)
    store.write(WriteDepartment(made), TakeIssuerId(ISSUER_ID, DEPARTMENT_ID))


def as_client(site_url: str) -> Client:
    """Give the department as DigiLocker's portal has it."""
    endpoint = PullEndpoint(
        f"{site_url}/digilocker/pull/{DEPARTMENT_ID}/{API_ID}",
        API_KEY,
        ORG_ID,
        (DOCTYPE,),
        ((PARAMETER, "Registration number", "TR/2026/000001"),),
    )
    return Client(
        CLIENT_ID,
        CLIENT_SECRET,
        _NAMES["en"],
        redirect_uris=(f"{site_url}/digilocker/callback",),
        doctypes=("PANCR", "DRVLC", DOCTYPE),
        issuer_id=ISSUER_ID,
        org_id=ORG_ID,
        endpoints=[endpoint],
        titles={DOCTYPE: _TITLES["en"]},
    )


def _department(now: datetime) -> Department:
    from chalicelib.domain.departments import departments  # noqa: PLC0415 - only where there are departments

    return departments.Department(
        department_id=DEPARTMENT_ID,
        name=_NAMES,
        issuer_id=ISSUER_ID,
        roles=frozenset(departments.DepartmentRole),
        status=departments.DepartmentStatus.ACTIVE,
        created_at=now,
        created_by="laptop",
        document_types=(_document_type(),),
        pull_apis=(departments.PullApi(API_ID, departments.PullKind.PULL_URI, (DOCTYPE,), ORG_ID),),
        keys=(
            _key("sampleKeyPullApi000001", departments.KeyPurpose.PULL_API, API_KEY, now, API_ID),
            _key("sampleKeyClient0000001", departments.KeyPurpose.CLIENT_SECRET, CLIENT_SECRET, now),
        ),
        client=departments.DigiLockerClient(CLIENT_ID, "Pravesh"),
        signing_key="sample-department",
    )


def _document_type() -> DocumentType:
    from chalicelib.domain.departments.departments import (  # noqa: PLC0415
        CertificateField,
        DocumentType,
        SearchParameter,
    )

    return DocumentType(
        code=DOCTYPE,
        title=_TITLES,
        element="TradeRegistration",
        fields=(
            CertificateField("trade_name", {"en": "Name of the business", "hi": "व्यवसाय का नाम"}),
            CertificateField("address", {"en": "Address", "hi": "पता"}, is_required=False),
        ),
        search=(SearchParameter(PARAMETER, "number", "Registration number"),),
        template=(
            "This is to certify that {holder_name}, born on {holder_born_on}, carries on trade under the name of\n"
            "{trade_name}\n"
            "and is registered under the number {number}.\n"
            "Registered on {issued_on}."
        ),
    )


def _key(key_id: str, purpose: KeyPurpose, secret: str, now: datetime, api_id: str | None = None) -> DepartmentKey:
    from chalicelib.domain.departments.departments import DepartmentKey  # noqa: PLC0415
    from chalicelib.domain.departments.keys import context_of  # noqa: PLC0415

    sealed = suite.suite().vault.seal(context_of(DEPARTMENT_ID, purpose, key_id), secret.encode())
    return DepartmentKey(key_id, purpose, now, "laptop", api_id, sealed)


def registered() -> None:
    """Let the simulated DigiLocker know it."""
    outside = playing()
    clients = outside.digilocker.clients
    clients.add(as_client(outside.around.site_url))
    clients.remember()
