"""Access to a locker in a department's name: its client, its secrets, the line, the profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.departments.departments import (
    Department,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    KeyPurpose,
)
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.profiles import Profile
from chalicelib.domain.refusals import Code, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.departments.keys import DepartmentKeys
    from chalicelib.domain.digilocker.files import FileCalls
    from chalicelib.domain.digilocker.line import Line
    from chalicelib.domain.digilocker.tokens import TokenCalls
    from chalicelib.domain.ports import Store


class ClientGone(Exception):  # noqa: N818
    """The department is DigiLocker's client no more, or has no working secret; somebody must see to it."""


@dataclass(frozen=True, slots=True)
class LockerAccess:
    """Makes calls to lockers. `redirect_uri` is our callback, exactly as the portal has it."""

    store: Store
    keys: DepartmentKeys
    profile_of: Callable[[Locker], Profile]
    line_of: Callable[[Locker], Line]
    redirect_uri: str

    def offered(self, department_id: str, now: datetime) -> DigiLockerClient:
        """The client in whose name people's visits begin.

        Raises `Refusal` `digilocker_not_offered` where none is set, or it is not ready: nothing is begun that could
        not be ended.
        """
        department = self.store.department(department_id) if department_id else None
        if department is None or not _is_ready(department, now) or department.client is None:
            raise Refusal(Code.DIGILOCKER_NOT_OFFERED)
        return department.client

    def token_calls(self, locker: Locker, department_id: str) -> TokenCalls:
        """The calls about tokens. Raises `ClientGone`, `sealing.SealBroken`, `VaultUnavailable`.

        Also in the name of a department that is suspended: what was given to it must be given back.
        """
        from chalicelib.domain.digilocker.tokens import Credentials, TokenCalls  # noqa: PLC0415

        client, secrets = self._client(department_id)
        credentials = Credentials(client.client_id, secrets, self.redirect_uri)
        return TokenCalls(self.line_of(locker), self.profile_of(locker), credentials)

    def file_calls(self, locker: Locker, department_id: str) -> FileCalls:
        """The calls about files. Raises as `token_calls`."""
        from chalicelib.domain.digilocker.files import FileCalls  # noqa: PLC0415

        _, secrets = self._client(department_id)
        return FileCalls(self.line_of(locker), self.profile_of(locker), secrets)

    def _client(self, department_id: str) -> tuple[DigiLockerClient, tuple[bytes, ...]]:
        department = self.store.department(department_id)
        secrets = self.keys.secrets(department, KeyPurpose.CLIENT_SECRET) if department is not None else ()
        if department is None or department.client is None or not secrets:
            raise ClientGone
        return department.client, secrets


def _is_ready(department: Department, now: datetime) -> bool:
    is_requester = DepartmentRole.REQUESTER in department.roles and department.status is DepartmentStatus.ACTIVE
    return is_requester and bool(department.working_keys(KeyPurpose.CLIENT_SECRET, now))
