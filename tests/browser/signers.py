"""People who sign: somebody at a browser, who they are on the record of an IEC, and their test DSC."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from chalicelib.domain.signatures.signings import Signing
from chalicelib.suite import suite
from infra.local import people
from infra.local.certificate_profiles import Wanted
from infra.local.dscs import Dscs, Issued, Sort
from infra.local.laptop import Laptop
from infra.local.outside import playing
from infra.local.people import OnRecord
from infra.local.signing_utility import SigningUtility
from tests.browser.people import Somebody
from tests.browser.visitor import Visitor


def on_record(number: int = 0) -> OnRecord:
    """Somebody on the record of a sample IEC; the first is a proprietor."""
    return people.everybody()[number]


@dataclass
class Signer:
    """Somebody at a browser who has something to sign."""

    somebody: Somebody
    record: OnRecord
    dsc: Issued = field(init=False)

    def __post_init__(self) -> None:
        self.dsc = self.issued(Sort.INDIVIDUAL)

    # Their certificates.

    @property
    def dscs(self) -> Dscs:
        """What the console has issued."""
        found = playing().dscs
        assert found is not None
        return found

    @property
    def utility(self) -> SigningUtility:
        """The signing utility on their machine."""
        found = playing().utility
        assert found is not None
        return found

    def issued(self, sort: Sort, record: OnRecord | None = None) -> Issued:
        """A test DSC of this sort for them, or for somebody else."""
        of = record or self.record
        firm = of.entity_name if sort in (Sort.ORGANISATION, Sort.IEC) else ""
        return self.dscs.issue(sort, Wanted(common_name=of.name, pan=of.pan, organisation=firm, iec=of.iec))

    def signature(self, dsc: Issued | None = None, document: bytes | None = None) -> bytes:
        """What their signing tool makes of the document that the page shows."""
        return self.dscs.sign((dsc or self.dsc).certificate_id, self.document() if document is None else document)

    def document(self) -> bytes:
        """The file that the page saves."""
        with self.visitor.page.expect_download() as saved:
            self.find("save").click()
        return Path(saved.value.path()).read_bytes()

    # Where they are.

    @property
    def visitor(self) -> Visitor:
        return self.somebody.visitor

    @property
    def laptop(self) -> Laptop:
        return self.visitor.laptop

    def find(self, element_id: str) -> Locator:
        return self.somebody.find(element_id)

    def go(self, path: str) -> None:
        self.somebody.go(path)

    def filled_in(self) -> None:
        self.somebody.filled_in()

    @property
    def signing_id(self) -> str:
        """The signing that the page is about."""
        return self.visitor.page.url.rpartition("signing=")[2]

    @property
    def stored(self) -> Signing:
        """The signing as it is stored now."""
        found = suite().store.signing(self.signing_id)
        assert found is not None
        return found

    # What they do.

    def opens_link(self, iec: str | None = None) -> None:
        """From the page that asks for the IEC to the document."""
        self.go("/iec/link")
        self.visitor.type(iec=iec or self.record.iec)
        self.visitor.submit()
        self.at_signing("signing.heading")

    def at_signing(self, heading: str) -> None:
        """The page of what is to be signed, filled in."""
        self.filled_in()
        self.visitor.heading(heading)

    def choose(self, way: str) -> None:
        """Choose how to sign, and go on."""
        self.find(f"way-{way}").check()
        self.find("signing-way").locator("[type=submit]").click()
        self.visitor.heading(f"signing.{way}_question")

    def hand_in(self, content: bytes, name: str = "document.txt.p7s") -> None:
        """Choose a signature file and hand it in."""
        file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.find("signature").set_input_files(file)
        self.find("signing-file").locator("[type=submit]").click()

    def in_form(self, signature: bytes, form: str) -> bytes:
        """A signature as tools save it: der, base64 or pem."""
        text = base64.encodebytes(signature)
        forms = {"der": signature, "base64": text, "pem": b"-----BEGIN PKCS7-----\n" + text + b"-----END PKCS7-----\n"}
        return forms[form]

    def again(self, way: str) -> None:
        """After a refusal: back to the document, and on by this way."""
        self.find("result-actions").get_by_role("button").click()
        self.visitor.heading("signing.heading")
        self.choose(way)

    def holds(self, *dscs: Issued) -> None:
        """Their token holds these, and no other."""
        self.utility.chosen = frozenset(each.certificate_id for each in dscs)

    def sign_by_utility(self) -> None:
        """Choose the certificate that can sign, and sign."""
        self.visitor.page.locator("#certificate input:enabled").first.check()
        self.find("signing-utility").locator("[type=submit]").click()

    def revoked(self, dsc: Issued) -> None:
        """The authority revokes this certificate, and the suite learns of it."""
        self.dscs.revoke(dsc.certificate_id)
        crls_are_fetched(self.laptop)

    def refused(self, aspect: str, reason: str) -> None:
        """The page says that the signature was not accepted, and why."""
        self.visitor.heading("signing.refused_heading")
        expect(self.find("result-lead")).to_contain_text(self.visitor.word(f"signature.{reason}"))
        failed = self.visitor.page.locator("#findings .fails")
        expect(failed).to_have_count(1)
        expect(failed).to_contain_text(self.visitor.word(f"signature.aspect.{aspect}"))
        report = self.stored.report
        assert report is not None
        assert report.decisive is not None
        assert (report.decisive.aspect.value, report.decisive.reason.value) == (aspect, reason)

    # At the eSign provider.

    def goes_to_provider(self) -> None:
        """Agree, and stand at the simulated provider's page."""
        self.visitor.met.add(urlsplit(self.laptop.console_url).netloc)
        self.find("consent").check()
        self.find("signing-esign").locator("[type=submit]").click()
        expect(self.visitor.page).to_have_url(re.compile(f"^{self.laptop.console_url}/esign/"))

    def at_provider(self, outcome: str = "allow", record: OnRecord | None = None) -> None:
        """Answer the provider's page as somebody, and go back where it goes back by itself."""
        of, page = record or self.record, self.visitor.page
        page.locator("#person").select_option(f"{of.name}|{of.year_of_birth}")
        page.locator(f"[name=outcome][value={outcome}]").check()
        page.get_by_role("button").click()

    def back_at_answer(self) -> None:
        """The browser is back on the page where the answer arrives."""
        address = f"{self.laptop.site_url}/{self.visitor.language}/signing/answer?signing="
        expect(self.visitor.page).to_have_url(re.compile(f"^{re.escape(address)}"))

    def linked(self) -> None:
        """The page says that the signature was accepted, and leads to the IEC."""
        self.visitor.heading("signing.done")
        self.find("result-actions").get_by_role("link").click()
        self.visitor.at("/iec")
        self.filled_in()
        expect(self.find("linked")).to_be_visible()


def crls_get_stale(laptop: Laptop) -> None:
    """The host of the CRLs is down, and for longer than a CRL is good."""
    playing().crls.are_served = False
    laptop.clock.advance(hours=49)


def crls_are_fetched(laptop: Laptop) -> None:
    """What the suite does each half hour."""
    playing().crls.are_served = True
    laptop.run_schedules()
    laptop.wait_until_idle()


def signer(somebody: Somebody, number: int = 0) -> Signer:
    """Somebody signed in, as this person on record, with a DSC of theirs."""
    return Signer(somebody, on_record(number))
