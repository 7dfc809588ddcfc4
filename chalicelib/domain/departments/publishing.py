"""Publishing: which certificates go to their citizens' DigiLocker accounts by Push URI, and when.

`push_of` makes a push; whoever changes a certificate writes it in the same write, so that none is forgotten.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import Department
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus


def push_of(department: Department, certificate: Certificate, action: PushAction, now: datetime) -> Push | None:
    """The push that tells DigiLocker of a change, due at `now`; to be written as new, in one write with the change.

    None where nothing can be pushed: the department is no client of DigiLocker, or whose account it is, or that they
    agreed, is not known. A `D` may be made whatever became of the `A`: where that never went out, nothing does.
    """
    if department.client is None or certificate.account is None:
        return None
    return Push(
        push_id=push_id_of(certificate, action),
        certificate_id=certificate.certificate_id,
        department_id=certificate.department_id,
        action=action,
        status=PushStatus.DUE,
        created_at=now,
        due_at=now,
    )


def push_id_of(certificate: Certificate, action: PushAction) -> str:
    """The id of a push (22 signs): one `A` and one `D` for a certificate and an account, one `U` for each content."""
    account = certificate.account.digilocker_id if certificate.account else ""
    content = certificate.xml.sha256 if action is PushAction.UPDATE and certificate.xml else ""
    parts = (certificate.certificate_id, account, action.value, content)
    joined = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return base64.urlsafe_b64encode(hashlib.sha256(joined).digest())[:22].decode()
