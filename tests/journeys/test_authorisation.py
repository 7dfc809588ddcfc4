"""Every route with every standing, half-way sessions, stale seconds and strangers' objects, generated from the rules.

A route without a rule cannot be declared; a rule without a route fails here.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chalice.app import Blueprint

import app
from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role
from chalicelib.domain.accounts.owners import Owner, icegate_key, owner_key
from chalicelib.domain.accounts.security import Authenticator, Method, Security
from chalicelib.domain.authorisation import RULES, Access, Condition, Standing, standing_of
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, WriteOwner, WriteSession
from chalicelib.domain.contacts import Contact
from chalicelib.domain.departments.changes import TakeIssuerId, WriteDepartment
from chalicelib.domain.departments.departments import Department, DepartmentRole, DepartmentStatus
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.sealing import Sealed
from chalicelib.domain.sessions import Level
from chalicelib.handlers import bodies, operations
from chalicelib.handlers.bodies import fields_of
from chalicelib.handlers.operations import OPERATIONS, Answer, Asked, Operation
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply

DENIALS = {
    "session_required",
    "session_expired",
    "second_factor_required",
    "not_permitted",
    "authenticator_required",
    "mobile_confirmation_required",
    "step_up_required",
}
ROLES = {
    Standing.IMPORTER_EXPORTER: Role.IMPORTER_EXPORTER,
    Standing.OFFICER: Role.OFFICER,
    Standing.SUPERVISOR: Role.SUPERVISOR,
    Standing.ADMINISTRATOR: Role.ADMINISTRATOR,
    Standing.DEPARTMENT_OFFICER: Role.DEPARTMENT_OFFICER,
}
STAFF = [Standing.OFFICER, Standing.SUPERVISOR, Standing.ADMINISTRATOR, Standing.DEPARTMENT_OFFICER]
_numbers = itertools.count(1)


def named(made: Operation) -> str:
    return made.name


WITH_SESSION = [made for made in OPERATIONS if made.rule.access in {Access.SESSION, Access.DEPARTMENT}]
WITH_FLOW = [made for made in OPERATIONS if made.rule.access is Access.FLOW]
OPEN = [made for made in OPERATIONS if made.rule.access in {Access.OPEN, Access.ANY_SESSION}]
BY_SESSION = pytest.mark.parametrize("made", WITH_SESSION, ids=named)


def contact(number: int) -> Contact:
    return Contact(EmailAddress(f"person{number}@dgft.gov.in"), Mobile(f"+9198{number:08}"))


def owner_of(standing: Standing, **changed: Any) -> Owner:
    """A new owner of this standing, in the store, with everything in order unless `changed` says otherwise."""
    number, now = next(_numbers), suite().clock()
    if standing is Standing.ICEGATE_REGISTRANT:
        return _registrant(number)
    is_staff = standing in STAFF
    sealed = Authenticator(Sealed("none", b"0" * 12, b"0" * 36), now)
    account = Account(
        account_id=sessions.new_id(),
        role=ROLES[standing],
        status=AccountStatus.ACTIVE,
        username=f"person{number}",
        name=f"Person {number}",
        contact=contact(number),
        password_hash="none",
        language="en",
        created_at=now,
        email_confirmed_at=now,
        mobile_confirmed_at=now,
        post=Post("03", "system", now, now, joined_at=now) if is_staff else None,
        security=Security(authenticator=sealed if is_staff else None),
    )
    account = replace(account, **changed)
    revision = suite().store.write(WriteOwner(account))
    return replace(account, revision=revision)


def _registrant(number: int) -> IcegateAccount:
    now = suite().clock()
    hold = Hold(IcegateId(f"walker{number}"), Iec("ZZZCZ9999Z"), f"walk{number}", now + timedelta(hours=1))
    account = IcegateAccount(
        icegate_id=hold.icegate_id,
        iec=hold.iec,
        gstin=Gstin("33ZZZCZ9999Z1ZQ"),
        legal_name="Zenith Coir",
        contact=contact(number),
        kind=RegistrationKind.SIMPLIFIED,
        password_hash="none",
        language="en",
        registration_id=hold.registration_id,
        registered_at=now,
    )
    suite().store.write(HoldIcegateId(hold, now))
    suite().store.write(OpenAccount(account))
    stored = suite().store.owner(icegate_key(account.icegate_id))
    assert isinstance(stored, IcegateAccount)
    return stored


def token_of(owner: Owner, level: Level = Level.FULL, *, is_fresh: bool = True) -> str:
    """The token of a new session of this owner."""
    token, now = sessions.new_token(), suite().clock()
    session = sessions.opened(token, owner_key(owner), owner.security.generation, level, "Firefox, Linux", now)
    if is_fresh and level is Level.FULL:
        session = replace(session, checked_at=now, checked_by=Method.MOBILE_CODE)
    suite().store.write(WriteSession(session))
    return token


def path_of(made: Operation, object_id: str | None = None) -> str:
    """The route's path with an id of ours in each place for one."""
    parts = [(object_id or sessions.new_id()) if part.startswith("{") else part for part in made.path.split("/")]
    return "/".join(parts)


def ask(laptop: Laptop, made: Operation, token: str | None, object_id: str | None = None) -> Reply:
    return Client(laptop.site_url).call(made.method, path_of(made, object_id), token=token)


def is_refused_to_staff(made: Operation, standing: Standing, reply: Reply) -> bool:
    """Whether the rule let staff in and the domain says no: an authenticator is mandatory for them."""
    of_authenticator = {"remove_authenticator", "replace_lost_authenticator", "report_authenticator_lost"}
    return reply.code == "not_permitted" and standing in STAFF and made.name in of_authenticator


def test_every_operation_has_its_rule_and_every_rule_its_operation() -> None:
    assert sorted(made.name for made in OPERATIONS) == sorted(RULES)


def test_every_route_is_an_operation_with_a_rule_or_a_page() -> None:
    operated = {(made.path, made.method) for made in OPERATIONS}
    pages = [path for path in app.app.routes if path == "/" or path.startswith(("/{language}", "/assets/"))]
    for path, methods in app.app.routes.items():
        for method in methods:
            assert (path, method) in operated or (path in pages and method == "GET"), (method, path)


def test_a_route_without_a_rule_cannot_be_declared() -> None:
    def peek_at_everything(asked: Asked[None]) -> Answer:
        raise AssertionError(asked)

    before = list(OPERATIONS)
    with pytest.raises(KeyError):
        operations.operation(Blueprint("nowhere"), "GET /everything", "Peek", answers={})(peek_at_everything)
    assert before == OPERATIONS


@BY_SESSION
def test_without_a_session_nothing_opens(laptop: Laptop, made: Operation) -> None:
    for token in (None, sessions.new_token()):
        refused = ask(laptop, made, token)
        assert (refused.status, refused.code) == (401, "session_required")


@BY_SESSION
def test_a_password_alone_opens_only_what_leads_to_the_second_factor(laptop: Laptop, made: Operation) -> None:
    for standing in Standing:
        reply = ask(laptop, made, token_of(owner_of(standing), Level.PASSWORD))
        if made.rule.half_way:
            assert reply.code not in DENIALS or is_refused_to_staff(made, standing, reply), standing
        else:
            assert (reply.status, reply.code) == (401, "second_factor_required"), standing


@BY_SESSION
def test_each_standing_may_what_the_table_says(laptop: Laptop, made: Operation) -> None:
    for standing in Standing:
        reply = ask(laptop, made, token_of(owner_of(standing)))
        if standing not in made.rule.who:
            assert (reply.status, reply.code) == (403, "not_permitted"), standing
        else:
            assert reply.code not in DENIALS or is_refused_to_staff(made, standing, reply), standing


@BY_SESSION
def test_what_is_sensitive_asks_for_a_fresh_second_factor(laptop: Laptop, made: Operation) -> None:
    for standing in sorted(made.rule.who):
        reply = ask(laptop, made, token_of(owner_of(standing), is_fresh=False))
        if made.rule.fresh:
            assert (reply.status, reply.code) == (403, "step_up_required"), standing
        else:
            assert reply.code != "step_up_required", standing


@BY_SESSION
def test_staff_must_put_their_own_account_in_order_first(laptop: Laptop, made: Operation) -> None:
    long_ago = suite().clock() - timedelta(days=180)
    for standing in STAFF:
        if standing not in made.rule.who:
            continue
        for changed, code in (
            ({"security": Security()}, "authenticator_required"),
            ({"mobile_confirmed_at": long_ago}, "mobile_confirmation_required"),
            ({"mobile_confirmed_at": None}, "mobile_confirmation_required"),
        ):
            reply = ask(laptop, made, token_of(owner_of(standing, **changed)))
            if made.rule.own_affairs:
                assert reply.code not in {"authenticator_required", "mobile_confirmation_required"}
            else:
                assert (reply.status, reply.code) == (403, code), standing


@pytest.mark.parametrize(
    "status", [AccountStatus.INVITED, AccountStatus.SUSPENDED, AccountStatus.DEPARTED, AccountStatus.CLOSED]
)
def test_a_session_of_an_account_that_is_not_active_is_none(laptop: Laptop, status: AccountStatus) -> None:
    for standing in STAFF:
        token = token_of(owner_of(standing, status=status))
        refused = Client(laptop.site_url).call("GET", "/sessions/current", token=token)
        assert (refused.status, refused.code) == (401, "session_required")


# What a body must hold for the object to be looked for at all.
_BODIES: dict[str, dict[str, object]] = {
    "verify_contact_change": {"code": "123456"},
    "hand_in_signature": {"signature": "MAA="},
    "begin_esign": {"consent": True},
}


@pytest.mark.parametrize(
    "made", [made for made in WITH_SESSION if made.rule.condition is Condition.OWN and "{" in made.path], ids=named
)
def test_a_strangers_object_is_told_like_one_that_is_not(laptop: Laptop, made: Operation) -> None:
    """Every kind of object of a stranger under every such route; what is not there is told in the same words."""
    for standing in sorted(made.rule.who):
        stranger = owner_of(standing)
        token_of(stranger)
        theirs = [session.session_id for session in suite().store.sessions_of(owner_key(stranger))]
        theirs += [stranger.account_id] if isinstance(stranger, Account) else []
        token = token_of(owner_of(standing))
        body = _BODIES.get(made.name)
        absent = Client(laptop.site_url).call(made.method, path_of(made), body, token=token)
        assert (absent.status, absent.code) == (404, "not_found"), standing
        for object_id in theirs:
            reply = Client(laptop.site_url).call(made.method, path_of(made, object_id), body, token=token)
            assert (reply.status, reply.raw) == (404, absent.raw), standing


@pytest.mark.parametrize(
    "made", [made for made in WITH_SESSION if made.rule.condition is Condition.AUTHORITY], ids=named
)
def test_staff_of_another_authority_is_told_like_nobody(laptop: Laptop, made: Operation) -> None:
    now = suite().clock()
    elsewhere = owner_of(Standing.OFFICER, post=Post("04", "system", now, now, joined_at=now))
    assert isinstance(elsewhere, Account)
    for standing in sorted(made.rule.who - {Standing.ADMINISTRATOR}):
        token = token_of(owner_of(standing))
        body = {"authority": "04", "what": "training"} if made.name == "remind_staff" else None
        suffix = "?authority=04" if made.query else ""
        path = path_of(made, elsewhere.account_id) + suffix
        reply = Client(laptop.site_url).call(made.method, path, body, token=token)
        assert (reply.status, reply.code) == (404, "not_found"), standing


OF_DEPARTMENTS = [made for made in OPERATIONS if made.rule.condition is Condition.DEPARTMENT]
BY_DEPARTMENT = pytest.mark.parametrize("made", OF_DEPARTMENTS, ids=named)


def new_department() -> str:
    """The id of a new department."""
    number, now = next(_numbers), suite().clock()
    made = Department(
        department_id=sessions.new_id(),
        name={"en": f"Department {number}", "hi": f"विभाग {number}"},
        issuer_id=f"in.gov.walked{number}",
        roles=frozenset({DepartmentRole.ISSUER}),
        status=DepartmentStatus.ACTIVE,
        created_at=now,
        created_by="somebody",
    )
    suite().store.write(WriteDepartment(made), TakeIssuerId(made.issuer_id, made.department_id))
    return made.department_id


def officer_of(department_id: str) -> Owner:
    """A new officer of a department."""
    now = suite().clock()
    return owner_of(Standing.DEPARTMENT_OFFICER, post=Post(department_id, "system", now, now, joined_at=now))


def fitting(made: Operation) -> dict[str, object] | None:
    """A body that fits, so that the department is looked at."""
    return bodies.example_of(made.body) if made.body else None


def with_department(made: Operation, department_id: str) -> str:
    """The route's path with this department, and an id of ours in each other place for one."""
    named_here = [department_id if part == "{department_id}" else part for part in made.path.split("/")]
    return "/".join(sessions.new_id() if part.startswith("{") else part for part in named_here)


def test_every_route_of_a_department_names_it() -> None:
    assert [made.name for made in OF_DEPARTMENTS if "{department_id}" not in made.path] == []


@BY_DEPARTMENT
def test_another_department_is_told_like_none(laptop: Laptop, made: Operation) -> None:
    own, other = new_department(), new_department()
    for standing in sorted(made.rule.who - {Standing.ADMINISTRATOR}):
        assert standing is Standing.DEPARTMENT_OFFICER
        token, body = token_of(officer_of(own)), fitting(made)
        client = Client(laptop.site_url)
        absent = client.call(made.method, with_department(made, sessions.new_id()), body, token=token)
        assert (absent.status, absent.code) == (404, "not_found")
        theirs = client.call(made.method, with_department(made, other), body, token=token)
        assert (theirs.status, theirs.raw) == (404, absent.raw)


@pytest.mark.parametrize("made", [made for made in OPERATIONS if made.rule.access is Access.DEPARTMENT], ids=named)
def test_a_departments_system_reaches_its_own_department_alone(laptop: Laptop, made: Operation) -> None:
    own, other = new_department(), new_department()
    client, chief = Client(laptop.site_url), token_of(owner_of(Standing.ADMINISTRATOR))
    asked = client.call("POST", f"/departments/{own}/keys", {"purpose": "issuing_token"}, token=chief)
    token, body = asked.demand(201).content["secret"], fitting(made)
    reply = client.call(made.method, with_department(made, own), body, token=token)
    assert reply.status != 401
    refused = client.call(made.method, with_department(made, other), body, token=token)
    assert (refused.status, refused.code) == (404, "not_found")
    for wrong in (token[:-1], token.replace(own, other), "dpt_", f"dpt_{own}_{'A' * 43}"):
        refused = client.call(made.method, with_department(made, own), body, token=wrong)
        assert (refused.status, refused.code) == (401, "department_token_invalid"), wrong
    # Nor is it a session anywhere else.
    elsewhere = client.call("GET", f"/departments/{own}", token=token)
    assert (elsewhere.status, elsewhere.code) == (401, "session_required")


@pytest.mark.parametrize("made", WITH_FLOW, ids=named)
def test_a_flow_opens_to_its_token_alone(laptop: Laptop, made: Operation) -> None:
    body = {name: field.example for name, field in fields_of(made.body).items()} if made.body else None
    if body is not None and "confirm_password" in body:
        body["confirm_password"] = body["password"]
    for token in (None, sessions.new_flow_token(), token_of(owner_of(Standing.ADMINISTRATOR))):
        path = path_of(made) + ("?icegate_id=asha" if made.query else "")
        reply = Client(laptop.site_url).call(made.method, path, body, token=token)
        assert (reply.status, reply.code) == (401, "flow_token_invalid"), token


@pytest.mark.parametrize("made", OPEN, ids=named)
def test_what_is_open_is_open_to_everybody(laptop: Laptop, made: Operation) -> None:
    for token in (None, token_of(owner_of(Standing.ICEGATE_REGISTRANT)), token_of(owner_of(Standing.OFFICER))):
        reply = ask(laptop, made, token)
        assert reply.code not in DENIALS


def test_every_standing_is_one_that_an_owner_can_have(laptop: Laptop) -> None:
    assert {standing_of(owner_of(standing)) for standing in Standing} == set(Standing)
