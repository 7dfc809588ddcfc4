"""The users of an IEC in a real browser: who may do what, one deed a page, invitations, the signed history."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import TakeMembership, WriteIecUser, WriteSigning
from chalicelib.domain.iec.user_changes import ChangeKind, describing
from chalicelib.domain.iec.users import INVITATION_LIFETIME, IecRole, IecUser, IecUserStatus, Membership
from chalicelib.domain.signatures.report import report
from chalicelib.domain.signatures.signings import (
    LIFETIME,
    EvidenceKept,
    Purpose,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from infra.local.people import OnRecord
from tests.browser.people import Somebody, Visit, account_in_store, signed_in
from tests.browser.signers import Signer
from tests.browser.visitor import DESK, NARROW, PASSWORD
from tests.domain.iec.world import link_of
from tests.journeys.firms import Firm, new_firm

BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


@pytest.fixture
def firm(laptop: Laptop) -> Firm:
    return new_firm(laptop)


def put(
    firm: Firm, role: IecRole, account_id: str | None = None, *, is_linked: bool = True, **changed: object
) -> IecUser:
    """A user of the firm, as signatures of earlier days made them."""
    if account_id is None:
        account, _ = account_in_store(name=f"Ravi {role.value.title()}")
    else:
        account = stored(account_id)
    now = suite().clock()
    user = IecUser(
        iec=firm.iec,
        user_id=sessions.new_id(),
        name=account.name,
        email=account.contact.email,
        role=role,
        status=IecUserStatus.ACTIVE,
        since=now,
        account_id=account.account_id,
        link=link_of(account.account_id, now) if is_linked else None,
    )
    user = replace(user, **changed)  # type: ignore[arg-type]
    suite().store.write(WriteIecUser(user), TakeMembership(Membership(account.account_id, firm.iec, user.user_id)))
    return user


def stored(account_id: str) -> Account:
    found = suite().store.account(account_id)
    assert found is not None
    return found


def invited(firm: Firm, email: str, role: IecRole = IecRole.PREPARER, invited_by: str | None = None) -> IecUser:
    now = suite().clock()
    user = IecUser(
        iec=firm.iec,
        user_id=sessions.new_id(),
        name="Esha Rao",
        email=email,
        role=role,
        status=IecUserStatus.INVITED,
        since=now,
        invited_by=invited_by,
        invitation_expires_at=now + INVITATION_LIFETIME,
    )
    suite().store.write(WriteIecUser(user))
    return user


def signed(firm: Firm, maker: IecUser, kind: ChangeKind, target: IecUser, status: SigningStatus) -> None:
    """A change that was signed, and what came of it."""
    now, signing_id = suite().clock(), sessions.new_id()
    evidence = EvidenceKept(f"evidence/{signing_id}/{'cd' * 32}.zip", "cd" * 32)
    signing = Signing(
        signing_id=signing_id,
        purpose=Purpose.CHANGE_IEC_USERS,
        owner=account_key(maker.account_id or ""),
        iec=firm.iec,
        document="",
        document_sha256="ab" * 32,
        nonce=signing_id,
        methods=(SignatureMethod.DSC,),
        language="en",
        status=status,
        created_at=now,
        expires_at=now + LIFETIME,
        subject_id=signing_id,
        subject=describing(signing_id, kind, maker, target).subject,
        submission=Submission(SignatureMethod.DSC, "submissions/x", "ab" * 32, now),
        report=report((), now, "ab" * 32),
        evidence=evidence,
        why="iec_user_conflict" if status is SigningStatus.REFUSED else None,
        ended_at=now,
    )
    suite().store.write(WriteSigning(signing))


def owner_at(visit: Visit, firm: Firm, language: str = "en", width: int = DESK) -> tuple[Somebody, IecUser]:
    """An owner of the firm at a browser."""
    owner = signed_in(visit, language, width)
    return owner, put(firm, IecRole.OWNER, owner.account_id)


def named(page: Page, name: str) -> Locator:
    return page.locator("#users tr").filter(has_text=name)


class TestWhoMayDoWhat:
    @BOTH
    def test_the_page_is_a_table_at_every_width(self, visit: Visit, firm: Firm, language: str, width: int) -> None:
        owner, me = owner_at(visit, firm, language, width)
        for role in (IecRole.MANAGER, IecRole.SIGNATORY, IecRole.VIEWER):
            put(firm, role, status=IecUserStatus.SUSPENDED if role is IecRole.VIEWER else IecUserStatus.ACTIVE)
        someone = invited(firm, "esha@people.example")
        owner.go("/iec/users")
        word, page = owner.visitor.word, owner.visitor.page
        expect(page.get_by_role("table", name=word("iec_users.table")).get_by_role("row")).to_have_count(6)
        expect(page.get_by_role("table", name=word("iec_users.rights")).get_by_role("row")).to_have_count(6)
        expect(named(page, word("iec_users.me", name=me.name))).to_contain_text(word("iec_role.owner"))
        expect(named(page, someone.name)).to_contain_text(someone.email)
        managers = page.locator("#roles tr").filter(has=page.get_by_role("rowheader", name=word("iec_role.manager")))
        yes, no = word("iec_users.yes"), word("iec_users.no")
        told = [cell.locator("> span").last.inner_text() for cell in managers.get_by_role("cell").all()]
        assert told == [yes, yes, no, yes, no]
        owner.visitor.check("iec-users")
        named(page, someone.name).get_by_role("link").click()
        owner.filled_in()
        expect(owner.find("heading")).to_have_text(someone.name)
        expect(owner.find("deeds").get_by_role("link")).to_have_count(2)
        owner.visitor.check("iec-user")

    def test_a_viewer_sees_and_is_offered_nothing(self, visit: Visit, firm: Firm) -> None:
        put(firm, IecRole.OWNER)
        viewer = signed_in(visit)
        other = put(firm, IecRole.PREPARER)
        put(firm, IecRole.VIEWER, viewer.account_id)
        viewer.go("/iec/users")
        expect(viewer.find("invite")).to_be_hidden()
        viewer.go(f"/iec/user#{other.user_id}")
        expect(viewer.find("nothing")).to_have_text(viewer.visitor.word("iec_user.nothing"))

    def test_who_has_no_signature_is_told_how_to_come_by_one(self, visit: Visit, firm: Firm) -> None:
        put(firm, IecRole.OWNER)
        manager = signed_in(visit, "hi", NARROW)
        put(firm, IecRole.MANAGER, manager.account_id, is_linked=False)
        manager.go("/iec/users")
        expect(manager.find("need-heading")).to_have_text(manager.visitor.word("iec_users.need_link"))
        expect(manager.find("invite")).to_be_hidden()
        manager.visitor.check("iec-users-need")
        manager.find("need-go").click()
        manager.visitor.at("/iec/link")

    def test_the_last_owner_is_told_why_they_cannot_leave(self, visit: Visit, firm: Firm) -> None:
        owner, me = owner_at(visit, firm)
        owner.go(f"/iec/user#{me.user_id}")
        expect(owner.find("nothing")).to_have_text(owner.visitor.word("iec_user.last_owner"))
        expect(owner.find("deeds").get_by_role("link")).to_have_count(0)

    def test_a_suspended_user_gets_nowhere(self, visit: Visit, firm: Firm) -> None:
        viewer = signed_in(visit)
        put(firm, IecRole.VIEWER, viewer.account_id, status=IecUserStatus.SUSPENDED)
        viewer.visitor.go("/iec/users")
        viewer.visitor.heading("refusal.not_permitted.title")


DEEDS: dict[str, Callable[[Firm], IecUser]] = {
    "invite_again": lambda firm: invited(firm, "esha@people.example"),
    "change_role": lambda firm: put(firm, IecRole.PREPARER),
    "suspend": lambda firm: put(firm, IecRole.PREPARER),
    "reactivate": lambda firm: put(firm, IecRole.PREPARER, status=IecUserStatus.SUSPENDED),
    "remove": lambda firm: put(firm, IecRole.PREPARER),
    "offer_ownership": lambda firm: put(firm, IecRole.MANAGER),
}


class TestOneDeedAPage:
    @pytest.mark.parametrize("deed", DEEDS)
    def test_it_says_what_follows_and_leads_to_the_signature(self, visit: Visit, firm: Firm, deed: str) -> None:
        language, width = ("hi", NARROW) if deed in {"suspend", "offer_ownership"} else ("en", DESK)
        owner, _ = owner_at(visit, firm, language, width)
        target, word = DEEDS[deed](firm), owner.visitor.word
        owner.go(f"/iec/user#{target.user_id}")
        owner.find("deeds").get_by_role("link", name=word(f"iec_deed.{deed}_name"), exact=True).click()
        owner.visitor.heading(f"iec_deed.{deed}")
        expect(owner.visitor.page).to_have_title(re.compile(f"^{re.escape(word(f'iec_deed.{deed}'))}"))
        expect(owner.find("follows")).to_contain_text(target.name)
        if deed == "change_role":
            expect(owner.find("role-preparer")).to_have_count(0)
            owner.visitor.submit()
            owner.visitor.summary(word("iec_user.role_required"))
            owner.find("role-viewer").check()
        owner.visitor.check(f"iec-user-{deed}")
        owner.visitor.submit()
        owner.filled_in()
        expect(owner.find("document")).to_contain_text(target.email)
        expect(owner.find("purpose")).to_have_text(word("signing.of_change_iec_users"))

    def test_what_was_typed_is_not_lost(self, visit: Visit, firm: Firm) -> None:
        owner, _ = owner_at(visit, firm)
        there = invited(firm, "esha@people.example")
        owner.go("/iec/user#invite")
        owner.visitor.submit()
        for field in ("name", "email", "role"):
            sentence = owner.visitor.word(f"iec_user.{field}_required")
            expect(owner.find(f"{field}-error")).to_contain_text(sentence)
        owner.visitor.type(name="Ravi Kumar", email=there.email)
        owner.find("role-viewer").check()
        owner.visitor.submit()
        owner.visitor.wrong("email", owner.visitor.word("field.email_is_user"))
        owner.visitor.check("iec-user-refused")
        owner.visitor.page.reload()
        owner.filled_in()
        expect(owner.find("name")).to_have_value("Ravi Kumar")
        expect(owner.find("role-viewer")).to_be_checked()

    def test_an_invitation_by_keyboard_alone(self, visit: Visit, firm: Firm) -> None:
        owner, _ = owner_at(visit, firm)
        owner.go("/iec/users")
        page = owner.visitor.page
        owner.find("invite").focus()
        page.keyboard.press("Enter")
        owner.visitor.heading("iec_deed.invite")
        owner.filled_in()
        owner.find("name").focus()
        page.keyboard.type("Ravi Kumar")
        page.keyboard.press("Tab")
        page.keyboard.type("ravi@people.example")
        page.keyboard.press("Tab")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        expect(owner.find("role-preparer")).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(owner.find("document")).to_contain_text("I invite Ravi Kumar (ravi@people.example)")

    def test_what_is_no_longer_open_is_told(self, visit: Visit, firm: Firm) -> None:
        owner, _ = owner_at(visit, firm)
        target = put(firm, IecRole.VIEWER)
        owner.visitor.go(f"/iec/user#{target.user_id}/reactivate")
        owner.visitor.heading("iec_user.gone")

    def test_the_other_language_is_of_the_same_deed(self, visit: Visit, firm: Firm) -> None:
        owner, _ = owner_at(visit, firm)
        target = put(firm, IecRole.VIEWER)
        owner.go(f"/iec/user#{target.user_id}/suspend")
        owner.find("language").click()
        owner.visitor.language = "hi"
        owner.visitor.heading("iec_deed.suspend")


class TestInvitation:
    @BOTH
    def test_somebody_without_a_session_is_told_the_way(
        self, visit: Visit, firm: Firm, language: str, width: int
    ) -> None:
        account, _ = account_in_store(authenticator=False)
        user = invited(firm, account.contact.email, invited_by=put(firm, IecRole.OWNER).user_id)
        person = visit(language, width)
        person.go(f"/iec/invitation?id={user.user_id}")
        expect(person.find("first-heading")).to_be_visible()
        person.check("iec-invitation-first")
        person.find("to-sign-in").click()
        person.at("/sign-in")
        person.sign_in(account.username, PASSWORD)
        person.at("/sign-in/second-factor")
        person.find("way-email").check()
        person.page.locator("#choose [type=submit]").click()
        expect(person.find("code")).to_be_visible()
        person.type(code=Somebody(account.account_id, person).code(account.contact.email))
        person.page.locator("#second-factor [type=submit]").click()
        person.at(f"/iec/invitation?id={user.user_id}")
        expect(person.find("firm")).to_have_text(firm.record.entity_name)
        expect(person.find("role")).to_have_text(person.word("iec_role.preparer"))
        person.check("iec-invitation")
        person.submit()
        person.at("/iec")
        expect(person.find("why")).to_have_text(person.word("iec_invitation.done", firm=firm.record.entity_name))

    def test_the_wrong_person_learns_nothing(self, visit: Visit, firm: Firm) -> None:
        user = invited(firm, "esha@people.example")
        stranger = signed_in(visit)
        stranger.visitor.go(f"/iec/invitation?id={user.user_id}")
        stranger.visitor.heading("refusal.invitation_not_valid.title")
        expect(stranger.visitor.page.locator("main")).not_to_contain_text(firm.record.entity_name)
        stranger.visitor.check("iec-invitation-wrong")
        stranger.visitor.go("/iec/invitation?id=nonsense")
        stranger.visitor.heading("refusal.invitation_not_valid.title")


class TestHistory:
    @BOTH
    def test_who_when_and_how_at_every_width(self, visit: Visit, firm: Firm, language: str, width: int) -> None:
        owner, me = owner_at(visit, firm, language, width)
        manager, viewer = put(firm, IecRole.MANAGER), put(firm, IecRole.VIEWER)
        signed(firm, me, ChangeKind.SUSPEND, viewer, SigningStatus.DONE)
        signed(firm, manager, ChangeKind.REMOVE, viewer, SigningStatus.REFUSED)
        owner.go("/iec/history")
        word, entries = owner.visitor.word, owner.find("entries").get_by_role("row")
        expect(entries).to_have_count(2)
        done = entries.filter(has=owner.visitor.page.get_by_role("button"))
        expect(done).to_have_count(1)
        expect(done).to_contain_text(viewer.email)
        late = entries.filter(has_text=word("refusal.iec_user_conflict.title"))
        expect(late).to_contain_text(manager.name)
        expect(late).to_contain_text(word("iec_history.not_yours"))
        owner.visitor.check("iec-history")


class TestAStory:
    def test_a_partner_links_invites_under_signature_and_finds_it_in_the_history(
        self, visit: Visit, firm: Firm
    ) -> None:
        person = firm.record.persons[0]
        record = OnRecord(person.name, person.pan, "partner", firm.record.entity_name, firm.iec, person.born_on.year)
        owner = Signer(signed_in(visit), record)
        owner.opens_link()
        owner.choose("file")
        owner.hand_in(owner.signature())
        owner.linked()
        owner.go("/iec/user#invite")
        owner.visitor.type(name="Ravi Kumar", email="ravi.kumar@people.example")
        owner.find("role-preparer").check()
        owner.visitor.submit()
        owner.at_signing("signing.heading")
        owner.choose("file")
        owner.hand_in(owner.signature())
        owner.visitor.heading("signing.done")
        owner.find("result-actions").get_by_role("link").click()
        owner.visitor.at("/iec/users")
        owner.filled_in()
        expect(named(owner.visitor.page, "Ravi Kumar")).to_contain_text("ravi.kumar@people.example")
        owner.go("/iec/history")
        entries = owner.find("entries").get_by_role("row")
        expect(entries).to_have_count(2)
        expect(entries.first).to_contain_text("I invite Ravi Kumar (ravi.kumar@people.example)")
        expect(entries.first).to_contain_text(person.name)
        owner.visitor.met.add(suite().documents.download_url("x", "y").split("/")[2])
        with owner.visitor.page.expect_download() as saved:
            entries.first.get_by_role("button").click()
        assert saved.value.suggested_filename.startswith("pravesh-evidence-")
