"""Taking answers: kept once, judged once, whoever comes with them and however often; and the request that asks."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.ports import DocumentsUnavailable
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.esign import envelopes, requests
from chalicelib.domain.signatures.esign.providers import FormEncoding, RequestEncoding, TimestampForm
from chalicelib.domain.signatures.signings import Purpose, SigningStatus
from infra.local.esign_answers import FIRST
from tests.domain.signatures.esign import esign_world as worlds
from tests.domain.signatures.esign.esign_world import SIGNING, World
from tests.domain.signatures.signing_world import NOW


def test_one_answer_posted_by_many_at_once_verifies_once() -> None:
    world, content = World(), worlds.answer()
    world.at_provider()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: world.comes(content), range(16)))
        list(pool.map(lambda _: world.judged(), range(8)))
    assert world.signing.status is SigningStatus.VERIFIED
    entries = world.store.latest_events("account:someone", 100)
    assert [event.deed.value for event in entries] == ["document_signed"]


def test_forged_answers_beside_the_true_one_do_not_keep_it_from_counting() -> None:
    world, content = World(), worlds.answer()
    world.at_provider()
    forged = [b"<EsignResp n='%d'/>" % number for number in range(7)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(world.comes, [*forged, content]))
        list(pool.map(lambda _: world.judged(), range(4)))
    assert world.signing.status is SigningStatus.VERIFIED


def test_an_answer_wakes_the_journey_to_judge_it() -> None:
    world = World()
    world.at_provider()
    world.comes(worlds.answer())
    assert world.journeys.woken["the journey waits"]["next"] == "validate_esign"


def test_a_wake_up_that_is_lost_loses_no_answer() -> None:
    world = World()
    world.at_provider()
    world.journeys.is_available = False
    world.comes(worlds.answer())
    assert world.judged().status is SigningStatus.VERIFIED


def test_a_second_post_wakes_where_the_first_could_not() -> None:
    world, content = World(), worlds.answer()
    world.at_provider()
    world.journeys.is_available = False
    world.comes(content)
    world.journeys.is_available = True
    world.comes(content)
    assert world.journeys.woken


def test_nothing_is_made_of_a_signing_that_there_is_not_or_of_a_form_without_an_answer() -> None:
    world = World()
    world.at_provider()
    assert world.answers.take("x" * 22, worlds.answer(), "203.0.113.7") is None
    assert world.comes(None).status is SigningStatus.AT_ESIGN_PROVIDER
    assert world.documents.kept == {}


def test_sixty_in_a_minute_are_looked_at_from_one_address_and_no_more() -> None:
    world = World()
    world.at_provider()
    for number in range(60):
        world.comes(b"<EsignResp n='%d'/>" % number if number < 10 else b"<EsignResp/>")
    before = world.signing
    assert world.comes(worlds.answer()) == before
    # Another address is not kept out, nor this one in the next minute.
    assert world.comes(worlds.answer(), ip="203.0.113.8") != before
    world.clock.advance(minutes=1)
    again = world.signing
    assert world.comes(b"<EsignResp later='yes'/>") != again


@pytest.mark.parametrize("failure", [DocumentsUnavailable, StoreUnavailable])
def test_what_cannot_be_kept_is_said_to_be_so(failure: type[Exception]) -> None:
    world, content = World(), worlds.answer()
    world.at_provider()
    if failure is DocumentsUnavailable:
        world.documents.is_available = False
    else:
        world.store.lose_answers = 1
    with pytest.raises(failure):
        world.comes(content)
    world.documents.is_available = True
    world.comes(content)
    assert world.judged().status is SigningStatus.VERIFIED


# The request.


def made(world: World) -> tuple[dict[str, str], etree._Element]:
    fields = dict(world.signing.esign.fields) if world.signing.esign else {}
    text = fields[world.profile.request_field]
    content = text.encode() if text.startswith("<") else base64.b64decode(text)
    registered = replace(world.profile, certificates=(worlds.asp().der,), answer_c14n=frozenset({FIRST.c14n}))
    return fields, envelopes.verified(content, "Esign", registered, NOW)


def test_the_request_is_one_of_api_2_1_over_the_exact_document() -> None:
    world = World()
    world.at_provider()
    fields, request = made(world)
    assert dict(request.attrib) == {
        "ver": "2.1",
        "sc": "Y",
        "ts": "2026-11-20T12:00:00",
        "txn": worlds.TXN,
        "ekycId": "",
        "ekycIdType": "A",
        "aspId": "ASP1",
        "AuthMode": "1",
        "responseSigType": "pkcs7",
        "responseUrl": f"{worlds.ORIGIN}/esign/responses/{SIGNING}",
    }
    (asked,) = request.findall("Docs/InputHash")
    assert (asked.get("id"), asked.get("hashAlgorithm"), asked.text) == ("1", "SHA256", worlds.SHA256.hex())
    assert fields["aspTxnID"] == worlds.TXN


@pytest.mark.parametrize("purpose", Purpose)
def test_what_it_is_about_is_short_and_names_nobody(purpose: Purpose) -> None:
    world = World()
    world.change(purpose=purpose)
    world.at_provider()
    _, request = made(world)
    about = request.findall("Docs/InputHash")[0].get("docInfo", "")
    assert 10 < len(about) <= 50
    assert about.isascii()
    assert "ZZZ" not in about


def test_form_and_time_are_the_profiles() -> None:
    world = World(
        request_encoding=RequestEncoding.BASE64,
        form_encoding=FormEncoding.MULTIPART,
        timestamp=TimestampForm.OFFSET_MILLISECONDS,
        response_sig_type="PKCS7",
        txn_field="",
        extra_fields=(("Content-Type", "application/xml"),),
        request_field="msg",
        consent="y",
    )
    signing = world.at_provider()
    fields, request = made(world)
    assert set(fields) == {"msg", "Content-Type"}
    assert request.get("ts") == "2026-11-20T12:00:00.000+05:30"
    assert (request.get("responseSigType"), request.get("sc")) == ("PKCS7", "y")
    assert signing.esign is not None
    assert (signing.esign.action, signing.esign.encoding) == ("https://esign.example/signdoc", "multipart/form-data")


def test_a_transaction_lives_no_longer_than_its_profile_says() -> None:
    world = World(life=timedelta(seconds=60), grace=timedelta(seconds=10))
    assert world.at_provider().esign.late_until == NOW + timedelta(seconds=70)  # type: ignore[union-attr]


def test_a_request_is_made_once_for_a_transaction() -> None:
    world = World()
    once = world.at_provider()
    world.clock.advance(minutes=1)
    assert world.at_provider() == once


def test_a_request_is_never_put_to_the_next_transaction() -> None:
    world = World()
    transaction = world.signing.esign
    assert transaction is not None
    begun_anew = replace(transaction, txn="e" * 32)
    world.key.meanwhile = lambda: world.change(esign=begun_anew)
    world.at_provider()
    assert (world.signing.status, world.signing.esign) == (SigningStatus.PREPARING_ESIGN, begun_anew)


def test_a_provider_that_is_not_switched_on_is_not_asked() -> None:
    world = World()
    world.profile = replace(world.profile, name="another")
    with pytest.raises(Refusal) as refused:
        world.at_provider()
    assert refused.value.code is Code.ESIGN_NOT_OFFERED


def test_the_status_request_is_signed_and_names_the_transaction() -> None:
    content = requests.signed_status_request(worlds.profile(), worlds.TXN, NOW, worlds.FakeKey())
    registered = replace(worlds.profile(), certificates=(worlds.asp().der,))
    request = envelopes.verified(content, "EsignStatus", registered, NOW)
    assert dict(request.attrib) == {"ver": "2.1", "ts": "2026-11-20T12:00:00", "txn": worlds.TXN, "aspId": "ASP1"}


def test_the_signature_stands_without_a_prefix_and_says_what_others_compute() -> None:
    """lxml writes `xmlns=""` into parts of a document whose namespace has no prefix: nobody else would verify that."""
    content = requests.signed_request(
        worlds.profile(), requests.Wished(Purpose.LINK_IEC, "0" * 64, worlds.TXN, "https://x", NOW), worlds.FakeKey()
    )
    assert re.search(rb'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>', content)
    info = etree.fromstring(content).find("{*}Signature/{*}SignedInfo")
    # Exclusive C14N of this part is the same bytes, by a way that lxml does right.
    signed = etree.tostring(info, method="c14n", exclusive=True)
    value = base64.b64decode(etree.fromstring(content).findtext("{*}Signature/{*}SignatureValue"))
    key = worlds.asp().certificate.public_key()
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
