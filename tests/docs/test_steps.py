"""docs/steps.md tells every step Lambda as it is: name, event, answer, errors, memory, timeout, policy."""

import json
import re
from typing import Any

import pytest

import app  # noqa: F401 - registers every step
from chalicelib.adapters.documents import DocumentUnavailable
from chalicelib.adapters.keys import KeysUnusable
from chalicelib.domain.accounts import registration_steps as account_registration_steps
from chalicelib.domain.accounts import replacing_mobiles
from chalicelib.domain.changes import ChangeRefused, StoreUnavailable
from chalicelib.domain.departments import backfill_running, pushing
from chalicelib.domain.digilocker.fetch_steps import FetchUnknown
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_access import ClientGone
from chalicelib.domain.digilocker.token_keeping import TokensBeingRenewed
from chalicelib.domain.icegate import full_registration_steps, registration_steps
from chalicelib.domain.notices import NoticeNotSent
from chalicelib.domain.ports import DocumentChanged, DocumentsUnavailable, JourneysUnavailable, VaultUnavailable
from chalicelib.domain.refusals import Code
from chalicelib.domain.sealing import SealBroken
from chalicelib.domain.signatures.carrying_out import NotVerified, SigningOver, SigningUnknown
from chalicelib.domain.signatures.esign.providers import EsignUnavailable, ProfileUnfit
from chalicelib.domain.signatures.trust import TrustRefused
from chalicelib.handlers import bodies
from chalicelib.handlers.steps import STEPS, error_name
from chalicelib.settings import SettingMissing
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.docs.documents import ROOT, code_blocks, read, rows, sections
from tests.docs.walk import Walk
from tests.journeys.accounts import signing_up

STEPS_PAGE = sections(read("docs/steps.md"))
MACHINES: list[dict[str, Any]] = [
    json.loads(path.read_text(encoding="utf-8"))["States"]
    for path in sorted((ROOT / "infra/statemachines").glob("*.asl.json"))
]
# Invoked by AWS: the events are not a model's fields.
IN_AWS_SHAPE = {"make_certificates", "start_publishing", "refresh_revocation", "send_messages"}
FAILURES = {
    failure.__name__
    for failure in (
        TrustRefused,
        ChangeRefused,
        ClientGone,
        DigiLockerUnavailable,
        DocumentUnavailable,
        DocumentChanged,
        DocumentsUnavailable,
        VaultUnavailable,
        DigiLockerUnavailable,
        EsignUnavailable,
        FetchUnknown,
        JourneysUnavailable,
        KeyError,
        KeysUnusable,
        LookupError,
        NoticeNotSent,
        NotVerified,
        ProfileUnfit,
        SealBroken,
        SettingMissing,
        SigningOver,
        SigningUnknown,
        StoreUnavailable,
        TokensBeingRenewed,
        UnicodeDecodeError,
        account_registration_steps.RegistrationOver,
        full_registration_steps.FullRegistrationUnknown,
        full_registration_steps.NotApproved,
        replacing_mobiles.NotDue,
        replacing_mobiles.ReplacementUnknown,
        registration_steps.NotDecided,
        registration_steps.RegistrationSuperseded,
        registration_steps.RegistrationUnknown,
        registration_steps.SendingInProgress,
        pushing.PushUnknown,
        pushing.PushInFlight,
        pushing.PushLimitReached,
        backfill_running.BackfillUnknown,
        backfill_running.BackfillOver,
        backfill_running.RangeUnfinished,
        backfill_running.RangeTaken,
        backfill_running.RangesLeft,
    )
}


def examples(step: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in code_blocks(STEPS_PAGE[step], "json")]


def errors_of(step: str) -> set[str]:
    cells = [row[0] for row in rows(STEPS_PAGE[step]) if len(row) == 3]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_step_is_told_and_no_other() -> None:
    assert set(STEPS_PAGE) == set(STEPS)


def test_memory_timeout_and_policy_are_those_of_the_package() -> None:
    configured = json.loads(read(".chalice/config.json"))["lambda_functions"]
    told = {
        re.sub(r".*`(\w+)`.*", r"\1", row[0]): (int(row[1]), int(row[2]), row[3])
        for row in rows(read("docs/steps.md"))
        if len(row) == 5 and row[0] != "step"
    }
    assert told == {
        name: (
            configured[name]["lambda_memory_size"],
            configured[name]["lambda_timeout"],
            f"[policy](../.chalice/{configured[name]['iam_policy_file']})",
        )
        for name in STEPS
    }


@pytest.mark.parametrize("step", sorted(STEPS))
def test_the_events_are_what_the_step_reads(step: str) -> None:
    *events, _answer = examples(step)
    for event in events:
        assert isinstance(STEPS[step].read(event), STEPS[step].event)
    if step not in IN_AWS_SHAPE:
        assert set().union(*events) == set(bodies.fields_of(STEPS[step].event))


@pytest.mark.parametrize("step", sorted(STEPS))
def test_the_errors_are_names_that_a_step_can_raise(step: str) -> None:
    refusals = {error_name(code.value) for code in Code}
    assert errors_of(step) - refusals - FAILURES == set()
    assert "InvalidFields" in errors_of(step)


def test_what_the_state_machine_catches_is_told() -> None:
    for state in (state for machine in MACHINES for state in machine.values()):
        name = state.get("Parameters", {}).get("FunctionName", "")
        step = re.sub(r"(?<!^)(?=[A-Z])", "_", name.strip("${}").removesuffix("Arn")).lower()
        caught = {error for rule in state.get("Retry", []) + state.get("Catch", []) for error in rule["ErrorEquals"]}
        named = {error for error in caught if not error.startswith("States.")}
        assert named <= (errors_of(step) if step else set()), state


@pytest.fixture
def registered(laptop: Laptop) -> tuple[Laptop, dict[str, dict[str, str]]]:
    """A laptop, and the events of a registration that every step can be invoked on."""
    walk = Walk(laptop)
    opened = walk.opened()
    here, token = f"/icegate/registrations/{opened['registration_id']}", opened["flow_token"]
    chosen = {"icegate_id": "asha", "password": "Sagar#2026", "confirm_password": "Sagar#2026"}
    walk.ask("PUT", f"{here}/credentials", chosen, token)
    record = {"registration_id": opened["registration_id"]}
    waiting = {**record, "task_token": "nobody waits under this"}
    events = {
        "verify_contact_codes": {**record, **walk.newest_codes()},
        "record": record,
        "waiting": waiting,
        "finish": {**record, "flow_token": token},
    }
    return laptop, events


def test_the_answers_have_the_members_that_are_told(registered: tuple[Laptop, dict[str, dict[str, str]]]) -> None:
    laptop, events = registered
    sign_up = signing_up(laptop)
    account, typed = {"registration_id": sign_up.registration_id}, sign_up.codes()
    laptop.clock.advance(seconds=31)
    asked: list[tuple[str, dict[str, str]]] = [
        ("issue_contact_codes", events["waiting"]),
        ("verify_contact_codes", events["verify_contact_codes"]),
        ("await_contact_decision", events["waiting"]),
        ("issue_alternate_codes", events["waiting"]),
        ("create_icegate_account", events["record"]),
        ("tell_registrant", events["record"]),
        ("expire_registration", {**events["record"], "because": "time_ran_out"}),
        ("issue_temporary_passwords", {"to": "all"}),
        ("send_messages", {}),
        ("await_account_codes", {**account, "task_token": "nobody waits under this"}),
        ("issue_account_codes", account),
        ("confirm_account_codes", {**account, "mobile_code": typed[0], "email_code": typed[1]}),
        ("create_account", account),
        ("expire_account_registration", {**account, "because": "time_ran_out"}),
    ]
    for step, event in asked:
        if step == "create_icegate_account":
            suite().simplified_registrations.finish(**events["finish"])
        answer = laptop.steps.invoke(step, json.dumps(event))
        assert not answer.failed, (step, answer.payload)
        assert json.loads(answer.payload).keys() == examples(step)[-1].keys(), step


def test_the_policies_exist() -> None:
    assert all((ROOT / ".chalice" / f"policy-{step}.json").is_file() for step in STEPS)
