"""What the runbook tells to do does what it says."""

import contextlib
import io
import re
import sys

import pytest

from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.docs.documents import code_blocks, read, sections
from tests.docs.walk import Walk

CHOSEN = {"icegate_id": "Asha_Exports", "password": "Sagar#2026", "confirm_password": "Sagar#2026"}


def limit_key(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """The key that the runbook's program prints."""
    [commands] = code_blocks(sections(read("docs/runbook.md"))["Somebody is locked"], "sh")
    program = re.search(r"<<'END'\n(.*?)^END$", commands, re.MULTILINE | re.DOTALL)
    assert program is not None
    monkeypatch.setattr(sys, "argv", ["-", *arguments])
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program[1], {})
    return printed.getvalue().strip()


def test_a_lock_is_taken_out(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(laptop)
    opened = walk.opened()
    here, token = f"/icegate/registrations/{opened['registration_id']}", opened["flow_token"]
    walk.ask("PUT", f"{here}/credentials", CHOSEN, token)
    walk.ask("POST", f"{here}/codes/verify", walk.newest_codes(), token)
    assert walk.ask("POST", f"{here}/finish", {"confirm": True}, token).status == 200
    laptop.clock.advance(minutes=6)  # the limit by network begins anew
    for _ in range(10):
        walk.ask("POST", "/sessions", {"username": "asha_exports", "password": "wrong"})
    sign_in = {"username": "asha_exports", "password": CHOSEN["password"]}
    assert walk.ask("POST", "/sessions", sign_in).content["code"] == "locked"

    key = limit_key(monkeypatch, "sign_in", "asha_exports")
    suite().store.tables.limits(key).delete()

    assert walk.ask("POST", "/sessions", sign_in).status == 200


def test_the_keys_of_all_purposes_are_those_that_lock(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(laptop)
    sample = laptop.samples[0]
    opened = walk.opened()
    here, token = f"/icegate/registrations/{opened['registration_id']}", opened["flow_token"]
    walk.ask("PUT", f"{here}/credentials", CHOSEN, token)
    walk.ask("POST", f"{here}/codes/verify", {"mobile_code": "000000", "email_code": "000000"}, token)
    wrong = {"iec": sample.iec, "gstin": sample.gstins[0], "mobile_code": "000000", "email_code": "000000"}
    walk.ask("POST", "/icegate/registrations/resume", wrong)
    for purpose in ("codes", "resume"):
        assert suite().store.tries(limit_key(monkeypatch, purpose, sample.iec)).failures == 1, purpose
