"""Invites the first administrator of the Back Office, once for ever; every other member is invited there.

    python -m infra.first_administrator --function NAME --name … --email … --mobile … --authority …

`--function` is the output ApiFunctionName of the stack: its environment names the tables. Without it, this process's
own environment does. The invitation goes out by mail like any other; the person follows it, chooses a password and
adds an authenticator app. No password is made or shown here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import botocore.session

from chalicelib.domain.accounts.account import Account, Role
from chalicelib.domain.accounts.names import PersonName, parse_person_name
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile, parse_email, parse_mobile
from chalicelib.domain.refusals import Code, FieldProblem, Refusal
from chalicelib.domain.staff.members import Invitation, post_of
from chalicelib.handlers.bodies import read, required, sent
from chalicelib.settings import Settings
from chalicelib.suite import Suite
from chalicelib.web.texts import LANGUAGES, text

REGION = "ap-south-1"


def parse_language(value: str) -> str:
    """A language of the suite. Refuses with `required`."""
    if value not in LANGUAGES:
        raise FieldProblem("required")
    return value


@dataclass(frozen=True, slots=True)
class Details:
    """Whom to invite."""

    name: PersonName = sent(parse_person_name, "The person's name.", "Meera Nair")
    email: EmailAddress = sent(parse_email, "In an official domain.", "meera.nair@dgft.gov.in")
    mobile: Mobile = sent(parse_mobile, "An Indian mobile number.", "9876543210")
    authority: str = sent(required, "The code of the Regional Authority.", "cla_delhi", at_most=64)
    language: str = sent(parse_language, "en or hi: the language of the invitation.", "en")


NAMES = tuple(field.name for field in fields(Details))


def invite(parts: Suite, typed: Mapping[str, object], *, again: bool = False) -> Account:
    """Invites the first administrator with the details as typed.

    Raises `Refusal`: `invalid_fields`, `already_invited`, `staff_status_conflict`.
    """
    details = read(Details, typed)
    contact = Contact(details.email, details.mobile)
    invitation = Invitation(details.name, contact, details.authority, Role.ADMINISTRATOR, details.language)
    return parts.staff_invitations.invite_first_administrator(invitation, again=again)


def told(refusal: Refusal) -> list[str]:
    """Why nothing was written, for people; nothing that was typed is repeated."""
    if refusal.errors:
        return [f"{name}: {text('en', f'field.{why.reason}', **why.values)}" for name, why in refusal.errors.items()]
    if refusal.code is Code.ALREADY_INVITED:
        return [
            "There is a first administrator already, and there is one once for ever.",
            "As long as they have not joined, --again sends the invitation once more, with the details that you give.",
        ]
    if refusal.code is Code.STAFF_STATUS_CONFLICT:
        return ["Nobody was invited yet: leave out --again."]
    return [text("en", f"refusal.{refusal.code.value}.title")]


def settings_of(function: str | None) -> Settings:
    """The settings of a deployed function, or of this process."""
    if function is None:
        return Settings.from_environment()
    region = os.environ.get("AWS_REGION", REGION)
    client: Any = botocore.session.get_session().create_client("lambda", region_name=region)
    variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    return Settings({**os.environ, "AWS_REGION": region, **variables})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the invitation was written."""
    asked = argparse.ArgumentParser(
        prog="python -m infra.first_administrator", description=(__doc__ or "").split("\n")[0]
    )
    asked.add_argument("--function", help="the output ApiFunctionName of the stack")
    asked.add_argument("--again", action="store_true", help="send an invitation that was not followed once more")
    for field in fields(Details):
        about = field.metadata["sent"]
        default = "en" if field.name == "language" else None
        asked.add_argument(
            f"--{field.name}", required=default is None, default=default, help=f"{about.description} {about.example}"
        )
    given = asked.parse_args(arguments)
    typed = {name: getattr(given, name) for name in NAMES}
    try:
        made = invite(Suite(settings_of(given.function)), typed, again=given.again)
    except Refusal as refusal:
        print("\n".join([*told(refusal), "Nothing was written."]), file=sys.stderr)
        return 1
    print(f"Invited. The mail is on its way; the invitation is good until {post_of(made).invitation_expires_at}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
