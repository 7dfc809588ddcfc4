"""Signing in a real browser: every way, every refusal in words that one can act on, and bad luck."""

import re

import pytest
from playwright.sync_api import WebSocketRoute, expect

from chalicelib.domain.signatures.signings import SigningStatus
from infra.local import people
from infra.local.dscs import Sort
from infra.local.laptop import Laptop
from infra.local.signing_utility import Behaviour
from tests.browser.people import Visit, signed_in
from tests.browser.signers import Signer, crls_are_fetched, crls_get_stale, signer
from tests.browser.visitor import DESK, NARROW
from tests.journeys.walking import eventually, until_it_waits

BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


@pytest.fixture
def person(visit: Visit) -> Signer:
    """A proprietor who has a link to sign."""
    one = signer(signed_in(visit))
    one.opens_link()
    return one


class TestByFile:
    def test_the_file_holds_exactly_what_is_signed(self, person: Signer) -> None:
        person.choose("file")
        assert person.document() == person.stored.document.encode()
        expect(person.find("saved")).to_contain_text(".txt")

    @pytest.mark.parametrize("form", ["der", "base64", "pem"])
    def test_der_base64_and_pem_are_taken(self, person: Signer, form: str) -> None:
        person.choose("file")
        signature = person.signature()
        person.hand_in(person.in_form(signature, form))
        person.linked()

    @BOTH
    def test_what_is_no_signature_is_refused_before_it_is_sent(self, visit: Visit, language: str, width: int) -> None:
        one = signer(signed_in(visit, language, width))
        one.opens_link()
        one.choose("file")
        document, visitor = one.document(), one.visitor
        sent: list[str] = []
        visitor.page.on("request", lambda request: sent.append(request.method) if request.method == "PUT" else None)
        one.find("signing-file").locator("[type=submit]").click()
        visitor.summary(visitor.word("signing.file_required"))
        for content, name, key in (
            (b"", "empty.p7s", "file_empty"),
            (b"\xff" * 70_000, "large.p7s", "file_too_large"),
            (b"0\x82", "key.pfx", "file_is_key"),
            (b"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", "key.pem", "file_is_key"),
            (document, "statement.p7s", "file_is_document"),
            (b"%PDF-1.7\n", "signed.p7s", "file_is_pdf"),
        ):
            one.hand_in(content, name)
            visitor.summary(visitor.word(f"signing.{key}"))
            visitor.wrong("signature", visitor.word(f"signing.{key}"))
        visitor.check("signing-file-refused")
        assert sent == []

    def test_a_file_that_is_nothing_is_told_as_unreadable(self, person: Signer) -> None:
        person.choose("file")
        person.hand_in(b"nothing that anybody could read")
        person.refused("intact", "unreadable")


class TestRefusals:
    @pytest.mark.parametrize(
        ("sort", "aspect", "reason"),
        [
            (Sort.ENCRYPTION, "policy", "key_usage_not_signing"),
            (Sort.EXPIRED, "chain", "certificate_expired"),
            (Sort.NOT_YET_VALID, "chain", "certificate_not_yet_valid"),
            (Sort.CLASS_1, "policy", "class_not_accepted"),
            (Sort.UNKNOWN_AUTHORITY, "chain", "issuer_unknown"),
        ],
    )
    def test_a_certificate_that_will_not_do(self, person: Signer, sort: Sort, aspect: str, reason: str) -> None:
        person.choose("file")
        person.hand_in(person.signature(person.issued(sort)))
        person.refused(aspect, reason)

    @BOTH
    def test_somebody_elses_certificate_and_then_ones_own(self, visit: Visit, language: str, width: int) -> None:
        one = signer(signed_in(visit, language, width))
        one.opens_link()
        one.choose("file")
        stranger = people.everybody()[-1]
        one.hand_in(one.signature(one.issued(Sort.INDIVIDUAL, stranger)))
        one.refused("binding", "not_of_this_iec")
        # Whose IEC it is, is told to nobody.
        expect(one.visitor.page.locator("main")).not_to_contain_text(one.record.entity_name)
        expect(one.find("heading")).to_be_focused()
        one.visitor.check("signing-refused")
        one.find("result-actions").get_by_role("button").click()
        one.visitor.heading("signing.heading")
        one.choose("file")
        one.hand_in(one.signature())
        one.linked()

    def test_another_document(self, person: Signer) -> None:
        person.choose("file")
        person.hand_in(person.signature(document=person.document().replace(b"\n", b"\r\n")))
        person.refused("intact", "another_document")

    def test_a_revoked_certificate(self, person: Signer) -> None:
        person.choose("file")
        person.revoked(person.dsc)
        person.hand_in(person.signature())
        person.refused("revocation", "revoked")

    def test_five_tries_and_no_more(self, person: Signer) -> None:
        person.choose("file")
        for left in (4, 3, 2):
            person.hand_in(b"no signature %d" % left)
            person.refused("intact", "unreadable")
            expect(person.find("result-lead")).to_contain_text(person.visitor.word("signing.tries", count=left))
            person.again("file")
        person.hand_in(b"no signature 1")
        expect(person.find("result-lead")).to_contain_text(person.visitor.word("signing.tries_one"))
        person.again("file")
        person.hand_in(b"no signature 0")
        person.visitor.heading("signing.refused_over")
        person.find("result-actions").get_by_role("link").click()
        person.visitor.at("/iec/link")

    def test_too_late(self, person: Signer) -> None:
        person.choose("file")
        signature = person.signature()
        person.laptop.clock.advance(minutes=10, seconds=1)
        person.hand_in(signature)
        person.visitor.heading("refusal.signing_expired.title")
        person.visitor.check("signing-expired")
        person.find("result-actions").get_by_role("link").click()
        person.visitor.at("/iec/link")

    def test_what_is_not_ones_own_is_not_there(self, person: Signer, visit: Visit) -> None:
        other = signed_in(visit)
        other.visitor.go(f"/signing?signing={person.signing_id}")
        other.visitor.heading("refusal.not_found.title")

    def test_an_address_without_a_document_leads_on(self, person: Signer) -> None:
        person.visitor.go("/signing")
        person.visitor.heading("signing.lost")


class TestRevocationData:
    def test_what_cannot_be_known_yet_waits_and_goes_on_by_itself(self, visit: Visit, laptop: Laptop) -> None:
        crls_get_stale(laptop)
        one = signer(signed_in(visit))
        one.opens_link()
        one.choose("file")
        one.hand_in(one.signature())
        one.visitor.heading("signing.waits_heading")
        expect(one.visitor.page.locator("#findings .unknown")).to_have_count(1)
        one.visitor.check("signing-waits")
        assert one.stored.status is SigningStatus.AWAITING_REVOCATION
        # The same person looks again on a phone.
        phone = visit("hi", NARROW)
        one.somebody.sign_in_here(visitor=phone)
        phone.go(f"/signing?signing={one.signing_id}")
        phone.heading("signing.waits_heading")
        phone.check("signing-waits")
        crls_are_fetched(laptop)
        until_it_waits(laptop, one.signing_id)
        laptop.clock.advance(seconds=61)
        # The page looks but each 15 s.
        eventually(lambda: one.stored.status is SigningStatus.DONE or None, lambda: one.stored)
        one.visitor.page.reload()
        one.linked()


class TestByUtility:
    @BOTH
    def test_links_with_the_certificate_that_is_chosen(self, visit: Visit, language: str, width: int) -> None:
        one = signer(signed_in(visit, language, width))
        twin = one.issued(Sort.ENCRYPTION)
        one.opens_link()
        one.holds(one.dsc, twin)
        one.choose("utility")
        expect(one.find("utility-status")).to_have_text(one.visitor.word("signing.utility_found", count=2))
        # The twin is told of, so that nobody looks for it, but cannot be chosen.
        expect(one.visitor.page.locator("#certificate input:disabled")).to_have_count(1)
        one.visitor.check("signing-utility")
        one.sign_by_utility()
        one.linked()

    @pytest.mark.parametrize(
        "behaviour", [Behaviour.CANCEL, Behaviour.WRONG_PIN, Behaviour.LOCKED, Behaviour.TOKEN_GONE]
    )
    def test_what_its_user_does_is_told(self, person: Signer, behaviour: Behaviour) -> None:
        person.holds(person.dsc)
        person.utility.behaviour = behaviour
        person.choose("utility")
        person.sign_by_utility()
        person.visitor.summary(person.visitor.word(f"utility.{behaviour.value}"))
        assert person.stored.attempts == 0
        person.utility.behaviour = Behaviour.SIGN
        person.sign_by_utility()
        person.linked()

    def test_a_utility_that_ends_is_looked_for_again(self, person: Signer) -> None:
        person.holds(person.dsc)
        person.utility.behaviour = Behaviour.HANG_UP
        person.choose("utility")
        person.sign_by_utility()
        person.visitor.summary(person.visitor.word("utility.ended"))
        person.utility.behaviour = Behaviour.SIGN
        person.find("utility-again").click()
        person.sign_by_utility()
        person.linked()

    def test_one_that_signs_something_else_is_found_out(self, person: Signer) -> None:
        person.holds(person.dsc)
        person.utility.behaviour = Behaviour.ANOTHER_DOCUMENT
        person.choose("utility")
        person.sign_by_utility()
        person.refused("intact", "another_document")

    def test_a_token_without_a_certificate_is_told(self, person: Signer) -> None:
        person.holds()
        person.choose("utility")
        expect(person.find("utility-status")).to_have_text(person.visitor.word("utility.no_certificates"))
        person.holds(person.dsc)
        person.find("utility-again").click()
        person.sign_by_utility()
        person.linked()

    @BOTH
    def test_none_that_runs_is_told_with_what_to_do(self, visit: Visit, language: str, width: int) -> None:
        one = signer(signed_in(visit, language, width))

        def not_there(route: WebSocketRoute) -> None:
            """Nobody listens."""
            route.close()

        one.visitor.page.route_web_socket(re.compile("^ws://127"), not_there)
        one.opens_link()
        one.choose("utility")
        status = one.find("utility-status")
        expect(status).to_have_attribute("data-tone", "bad")
        expect(one.find("utility-trouble")).to_be_visible()
        one.visitor.check("signing-utility-not-running")
        one.find("other-way").click()
        one.visitor.heading("signing.heading")

    def test_nothing_but_the_utility_can_be_connected_to(self, person: Signer) -> None:
        outcome = person.visitor.page.evaluate(
            "new Promise(done => { addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));"
            " try { new WebSocket('ws://127.0.0.1:9') } catch { } })"
        )
        assert outcome == "connect-src"
        person.visitor.troubles.clear()


class TestManners:
    def test_back_leads_to_the_choice(self, person: Signer) -> None:
        person.choose("file")
        person.visitor.page.go_back()
        person.visitor.heading("signing.heading")
        person.visitor.page.go_forward()
        person.visitor.heading("signing.file_question")

    def test_the_language_switch_keeps_the_document(self, person: Signer) -> None:
        document = person.stored.document
        person.find("language").click()
        person.visitor.language = "hi"
        person.at_signing("signing.heading")
        expect(person.find("document")).to_have_text(document)
        expect(person.find("document")).to_have_attribute("lang", "en")

    def test_reload_goes_on_from_where_it_stands(self, person: Signer) -> None:
        person.choose("file")
        person.hand_in(b"no signature")
        person.refused("intact", "unreadable")
        person.visitor.page.reload()
        person.refused("intact", "unreadable")

    def test_who_does_not_want_to_sign_closes_the_document(self, person: Signer) -> None:
        person.find("cancel").click()
        person.visitor.heading("signing.cancelled_heading")
        assert person.stored.status is SigningStatus.CANCELLED
        person.find("result-actions").get_by_role("link").click()
        person.visitor.at("/iec")

    def test_the_clock_speaks_when_a_minute_is_left(self, person: Signer) -> None:
        person.visitor.context.clock.install()
        person.visitor.page.reload()
        person.filled_in()
        expect(person.find("clock-left")).to_have_text("10 minutes left")
        expect(person.find("clock-said")).to_have_text("")
        person.visitor.page.clock.run_for(9 * 60_000)
        expect(person.find("clock-said")).to_have_text("1 minute left")

    def test_an_altered_document_is_not_to_be_signed(self, person: Signer) -> None:
        person.visitor.page.route(
            "**/signings/*",
            lambda route: route.fulfill(
                response=(answer := route.fetch()), json={**answer.json(), "document": "Something else."}
            ),
        )
        person.visitor.page.reload()
        person.visitor.heading("signing.damaged")
