"""What DigiLocker itself lists of a department: that it is an issuer, of which types, found by which parameters.

A citizen finds a certificate only by what DigiLocker's portal has of it. The self-test compares that with what is
entered here; DigiLocker's discovery calls tell it, in the name of the department's own client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from chalicelib.domain.departments.self_test import Finding, FindingCode
from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused
from chalicelib.domain.digilocker.line import DigiLockerUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.departments.departments import Department, DocumentType
    from chalicelib.domain.digilocker.discovery import Discovery, Issuer

# What keeps the list from being read: it is then not told of, for a department cannot mend it.
_UNREAD = (DigiLockerUnavailable, DigiLockerRefused, AnswerUnfit)


def findings(
    department: Department,
    issuers: tuple[Issuer, ...],
    discovery: Discovery,
    now: datetime,
    has_time: Callable[[], bool],
) -> Iterator[Finding]:
    """What of the department stands in DigiLocker's lists, and what differs; no call is made without time for it."""
    org_id = next((one.org_id for one in issuers if one.issuer_id == department.issuer_id), None)
    if org_id is None:
        yield Finding(FindingCode.NOT_LISTED)
        return
    if not has_time():
        return
    try:
        listed = {one.doctype for one in discovery.doctypes(org_id, now)}
    except _UNREAD:
        return
    offered = dict.fromkeys(code for api in department.pull_apis if api.is_open for code in api.doctypes)
    types = [found for code in offered if (found := department.document_type(code)) is not None]
    missing = [one.code for one in types if one.code not in listed]
    if missing:
        yield Finding(FindingCode.DOCTYPES_NOT_LISTED, {"doctypes": ", ".join(missing)})
    there = [one for one in types if one.code in listed]
    differing = [differs for one in there if has_time() and (differs := _differing(one, org_id, discovery, now))]
    yield from differing
    if there and not missing and not differing:
        yield Finding(FindingCode.LISTED, {"doctypes": ", ".join(one.code for one in there)})


def _differing(document_type: DocumentType, org_id: str, discovery: Discovery, now: datetime) -> Finding | None:
    """That DigiLocker asks citizens for something else than is looked for here; None where it does not."""
    asked: tuple[str, ...] = ()
    with suppress(*_UNREAD):
        asked = tuple(one.name for one in discovery.parameters(org_id, document_type.code, now))
    known = tuple(one.name for one in document_type.search)
    if not asked or {name.lower() for name in asked} == {name.lower() for name in known}:
        return None
    values = {"doctype": document_type.code, "asked": ", ".join(asked), "known": ", ".join(known)}
    return Finding(FindingCode.PARAMETERS_DIFFER, values)
