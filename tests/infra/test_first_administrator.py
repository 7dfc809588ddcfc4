"""The command that invites the first administrator: once for ever, told plainly, by mail like every invitation."""

import io
import json
import zipfile
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.accounts.account import AccountStatus, Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.staff.inviting import FIRST_ADMINISTRATOR
from chalicelib.suite import suite
from infra import first_administrator
from infra.local.laptop import Laptop

DETAILS = {"name": "Meera Nair", "email": "meera.nair@dgft.gov.in", "mobile": "98765 43210", "authority": "cla_delhi"}


def run(*more: str, **changed: str) -> int:
    named = [f"--{name}={value}" for name, value in {**DETAILS, **changed}.items()]
    return first_administrator.main([*named, *more])


def test_it_invites_an_administrator_by_mail(laptop: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(language="hi") == 0
    assert capsys.readouterr().out.startswith("Invited.")
    account = suite().store.account(FIRST_ADMINISTRATOR)
    assert account is not None
    assert (account.role, account.status, account.contact.mobile, account.password_hash) == (
        Role.ADMINISTRATOR,
        AccountStatus.INVITED,
        "+919876543210",
        None,
    )
    (message,) = suite().store.messages_of(account_key(FIRST_ADMINISTRATOR))
    assert (message.kind, message.language) == (NoticeKind.STAFF_INVITATION, "hi")


def test_a_second_run_is_refused_and_says_so(laptop: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert run() == 1
    assert run(email="another@dgft.gov.in", mobile="9812345678") == 1
    told = capsys.readouterr().err
    assert "There is a first administrator already" in told
    assert "Nothing was written." in told
    assert suite().store.named("another@dgft.gov.in") is None


def test_a_mistyped_mobile_can_be_mended_until_they_join(laptop: Laptop) -> None:
    assert run() == 0
    assert run("--again", mobile="9812345678") == 0
    account = suite().store.account(FIRST_ADMINISTRATOR)
    assert account is not None
    assert account.contact.mobile == "+919812345678"
    assert len(suite().store.messages_of(account_key(FIRST_ADMINISTRATOR))) == 2


def test_again_needs_a_first_time(laptop: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--again") == 1
    assert "leave out --again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "meera@gov.in.example.com"}, "email"),
        ({"email": "meera"}, "email"),
        ({"mobile": "12345"}, "mobile"),
        ({"authority": "atlantis"}, "authority"),
        ({"name": "1"}, "name"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_never_by_content(
    laptop: Laptop, capsys: pytest.CaptureFixture[str], changed: dict[str, str], field: str
) -> None:
    assert run(**changed) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{field}: ")
    assert suite().store.account(FIRST_ADMINISTRATOR) is None


def test_a_deployed_functions_environment_names_the_tables(laptop: Laptop) -> None:
    variables = {name: value for name, value in laptop.environment.items() if not name.startswith("AWS_")}
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("app.py", "")
    made = {"PolicyDocument": "{}", "Version": "2012-10-17"}
    iam: Any = botocore.session.get_session().create_client("iam")
    role = iam.create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(made))["Role"]["Arn"]
    lambdas: Any = botocore.session.get_session().create_client("lambda")
    lambdas.create_function(
        FunctionName="pravesh-api",
        Runtime="python3.11",
        Role=role,
        Handler="app.app",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": variables},
    )
    assert first_administrator.settings_of("pravesh-api")["ACCOUNTS_TABLE"] == laptop.environment["ACCOUNTS_TABLE"]
    assert run("--function=pravesh-api") == 0
    assert suite().store.account(FIRST_ADMINISTRATOR) is not None
