"""People with certificates: what is to be signed is opened, signed and handed in over HTTP."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.domain.changes import WriteCrlState
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.signings import Signing
from chalicelib.suite import suite
from infra.local import cms_signing
from infra.local.authority import Credential
from infra.local.certificate_profiles import Wanted
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.outside import playing
from infra.local.task_tokens import is_awaited
from tests.journeys.accounts import new_person, signed_up
from tests.journeys.clients import Reply
from tests.journeys.signed_in import SignedInClient, signed_in
from tests.journeys.walking import eventually, execution_of

_numbers = itertools.count(1)
ENDED = ("done", "refused", "cancelled", "expired")


def new_pan(letter: str = "P") -> Pan:
    """A PAN that nobody has."""
    number = next(_numbers)
    return Pan(f"ZZ{chr(ord('A') + number // 9000)}{letter}Y{number % 9000 + 1:04}Z")


def new_record(
    nature: NatureOfConcern = NatureOfConcern.PARTNERSHIP,
    role: PersonRole = PersonRole.PARTNER,
    *,
    status: IecStatus = IecStatus.ACTIVE,
    is_validated: bool = False,
    persons: int = 1,
) -> IecRecord:
    """An IEC on record whose persons no test has heard of."""
    pan = new_pan("P" if nature is NatureOfConcern.PROPRIETORSHIP else "F")
    made = tuple(
        Person(
            f"Ravi Rao{next(_numbers)}",
            pan if nature is NatureOfConcern.PROPRIETORSHIP else new_pan(),
            date(1970, 5, 17),
            role,
            is_validated,
        )
        for _ in range(persons)
    )
    record = IecRecord(Iec(pan), pan, f"Rao & Sons {next(_numbers)} Pvt. Ltd.", nature, made, status)
    suite().store.put_iec_record(record)
    return record


def dsc(person: Person, **more: Any) -> Credential:
    """An individual's DSC of somebody on a record."""
    wanted = Wanted(**{"common_name": person.name, "pan": person.pan, **more})
    return playing().authority.issue(wanted)


def somebody(laptop: Laptop) -> SignedInClient:
    """An importer who has just signed up and in."""
    return signed_in(laptop, signed_up(laptop, person=new_person()))


@dataclass
class SigningFlow:
    """A document to sign, as its signer's client knows it."""

    laptop: Laptop
    client: SignedInClient
    content: dict[str, Any]

    @property
    def signing_id(self) -> str:
        signing_id: str = self.content["signing_id"]
        return signing_id

    @property
    def path(self) -> str:
        return f"/signings/{self.signing_id}"

    @property
    def stored(self) -> Signing:
        signing = suite().store.signing(self.signing_id)
        assert signing is not None
        return signing

    def read(self) -> dict[str, Any]:
        return self.client.call("GET", self.path).demand(200).content

    def signed(self, credential: Credential, document: bytes | None = None) -> str:
        """A signature over the document, base64."""
        content = self.content["document"].encode() if document is None else document
        return base64.b64encode(cms_signing.sign(credential, content, suite().clock())).decode()

    def hand_in(self, signature: str, client: SignedInClient | None = None) -> Reply:
        return (client or self.client).call("PUT", f"{self.path}/signature", {"signature": signature})

    def sign(self, credential: Credential) -> dict[str, Any]:
        """Sign with a certificate, hand in, and wait for what comes of it."""
        self.hand_in(self.signed(credential)).demand(200, 202)
        return self.until_settled()

    def cancel(self) -> Reply:
        return self.client.call("DELETE", self.path)

    def until(self, *statuses: str) -> dict[str, Any]:
        """The signing, once its status is one of `statuses`."""

        def reached() -> dict[str, Any] | None:
            read = self.read()
            return read if read["status"] in statuses else None

        return eventually(reached, self.read)

    def until_settled(self) -> dict[str, Any]:
        return self.until("awaiting_signature", *ENDED)

    def execution(self) -> Execution:
        return execution_of(self.laptop, self.signing_id)

    def until_waiting(self) -> None:
        """Wait until the journey waits for a signature, its token stored."""

        def waits() -> bool | None:
            token = self.stored.task_token
            is_on = token is not None and is_awaited(token)
            return (is_on and self.execution().current_state == "AwaitSignature") or None

        eventually(waits, self.execution)

    def until_ended(self) -> Execution:
        """The journey, once it has ended."""
        return eventually(lambda: self.execution() if self.execution().status != "RUNNING" else None, self.execution)


def linking(client: SignedInClient, iec: str) -> SigningFlow:
    """The statement that links a login to an IEC, opened."""
    content = client.call("POST", "/iec-links", {"iec": iec}).demand(201).content
    return SigningFlow(client.laptop, client, content)


def linked(laptop: Laptop, record: IecRecord | None = None, credential: Credential | None = None) -> SignedInClient:
    """Somebody linked to an IEC by the DSC of its first person."""
    record = record or new_record()
    client = somebody(laptop)
    found = linking(client, record.iec).sign(credential or dsc(record.persons[0]))
    assert found["status"] == "done", found
    return client


def reason_of(content: dict[str, Any]) -> str:
    """Why a signature was refused: the first finding that does not hold."""
    reasons = [one["reason"] for one in content["report"]["findings"] if one["verdict"] not in ("holds", "not_reached")]
    assert reasons, content
    return str(reasons[0])


def forget_revocation() -> None:
    """The indexes of the watched CRLs are lost: nothing is known of revocation."""
    for source in suite().crl_sources:
        state = suite().store.crl_state(source.source_id)
        if state is not None:
            # Not even when the last CRL was of: the clocks of tests run forward and back.
            suite().store.write(WriteCrlState(CrlState(source.source_id, state.tried_at, revision=state.revision)))
        suite().crl_indexes.forget(source.source_id)


def refresh_revocation(laptop: Laptop) -> None:
    """The schedule's step runs, and who judges hears of it."""
    laptop.steps.invoke("refresh_revocation", "{}")
    for source in suite().crl_sources:
        suite().crl_indexes.forget(source.source_id)


def have_revocation_of_now(laptop: Laptop) -> None:
    """CRLs of a day to which an earlier test moved the clock say nothing now, and would count as rolled back."""
    state = suite().store.crl_state(suite().crl_sources[0].source_id)
    if state is not None and (state.this_update is None or state.this_update > suite().clock()):
        forget_revocation()
        refresh_revocation(laptop)
