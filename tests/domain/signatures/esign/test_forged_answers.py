"""What anybody can post in a provider's name ends nothing: it is found out, and the true answer still counts."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.domain.signatures.esign.transactions import ANSWER_BYTES_AT_MOST
from chalicelib.domain.signatures.signings import SigningStatus
from infra.local import esign_answers
from infra.local.esign_answers import FIRST, SECOND, Signatory, Wrong
from tests.domain.signatures.esign import esign_world as worlds
from tests.domain.signatures.esign.esign_world import World
from tests.domain.signatures.signing_world import NOW

GOOD = worlds.answer()
UNREADABLE, WRONG = "esign_response_unreadable", "esign_provider_signature_wrong"
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
BODY = GOOD.removeprefix(HEAD)
FORGED = b'<EsignResp status="1" txn="' + worlds.TXN.encode() + b'"></EsignResp>'


def by_another_key() -> bytes:
    return esign_answers.signed(FIRST, worlds.provider("evil"), worlds.said())


def doctype(inner: str) -> bytes:
    return f"<!DOCTYPE EsignResp [{inner}]>".encode() + BODY


def entity_bomb() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return doctype(f'<!ENTITY l0 "lol">{lines}') + b"<!--&l9;-->"


def in_utf_16(text: bytes) -> bytes:
    return text.decode().replace("UTF-8", "UTF-16").encode("utf-16")


def with_content(inner: bytes) -> bytes:
    """The signed answer with something more under its root, before what was signed."""
    return re.sub(rb"(<EsignResp [^>]*>)", lambda found: found[1] + inner, GOOD)


def signature() -> bytes:
    found = re.search(rb"<Signature .*</Signature>", GOOD)
    assert found
    return found[0]


def public_pem() -> bytes:
    return worlds.provider().certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


FOUND: dict[str, tuple[bytes, str]] = {
    "nothing but the mark": (b"<EsignResp", UNREADABLE),
    "not XML": (b"<EsignResp ,,,", UNREADABLE),
    "too large": (HEAD + b"<EsignResp>" + b" " * ANSWER_BYTES_AT_MOST + b"</EsignResp>", ""),
    "an internal DTD": (doctype("<!ENTITY a 'b'>"), UNREADABLE),
    "an external entity": (doctype('<!ENTITY a SYSTEM "file:///etc/passwd">'), UNREADABLE),
    "an entity bomb": (entity_bomb(), UNREADABLE),
    "UTF-16 with a DOCTYPE": (in_utf_16(HEAD + doctype("<!ENTITY a 'b'>")), UNREADABLE),
    "UTF-16 without a mark, named so": (
        (HEAD + doctype("")).decode().replace("UTF-8", "UTF-16LE").encode("utf-16-le"),
        UNREADABLE,
    ),
    "UTF-8 that says UTF-16": (GOOD.replace(b"UTF-8", b"UTF-16"), UNREADABLE),
    "UTF-7": (HEAD.replace(b"UTF-8", b"UTF-7") + b"+ADwAIQ-DOCTYPE x>" + BODY, UNREADABLE),
    "EBCDIC by its name": (GOOD.replace(b"UTF-8", b"IBM037"), UNREADABLE),
    "a byte that is no UTF-8": (GOOD.replace(b'status="1"', b'status="1" x="\xff"'), UNREADABLE),
    "100,000 deep": (b"<EsignResp>" + b"<a>" * 30_000, UNREADABLE),
    "200 deep and unsigned": (b"<EsignResp>" + b"<a>" * 200 + b"</a>" * 200 + b"</EsignResp>", WRONG),
    "10,000 attributes": (
        b"<EsignResp " + b" ".join(b'a%d="1"' % n for n in range(10_000)) + b"></EsignResp>",
        WRONG,
    ),
    "another root": (GOOD.replace(b"EsignResp", b"EsignRes"), UNREADABLE),
    "the root in a namespace": (GOOD.replace(b"<EsignResp ", b'<EsignResp xmlns="urn:evil" '), UNREADABLE),
    "no signature": (FORGED, WRONG),
    "an empty signature": (
        FORGED.replace(b"></", b'><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"></Signature></'),
        WRONG,
    ),
    "another key, with its own KeyInfo": (
        esign_answers.signed(SECOND, worlds.provider("evil"), worlds.said()),
        WRONG,
    ),
    "another key, naming the provider in KeyInfo": (
        esign_answers.signed(FIRST, worlds.provider("evil"), worlds.said(), Wrong(key_info_of=worlds.provider())),
        WRONG,
    ),
    "HMAC by the provider's public key": (
        esign_answers.signed(FIRST, worlds.provider(), worlds.said(), Wrong(hmac_key=public_pem())),
        WRONG,
    ),
    "two references": (
        esign_answers.signed(FIRST, worlds.provider(), worlds.said(), Wrong(references=2)),
        WRONG,
    ),
    "status changed after signing": (
        esign_answers.signed(
            FIRST, worlds.provider(), esign_answers.failure(FIRST, txn=worlds.TXN, at=NOW, error="E")
        ).replace(b'status="0"', b'status="1"'),
        WRONG,
    ),
    "txn changed after signing": (GOOD.replace(worlds.TXN.encode(), b"f" * 32), WRONG),
    "fake content before the signed": (with_content(b"<UserX509Certificate>AAAA</UserX509Certificate>"), WRONG),
    "a second signature": (GOOD.replace(b"</EsignResp>", signature() + b"</EsignResp>"), WRONG),
    "the signed document in another root": (
        b'<EsignResp status="1" txn="' + worlds.TXN.encode() + b'">' + BODY + b"</EsignResp>",
        WRONG,
    ),
    "the signature deeper than the root's child": (
        GOOD.replace(signature(), b"<Object>" + signature() + b"</Object>"),
        WRONG,
    ),
    "two of one id": (
        GOOD.replace(b'URI=""', b'URI="#x"').replace(b"<Signatures>", b'<Signatures Id="x"><a Id="x"></a>'),
        WRONG,
    ),
    "a reference to a part": (
        GOOD.replace(b'URI=""', b'URI="#x"').replace(b"<Signatures>", b'<Signatures Id="x">'),
        WRONG,
    ),
    "a transform that nobody knows": (
        GOOD.replace(
            b"<Transforms>",
            b'<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></Transform>',
        ),
        WRONG,
    ),
    "a canonicalisation that is not the provider's": (
        esign_answers.signed(replace(FIRST, c14n=SECOND.c14n), worlds.provider(), worlds.said()),
        WRONG,
    ),
    "an algorithm that nobody knows": (GOOD.replace(b"rsa-sha256", b"rsa-sha9000"), WRONG),
    "SHA-1": (
        esign_answers.signed(replace(FIRST, method="RSA_SHA1", digest="SHA1"), worlds.provider(), worlds.said()),
        WRONG,
    ),
    "SHA-1 in the signature alone": (
        esign_answers.signed(replace(FIRST, method="RSA_SHA1"), worlds.provider(), worlds.said()),
        WRONG,
    ),
    "SHA-1 in the digest alone": (
        esign_answers.signed(replace(FIRST, digest="SHA1"), worlds.provider(), worlds.said()),
        WRONG,
    ),
    "another transaction, truly signed": (worlds.answer(what=worlds.said(txn="f" * 32)), "esign_not_ours"),
    "no transaction, truly signed": (worlds.answer(what=worlds.said(txn="")), "esign_not_ours"),
    "two certificates, truly signed": (
        worlds.answer(
            wrong=Wrong(
                change=lambda text: text.replace(
                    "<Signatures>", "<UserX509Certificate></UserX509Certificate><Signatures>"
                )
            )
        ),
        UNREADABLE,
    ),
    "no time, truly signed": (
        worlds.answer(wrong=Wrong(change=lambda text: re.sub('ts="[^"]*"', 'ts="yesterday"', text))),
        UNREADABLE,
    ),
    "not base64, truly signed": (
        worlds.answer(wrong=Wrong(change=lambda text: text.replace("<UserX509Certificate>", "<UserX509Certificate>!"))),
        UNREADABLE,
    ),
    "elements in the base64, truly signed": (
        worlds.answer(
            wrong=Wrong(change=lambda text: text.replace("<UserX509Certificate>", "<UserX509Certificate><a></a>"))
        ),
        UNREADABLE,
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found_out_within_a_tenth_of_a_second_and_the_true_answer_still_counts(name: str) -> None:
    content, reason = FOUND[name]
    world = World()
    world.at_provider()
    world.comes(content)
    started = time.thread_time()
    waiting = world.judged()
    assert time.thread_time() - started < 0.1
    assert waiting.status is SigningStatus.AT_ESIGN_PROVIDER
    # What is larger than any answer is not even kept.
    assert world.found() == ([reason] if reason else [])
    world.comes(GOOD)
    assert world.judged().status is SigningStatus.VERIFIED


def test_comments_cut_no_text_short() -> None:
    """A comment vanishes in plain C14N: what is read is the text as it was signed, whole."""
    broken = re.sub(rb"(<UserX509Certificate>.{40})", lambda found: found[1] + b"<!--x-->", GOOD)
    assert worlds.after(broken).signing.status is SigningStatus.VERIFIED


def test_a_signed_comment_is_refused() -> None:
    """With comments in the canonical form one could stand in the signed tree, and cut a text short."""
    commented = Wrong(change=lambda text: text.replace("</UserX509Certificate>", "<!--x--></UserX509Certificate>"))
    content = worlds.answer(SECOND, worlds.said(SECOND), commented)
    assert worlds.after(content, SECOND).found() == [WRONG]


def test_without_a_pinned_certificate_nothing_holds() -> None:
    assert worlds.after(GOOD, certificates=()).found() == [WRONG]


def test_a_pinned_certificate_that_has_expired_signs_no_more() -> None:
    world = World()
    world.clock.advance(hours=24 * 800)
    transaction = world.signing.esign
    assert transaction is not None
    world.change(expires_at=world.clock.now, esign=replace(transaction, expires_at=world.clock.now))
    world.at_provider()
    world.comes(worlds.answer(at=world.clock.now))
    world.judged()
    assert world.found() == [WRONG]


def test_many_forged_answers_before_the_true_one_are_passed_over_in_one_run() -> None:
    world = World()
    world.at_provider()
    for number in range(10):
        world.comes(FORGED + b" " * number)
    world.comes(GOOD)
    assert world.judged().status is SigningStatus.VERIFIED


def test_a_flood_is_kept_within_bounds_and_costs_no_attempt() -> None:
    world = World()
    world.at_provider()
    for number in range(30):
        world.comes(FORGED + b" " * number)
    waiting = world.judged()
    assert (waiting.status, waiting.attempts, len(world.found())) == (SigningStatus.AT_ESIGN_PROVIDER, 1, 20)


def test_what_an_evil_person_signs_elsewhere_does_not_sign_here() -> None:
    """Their own true answer, with the transaction's name put in: the provider's signature breaks."""
    theirs = worlds.answer(what=worlds.said(who=Signatory("Evil Person", 1971), txn="e" * 32))
    assert worlds.after(theirs.replace(b"e" * 32, worlds.TXN.encode())).found() == [WRONG]


def test_base64_of_an_answer_is_no_answer_to_the_step() -> None:
    assert worlds.after(base64.b64encode(GOOD)).found() == [UNREADABLE]
