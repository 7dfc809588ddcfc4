"""What the provider itself says about our transaction: a refusal is told with its reason, and may be tried again."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.ports import DocumentsUnavailable
from chalicelib.domain.signatures.esign.providers import EsignUnavailable
from chalicelib.domain.signatures.report import Aspect, Verdict
from chalicelib.domain.signatures.signing_steps import SigningSteps
from chalicelib.domain.signatures.signings import EsignTransaction, Signing, SigningStatus
from infra.local import cms_signing, esign_answers
from infra.local.cms_signing import As
from infra.local.esign_answers import FAMILIES, FIRST, SECOND, Family, Said, Signatory
from tests.domain.signatures.esign import esign_world as worlds
from tests.domain.signatures.esign.esign_world import SIGNING, World
from tests.domain.signatures.signing_world import NOW, authority

ANOTHER = b"\x07" * 32


def failed(error: str = "ESP-9", status: str = "0") -> Said:
    return esign_answers.failure(FIRST, txn=worlds.TXN, at=NOW, error=error, status=status)


def with_signatures(*signatures: tuple[dict[str, str], str]) -> Said:
    return replace(worlds.said(), signatures=signatures)


def of_good() -> tuple[dict[str, str], str]:
    ((names, content),) = worlds.said().signatures
    return dict(names), content


def changed(**names: str) -> Said:
    good, content = of_good()
    return with_signatures((good | names, content))


def signed_by(leaf_said: Said, cms: bytes) -> Said:
    ((names, _),) = leaf_said.signatures
    return replace(leaf_said, signatures=((names, base64.b64encode(cms).decode()),))


REFUSED: dict[str, tuple[Said, str]] = {
    "cancelled at the provider": (failed("ESP-CANCEL"), "esign_cancelled"),
    "failed": (failed(), "esign_failed"),
    "a status that nobody knows": (failed(status="7"), "esign_response_unreadable"),
    "success with an error": (
        replace(worlds.said(), attributes={**worlds.said().attributes, "errCode": "ESP-1"}),
        "esign_failed",
    ),
    "success with an error at the signature": (changed(error="ESP-2"), "esign_failed"),
    "no signature": (with_signatures(), "esign_documents_differ"),
    "two signatures": (with_signatures(of_good(), of_good()), "esign_documents_differ"),
    "of the second document": (changed(id="2"), "esign_documents_differ"),
    "of another algorithm": (changed(sigHashAlgorithm="SHA512"), "esign_documents_differ"),
    "an empty signature": (with_signatures((of_good()[0], "")), "esign_documents_differ"),
    "no certificate": (
        replace(failed(), attributes=worlds.said().attributes, signatures=()),
        "esign_documents_differ",
    ),
    "of another document": (worlds.said(document_sha256=ANOTHER), "another_document"),
    "its clock 16 minutes fast": (worlds.said(at=NOW + timedelta(minutes=16)), "esign_clock_off"),
    "its clock 16 minutes slow": (worlds.said(at=NOW - timedelta(minutes=16)), "esign_clock_off"),
    "signed before there was a document": (
        worlds.said(signed_at=NOW - timedelta(minutes=7)),
        "signed_outside_challenge",
    ),
    "signed after the document's life": (
        worlds.said(signed_at=NOW + timedelta(minutes=15)),
        "signed_outside_challenge",
    ),
    "another person": (worlds.said(who=Signatory("Someone Else", 1971)), "not_of_this_iec"),
    "another year of birth": (worlds.said(who=Signatory("Zeenat Zaheer", 1972)), "not_of_this_iec"),
    "a certificate that is not the signer's": (
        replace(worlds.said(), certificate=worlds.leaf(who=Signatory("Someone Else", 1971)).der),
        "signing_certificate_differs",
    ),
    "a DSC in the place of an e-KYC certificate": (
        signed_by(
            replace(worlds.said(), certificate=worlds.asp().der),
            cms_signing.sign(worlds.asp(), b"", NOW, As(message_digest=worlds.SHA256)),
        ),
        "kind_not_accepted",
    ),
    "no CMS": (with_signatures((of_good()[0], base64.b64encode(b"not a signature").decode())), "unreadable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_reason_and_may_be_tried_again(name: str) -> None:
    what, reason = REFUSED[name]
    world = worlds.after(worlds.answer(what=what))
    assert world.reason() == reason
    assert (world.signing.status, world.signing.evidence) == (SigningStatus.AWAITING_SIGNATURE, None)
    # The transaction is over: its name serves no second time.
    assert (world.signing.esign, world.signing.earlier_txns) == (None, (worlds.TXN,))


def test_a_certificate_that_is_not_yet_good_when_it_signs_is_refused() -> None:
    early = esign_answers.leaf_of(authority(), FIRST, worlds.ZEENAT, NOW + timedelta(minutes=4))
    what = esign_answers.success(FIRST, early, txn=worlds.TXN, document_sha256=worlds.SHA256, at=NOW)
    assert worlds.after(worlds.answer(what=what)).reason() == "certificate_not_yet_valid"


def test_a_certificate_whose_half_hour_was_over_when_it_signed_is_refused() -> None:
    old = worlds.leaf(at=NOW - timedelta(minutes=31))
    what = esign_answers.success(FIRST, old, txn=worlds.TXN, document_sha256=worlds.SHA256, at=NOW)
    assert worlds.after(worlds.answer(what=what)).reason() == "certificate_expired"


def test_the_providers_own_word_for_a_failure_goes_into_the_audit() -> None:
    world = worlds.after(worlds.answer(what=failed("ESP-1042 <b>")))
    event = world.store.audit_head("account:someone")
    assert event is not None
    assert event.facts["provider_error"] == "ESP-1042 ?b?"
    assert event.facts["provider"] == "first"
    assert event.facts["transaction"] == worlds.TXN


@pytest.mark.parametrize("said", ["", "NA", "na"])
def test_na_and_absent_are_no_error(said: str) -> None:
    what = worlds.said()
    attributes = {name: value for name, value in what.attributes.items() if name not in {"errCode", "errMsg"}}
    attributes |= {"errCode": said} if said else {}
    world = worlds.after(worlds.answer(what=replace(what, attributes=attributes)))
    assert world.signing.status is SigningStatus.VERIFIED


# When it comes.


def test_an_answer_counts_until_the_grace_is_over() -> None:
    world = World()
    world.at_provider()
    late_until = _transaction(world).late_until
    assert late_until is not None
    assert late_until == world.signing.expires_at + timedelta(minutes=5)
    made_in_time = esign_answers.success(
        FIRST, worlds.leaf(), txn=worlds.TXN, document_sha256=worlds.SHA256, at=late_until, signed_at=NOW
    )
    content = worlds.answer(what=made_in_time)
    world.clock.now = late_until - timedelta(milliseconds=1)
    world.comes(content)
    assert world.judged().status is SigningStatus.VERIFIED


def test_an_answer_after_the_grace_comes_too_late() -> None:
    world = World()
    world.at_provider()
    late_until = _transaction(world).late_until
    assert late_until is not None
    world.clock.now = late_until
    world.comes(worlds.answer(what=worlds.said(at=world.clock.now, signed_at=NOW)))
    assert world.judged().status is SigningStatus.AT_ESIGN_PROVIDER
    assert world.found() == ["esign_too_late"]


def test_the_time_of_coming_counts_not_that_of_judging() -> None:
    world = World()
    world.at_provider()
    world.comes(worlds.answer())
    world.clock.advance(hours=3)
    assert world.judged().status is SigningStatus.VERIFIED


def test_an_answer_to_a_transaction_that_was_given_up_comes_too_late() -> None:
    world = World()
    world.change(esign=replace(_transaction(world), txn="e" * 32), earlier_txns=(worlds.TXN,))
    world.at_provider()
    world.comes(worlds.answer())
    world.judged()
    assert world.found() == ["esign_too_late"]
    world.comes(worlds.answer(what=worlds.said(txn="e" * 32)))
    assert world.judged().status is SigningStatus.VERIFIED


def test_the_same_answer_again_changes_nothing_whenever_it_comes() -> None:
    world, content = World(), worlds.answer()
    world.at_provider()
    waiting = world.comes(content)
    assert world.comes(content) == waiting
    done = world.judged()
    assert world.comes(content) == done
    # Nor does any other.
    assert world.comes(worlds.answer(what=failed())) == done
    assert world.judged() == done


def test_a_replay_for_the_next_try_is_not_of_it() -> None:
    world = worlds.after(worlds.answer(what=failed()))
    again = replace(_transaction(World()), txn="e" * 32)
    world.change(status=SigningStatus.PREPARING_ESIGN, esign=again)
    world.at_provider()
    world.comes(worlds.answer())
    world.judged()
    assert world.found() == ["esign_too_late"]


def test_before_and_after_the_provider_no_answer_is_taken() -> None:
    world = World()
    preparing = world.signing
    assert world.comes(worlds.answer()) == preparing
    for status in set(SigningStatus) - {SigningStatus.AT_ESIGN_PROVIDER, SigningStatus.VALIDATING}:
        there = world.change(status=status)
        assert world.comes(worlds.answer()) == there


# Pending, and asking.


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_pending_transaction_is_asked_for_until_it_is_there(family: Family) -> None:
    pending = esign_answers.failure(family, txn=worlds.TXN, at=NOW, error="", status="2")
    world = worlds.after(worlds.answer(family, pending), family)
    assert (world.signing.status, world.found()) == (SigningStatus.AT_ESIGN_PROVIDER, ["esign_pending"])
    assert _ask_at(world) == NOW + timedelta(seconds=30)
    # The provider does not answer: it is asked again, later.
    _asked(world)
    assert (world.signing.status, _ask_at(world)) == (SigningStatus.AT_ESIGN_PROVIDER, NOW + timedelta(seconds=90))
    world.status_line.says = lambda: worlds.answer(family, worlds.said(family, world.clock.now))
    assert _asked(world).status is SigningStatus.VERIFIED
    assert [list(each) for each in world.status_line.asked] == [["msg"], ["msg"]]


def test_asking_ends_with_the_time_to_answer() -> None:
    world = worlds.after(worlds.answer(what=failed(status="2")))
    while world.signing.status is SigningStatus.AT_ESIGN_PROVIDER:
        _asked(world)
    assert world.signing.status is SigningStatus.EXPIRED
    # After 30, 90, 210 and 450 seconds.
    assert len(world.status_line.asked) == 4


def test_what_somebody_else_answers_to_our_asking_ends_nothing() -> None:
    world = worlds.after(worlds.answer(what=failed(status="2")))
    world.status_line.says = lambda: esign_answers.signed(FIRST, worlds.provider("evil"), worlds.said())
    assert _asked(world).status is SigningStatus.AT_ESIGN_PROVIDER
    assert world.found() == ["esign_pending", "esign_provider_signature_wrong"]


def test_the_browsers_answer_may_come_while_the_provider_is_being_asked() -> None:
    world = worlds.after(worlds.answer(what=failed(status="2")))
    world.status_line.says = lambda: _first(world.comes(worlds.answer()), worlds.answer(what=failed(status="2")))
    assert _asked(world).status is SigningStatus.VERIFIED


def test_a_provider_that_cannot_be_asked_is_not() -> None:
    world = worlds.after(worlds.answer(what=failed(status="2")), status_address="")
    assert _asked(world).status is SigningStatus.AT_ESIGN_PROVIDER
    assert world.status_line.asked == []


# Bad luck: a failure to be retried, never a refusal.


def test_a_key_that_cannot_be_reached_is_no_refusal() -> None:
    world = World()
    world.key.is_down = True
    with pytest.raises(EsignUnavailable):
        world.at_provider()
    assert world.signing.status is SigningStatus.PREPARING_ESIGN
    world.key.is_down = False
    assert world.at_provider().status is SigningStatus.AT_ESIGN_PROVIDER


def test_documents_that_cannot_be_read_are_no_refusal() -> None:
    world = World()
    world.at_provider()
    waiting = world.comes(worlds.answer())
    world.documents.is_available = False
    with pytest.raises(DocumentsUnavailable):
        world.judged()
    assert world.signing == waiting
    world.documents.is_available = True
    assert world.judged().status is SigningStatus.VERIFIED


def test_a_stored_answer_that_is_not_what_came_is_not_judged() -> None:
    world = World()
    world.at_provider()
    world.comes(worlds.answer())
    (key,) = world.documents.kept
    world.documents.kept[key] = worlds.answer(SECOND)
    with pytest.raises(DocumentsUnavailable):
        world.judged()


def test_a_lost_answer_of_the_store_is_made_good() -> None:
    world = World()
    world.at_provider()
    world.comes(worlds.answer())
    world.store.lose_answers = 1
    with pytest.raises(StoreUnavailable):
        world.judged()
    assert world.judged().status is SigningStatus.VERIFIED


def test_a_provider_that_was_switched_off_meanwhile_ends_nothing() -> None:
    world = World()
    world.at_provider()
    world.comes(worlds.answer())
    world.profile = worlds.profile(SECOND)
    assert world.judged().status is SigningStatus.AT_ESIGN_PROVIDER


def test_every_aspect_that_was_not_reached_says_so() -> None:
    report = worlds.after(worlds.answer(what=failed())).signing.report
    assert report is not None
    verdicts = {finding.aspect: finding.verdict for finding in report.findings}
    assert verdicts.pop(Aspect.INTACT) is Verdict.FAILS
    assert set(verdicts.values()) == {Verdict.NOT_REACHED}


def _transaction(world: World) -> EsignTransaction:
    assert world.signing.esign is not None
    return world.signing.esign


def _ask_at(world: World) -> object:
    return _transaction(world).ask_at


def _asked(world: World) -> Signing:
    """The wait runs out, and the step runs."""
    ask_at = _transaction(world).ask_at
    assert ask_at is not None
    world.clock.now = ask_at
    SigningSteps(world.store, world.journeys, world.clock).expire(SIGNING)
    return world.judged()


def _first(_: object, content: bytes) -> bytes:
    return content
